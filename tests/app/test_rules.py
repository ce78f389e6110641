"""The page of the rules: two editions side by side, what moved is marked."""

from __future__ import annotations

from tests.app.test_pages import html, opened


def test_the_page_shows_2008_beside_2016() -> None:
    app = opened("reference/rules", "en")
    (choice,) = (each for each in app.segmented_control if each.label == "Edition")
    choice.set_value("beside").run()
    assert not app.exception
    said = html(app)
    assert "<mark>6%</mark>" in said
    assert "<mark>5%</mark>" in said
    assert "no such rule" in said
    # the second step of the scale is as it was
    assert "<mark>4%</mark>" not in said
    # the validity of a certificate is held for 2016 only; of 2008 nothing is claimed
    assert "The certificate is valid for three years" not in said
