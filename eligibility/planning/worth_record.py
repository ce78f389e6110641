"""What the certificate is worth as plain data, with the sentences that go with it."""

from __future__ import annotations

from eligibility.assessment.record import number, plain
from eligibility.domain.records import Number, Words, cite, words
from eligibility.domain.text import Message, Wording, msgid
from eligibility.planning.incentives import Incentives, Worth
from eligibility.planning.plan_case import Answer
from eligibility.planning.record_types import MessageRecord, WorthRecord


def worth_record(value: Worth, rules: Incentives, answer: Answer) -> WorthRecord:
    """Financial benefit of the certificate as plain data: JSON-ready, money in CNY."""
    cost = answer.plans[0].cost if answer.plans else None
    small = rules.small_profit
    losses = Message(
        _LOSSES,
        {"standard": rules.loss_years.standard, "certified": rules.loss_years.certified},
    )
    says: list[Message] = []
    if value.western is None:
        says.append(
            Message(
                _WESTERN,
                {
                    "rate": f"{rules.western.rate:.0%}",
                    "share": f"{rules.western.income_share:.0%}",
                    "until": rules.western.until.isoformat(),
                },
            )
        )
    if value.years and value.saving <= 0:
        says.insert(0, Message(_SAVES_NOTHING))
    for year in value.years:
        if year.small and year.saving <= 0 and year.year <= small.until.year:
            says.append(
                Message(
                    _NOTHING,
                    {
                        "year": year.year,
                        "rate": f"{small.rate:.0%}",
                        "until": small.until.isoformat(),
                        "staff": f"{small.staff_at_most:g}",
                        "assets": _money(small.assets_at_most),
                    },
                )
            )
    if not value.years:
        says.append(
            Message(
                _UNSAID,
                {
                    "standard": f"{rules.standard_rate.value:.0%}",
                    "certified": f"{rules.certified_rate.value:.0%}",
                    "rate": f"{small.rate:.0%}",
                    "amount": _money(small.income_at_most),
                    "until": small.until.isoformat(),
                },
            )
        )
    says.append(losses)
    says.append(
        Message(
            _VAT,
            {"rate": f"{rules.vat_credit.rate:.0%}", "until": rules.vat_credit.until.isoformat()},
        )
    )
    return {
        "years": [
            {
                "year": year.year,
                "income": to_cents(year.income),
                "losses_without": to_cents(year.losses[0]),
                "losses_certified": to_cents(year.losses[1]),
                "without": to_cents(year.without),
                "certified": to_cents(year.share_certified),
                "saved": to_cents(year.saving),
                "small_profit_rate": year.small,
                "without_western": None if year.western is None else to_cents(year.western),
            }
            for year in value.years
        ],
        "saved": to_cents(value.saving) if value.years else None,
        "saved_western": None if value.saved_western is None else to_cents(value.saved_western),
        "awards": [
            {
                "id": award.id,
                "title": words(award.title),
                "amount": to_cents(award.amount),
                "dated": award.dated,
                "check": True,
                "citation": cite(award.citation),
            }
            for award in value.awards
        ],
        "awarded": to_cents(value.award_total),
        "cost": None if cost is None else to_cents(cost),
        "net_of_tax_alone": None
        if cost is None or not value.years
        else to_cents(value.saving - cost),
        "says": [plain_message(message) for message in says],
        "citations": [
            cite(citation)
            for citation in (
                rules.standard_rate.citation,
                rules.certified_rate.citation,
                small.citation,
                rules.statutory_small.citation,
                rules.western.citation,
                rules.vat_credit.citation,
                rules.loss_years.citation,
                rules.loss_years.years_citation,
                rules.years.citation,
            )
        ],
        "checked_on": rules.checked_on.isoformat(),
    }


_SAVES_NOTHING = msgid("The certificate saves no income tax in these years.")
_WESTERN = msgid(
    "A firm whose encouraged western project brings at least {share} of its income pays {rate} without a certificate, to {until}: whether this one does is not known, so both values stand."
)
_LOSSES = msgid(
    "Losses of the {standard} years before may be made up for {certified} years instead of {standard}; a registration as technology SME gives that too."
)
_VAT = msgid(
    "Certified manufacturers on the list credit {rate} more of their input VAT, to {until}; it is not in these amounts."
)
_NOTHING = msgid(
    "Certification saves no income tax in {year}: the small-profit rate of {rate} is lower, to {until}, for firms of up to {staff} people and assets of {assets}."
)
_UNSAID = msgid(
    "With taxable income given, the tax at {standard} and {certified} is compared; up to {amount} a year the small-profit rate of {rate} is lower still, to {until}."
)


def _money(yuan: float) -> Wording:
    return Wording(zh=f"{yuan / 10_000:,g} 万元", en=f"CNY {yuan:,.0f}")


def plain_message(message: Message) -> MessageRecord:
    """A sentence as plain data: its msgid and values, texts as {zh, en}."""
    return {
        "text": message.text,
        "values": {name: _plain_value(value) for name, value in message.values.items()},
    }


def _plain_value(value: object) -> Words | str | float | None:
    if isinstance(value, Wording):
        return words(value)
    return value if value is None or isinstance(value, int | float) else str(value)


def to_cents(figure: float) -> float:
    """A finite number as plain data, to the cent."""
    return plain(round(float(figure), 2))


def to_cents_or_none(figure: float) -> Number:
    """A plain number, to the cent; None where it is blank or without end."""
    return number(round(float(figure), 2))
