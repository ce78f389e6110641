"""The one scale of status: word, icon and colour, in that order of importance."""

from __future__ import annotations

from eligibility.app.translation import text as _
from eligibility.app.widgets.markup import Markup, tag
from eligibility.domain.open_points import EXPERTS, state_word
from eligibility.domain.text import Speaks

ICONS = {"met": "●", "undetermined": "◐", "unmet": "○", EXPERTS: "◑"}
OF_VERDICT = {
    "eligible": "met", "undetermined": "undetermined", "ineligible": "unmet", EXPERTS: EXPERTS,
}  # fmt: skip


def status_word(status: str) -> str:
    """Met, unmet or undetermined, or that experts decide: the engine's own word is its msgid."""
    return _(state_word(status))


def verdict_word(verdict: str, language: Speaks) -> str:
    """The verdict in one word, with its icon."""
    return f"{ICONS[OF_VERDICT[verdict]]} {language.text(state_word(verdict))}"


def badge(status: str) -> Markup:
    """Icon and word in the colour of the status."""
    return tag(
        "span",
        tag("span", ICONS[status], cls="icon", aria_hidden="true"),
        " ",
        status_word(status),
        cls=f"status {status}",
    )
