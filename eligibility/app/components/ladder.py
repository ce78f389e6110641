"""The ladder of qualifications: which the firm can get now, which next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from eligibility.app import format as fmt
from eligibility.app.components import notices
from eligibility.app.components.status import OF_VERDICT, verdict_word
from eligibility.app.components.table import table
from eligibility.app.firms import Firm
from eligibility.app.markup import Markup, join, tag
from eligibility.language import Language
from eligibility.planning.ladder import ladder, ladder_record
from eligibility.scheme import load_scheme
from eligibility.vocabulary import EligibilityError


def ladder_block(firm: Firm, language: Language) -> None:
    """Every rung from the easiest up, with the first gaps."""
    _ = language.text
    try:
        found = ladder_record(ladder(firm.table), 0)
    except EligibilityError as error:
        notices.refused(error, language)
        return
    titles = {rung["scheme"]: rung["title"][language.id] for rung in found["rungs"]}
    now = _(", ").join(titles[name] for name in found["now"]) or _("none yet")
    aim = titles[found["next"]] if found["next"] else _("none above what it can get now")
    numbers = [(_("Can be got now"), now), (_("To aim at next"), aim)]
    rows = [
        (
            tag("b", rung["title"][language.id]),
            tag(
                "span",
                verdict_word(rung["verdict"], language),
                cls=f"status {OF_VERDICT[rung['verdict']]}",
            ),
            _gaps(rung, firm, language),
        )
        for rung in found["rungs"]
    ]
    heads = (_("Qualification"), _("Verdict"), _("What is lacking"))
    st.html(
        tag("dl", *(tag("div", tag("dt", t), tag("dd", n)) for t, n in numbers), cls="numbers")
        + table(heads, rows)
    )


def _gaps(rung: Mapping[str, Any], firm: Firm, language: Language) -> Markup:
    _ = language.text
    fields = load_scheme(rung["scheme"]).fields_by_id
    said = []
    for gap in rung["gaps"]:
        words = gap["title"][language.id]
        if gap["missing"]:
            names = fmt.missing_fields(gap["missing"], fields, firm.years, language)
            words += _(" (missing: {names})").format(names=names)
        elif gap["shortfall"] is not None:
            amount = fmt.quantity(gap["shortfall"], gap["unit"], language)
            words += _(" (short of {amount})").format(amount=amount)
        said.append(tag("div", words))
    if rung["more_gaps"]:
        said.append(tag("div", _("and {n} more").format(n=rung["more_gaps"])))
    return join(said)
