from eligibility.reports.paper import Point
from eligibility.reports.terminal import terminal_lines


def test_what_stands_under_an_entry_begins_below_its_text() -> None:
    points = [
        Point("share of staff", mark="unmet"),
        Point("two more", 1),
        Point("plan"),
        Point("hire", 1),
        Point("share of staff", 1, "met"),
        Point("evidence", 2),
        Point("next"),
    ]
    assert list(terminal_lines(points)) == [
        "  x share of staff",
        "      two more",
        "  plan",
        "    hire",
        "    + share of staff",
        "        evidence",
        "  next",
    ]
