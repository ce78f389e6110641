"""Questions to a firm on a phone: what is open, filled in with what is held, to complete and correct."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from eligibility.app.links.document import document, minute, section, validity
from eligibility.app.widgets.markup import Markup, join, tag
from eligibility.domain.calendar_window import split_calendar_key
from eligibility.domain.facts import RATINGS, Field
from eligibility.domain.text import Message
from eligibility.i18n import Language
from eligibility.register import questions
from eligibility.register.inbox_items import fields_by_key, value_in_words
from eligibility.store.links import LONGEST_REMARK

#: name of the field for a remark, and of that for a workbook
REMARK, SHEET = "remark", "sheet"
Row = Mapping[str, Any]


def questions_page(
    link: Row,
    language: Language,
    *,
    entries: Mapping[str, str] | None = None,
    troubles: Mapping[str, Message] | None = None,
    refusal: str = "",
) -> str:
    """The page as HTML.

    Parameters
    ----------
    link : mapping
        What ``links.open`` gave.
    language : Language
    entries : mapping, optional
        Calendar key → text of an answer that was refused, so that nothing entries is lost.
    troubles : mapping, optional
        Calendar key → what was expected.
    refusal : str
        Why nothing was sent, where that is not of one field.
    """
    _ = language.text
    texts = questions.shown_texts(link)
    texts |= {key: text.strip() for key, text in (entries or {}).items() if key in texts}
    status = questions.status_by_key(link)
    fields = fields_by_key(link["options"]["year"])
    asked = [(key, fields[key]) for key in fields if key in texts]
    blocks = []
    for _stem, group in groupby(asked, key=lambda pair: pair[1].stem):
        blocks.append(_block(list(group), texts, status, troubles or {}, language))
    remark = tag(
        "div",
        tag("label", _("A word to your adviser (optional)"), **{"for": REMARK}),
        tag("textarea", (entries or {}).get(REMARK, ""), name=REMARK, id=REMARK,
            maxlength=str(LONGEST_REMARK)),
        cls="ask",
    )  # fmt: skip
    form = tag(
        "form", *blocks, remark, tag("button", _("Send"), type="submit"), method="post",
        autocomplete="off",
    )  # fmt: skip
    parts = [
        tag("h1", link["firm"] or _("Firm without a name")),
        validity(link["sender"], link["at"], link["expires_at"], language),
        *_news(link, status, troubles, refusal, language),
        section(
            _("{n} questions for the application in {year}").format(
                n=len(blocks), year=link["options"]["year"]
            ),
            tag(
                "p",
                _(
                    "What is filled in is what your institution holds: correct what is wrong. Leave "
                    "blank what you do not know. Amounts in CNY 10,000."
                ),
                cls="quiet",
            ),
            form,
        ),
        section(_("Rather in Excel?"), *_sheet(language)),
        tag(
            "footer",
            tag(
                "p",
                _(
                    "Your answers go to {sender}, who checks each before it is taken over. You may "
                    "answer again as long as the link holds."
                ).format(sender=link["sender"]),
                cls="quiet",
            ),
        ),
    ]
    return document(link["firm"] or _("Questions"), parts, language)


def _news(
    link: Row,
    status: Mapping[str, Row | None],
    troubles: Mapping[str, Message] | None,
    refusal: str,
    language: Language,
) -> list[Markup]:
    """What became of the last answer."""
    _ = language.text
    if troubles or refusal:
        words = refusal or _("Nothing was sent yet: correct what is marked below ({n}).").format(
            n=len(troubles or {})
        )
        return [tag("p", words, cls="notice refused", role="alert")]
    if not link["submissions"]:
        return []
    last = link["submissions"][0]
    waiting = sum(row is None for row in status.values())
    accepted = sum(bool(row and row["is_accepted"]) for row in status.values())
    refused = len(status) - waiting - accepted
    words = _("Arrived on {at}. Accepted: {accepted}; not accepted: {refused}; being checked: {n}.")
    return [
        tag(
            "p",
            words.format(at=minute(last["at"]), accepted=accepted, refused=refused, n=waiting),
            cls="notice done",
            role="status",
        )
    ]


def _block(
    group: list[tuple[str, Field]],
    texts: Mapping[str, str],
    status: Mapping[str, Row | None],
    troubles: Mapping[str, Message],
    language: Language,
) -> Markup:
    """One figure with its years side by side."""
    _ = language.text
    first = group[0][1]
    unit = {
        "CNY": _("CNY 10,000"),
        "person": _("persons"),
        "item": _("items"),
        "point": _("points"),
    }
    inputs = []
    below = []
    title = language.of(first.stem_title)
    for key, field in group:
        dated = split_calendar_key(key)
        year = str(dated[1]) if dated else ""
        trouble = troubles.get(key)
        more = {"aria-invalid": "true", "aria-describedby": f"e-{key}"} if trouble else {}
        label = f"{title} {year}".strip()
        control = _control(key, field, texts[key], label, more, language)
        inputs.append(tag("label", year, control) if year else tag("div", control))
        if trouble:
            words = _("{value}: expected {expected}").format(
                value=texts[key], expected=trouble.say(language)
            )
            below.append(tag("p", f"{year} {words}".strip(), cls="error", id=f"e-{key}"))
        elif key in status:
            below.append(_state(key, year, status[key], language))
    word = unit.get(first.unit, "")
    return tag(
        "div",
        tag("b", title, *([tag("span", word, cls="unit")] if word else [])),
        tag("small", language.of(first.help)),
        tag("small", _("Where to find it: "), language.of(first.source)),
        tag("div", *inputs, cls="years"),
        join(below),
        cls="ask",
    )


def _state(key: str, year: str, decision: Row | None, language: Language) -> Markup:
    _ = language.text
    if decision is None:
        word = _("◐ being checked")
        return tag("small", f"{year} {word}".strip())
    word = _("● accepted") if decision["is_accepted"] else _("○ not accepted")
    value = value_in_words({"key": key, "value": decision["value"]}, language)
    said = _("{state}: {value}").format(state=word, value=value)
    remark = f" · {decision['remark']}" if decision["remark"] else ""
    cls = "met" if decision["is_accepted"] else "unmet"
    return tag("small", f"{year} {said}{remark}".strip(), cls=cls)


def _control(
    key: str, field: Field, text: str, label: str, more: Mapping[str, str], language: Language
) -> Markup:
    _ = language.text
    choices = {
        "yes_no": {"": _("not filled in"), "yes": _("yes"), "no": _("no")},
        "rating": {"": _("not filled in")} | {grade: grade for grade in RATINGS},
    }.get(field.kind)
    if choices and text in choices:
        options = [
            tag("option", words, value=value or " ", **({"selected": "selected"} if value == text else {}))
            for value, words in choices.items()
        ]  # fmt: skip
        return tag("select", *options, name=key, aria_label=label, **more)
    numeric = field.kind in ("money", "number", "count")
    hint = {"date": _("such as 2019-03-05")}.get(field.kind, "")
    return tag(
        "input", name=key, value=text, type="text", aria_label=label, maxlength="200",
        placeholder=hint, inputmode="decimal" if numeric else "", **more,
    )  # fmt: skip


def _sheet(language: Language) -> list[Markup]:
    _ = language.text
    upload = tag(
        "form",
        tag("label", _("The workbook, filled in"), **{"for": SHEET}),
        tag("input", type="file", name=SHEET, id=SHEET, accept=".xlsx", required="required"),
        tag("button", _("Send the workbook"), type="submit", cls="second"),
        method="post",
        enctype="multipart/form-data",
    )
    link = tag("a", _("Download the same questions as a workbook"), href="?sheet=xlsx")
    return [tag("details", tag("summary", _("Workbook")), tag("p", link), upload)]
