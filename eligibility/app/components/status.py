"""The one scale of status: word, icon and colour, in that order of importance."""

from __future__ import annotations

from eligibility.app.markup import Markup, tag
from eligibility.vocabulary import Speaks

ICONS = {"met": "●", "undetermined": "◐", "unmet": "○"}
OF_VERDICT = {"eligible": "met", "undetermined": "undetermined", "ineligible": "unmet"}


def status_word(status: str, language: Speaks) -> str:
    """Met, unmet or to be filled in."""
    _ = language.text
    words = {"met": _("met"), "unmet": _("unmet"), "undetermined": _("undetermined")}
    return words[status]


def verdict_word(verdict: str, language: Speaks) -> str:
    """The verdict in one word, with its icon."""
    _ = language.text
    words = {
        "eligible": _("eligible"),
        "ineligible": _("not eligible"),
        "undetermined": _("not yet decided"),
    }
    return f"{ICONS[OF_VERDICT[verdict]]} {words[verdict]}"


def badge(status: str, language: Speaks) -> Markup:
    """Icon and word in the colour of the status."""
    return tag(
        "span",
        tag("span", ICONS[status], cls="icon", aria_hidden="true"),
        " ",
        status_word(status, language),
        cls=f"status {status}",
    )
