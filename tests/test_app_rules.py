"""Two editions side by side: what moved is marked, what is not held is not said to be absent."""

from __future__ import annotations

from eligibility.app.compared import GONE, NEW, NUMBERS, SAME, WORDS, Clause, Pair, pairs
from eligibility.vocabulary import Citation, Wording
from tests.test_app_pages import html, opened

CITED = Citation(
    document="文件", article="第一条", gist=Wording(zh="大意", en="gist"), confidence="A"
)


def clause(*says: str) -> Clause:
    return Clause("title", says, CITED)


def marked(pair: Pair, side: Clause) -> list[str]:
    return [piece for step in pair.told(side) for piece, moved in step if moved]


def test_a_number_the_other_edition_lacks_is_marked_and_no_other() -> None:
    old, new = clause("≥ 6 %, up to 200 ≥ 4 %"), clause("≥ 5 %, up to 200 ≥ 4 %")
    pair = Pair(old, new)
    assert (marked(pair, old), marked(pair, new)) == (["6 %"], ["5 %"])
    assert pair.change == NUMBERS


def test_steps_are_compared_each_with_its_own() -> None:
    old, new = clause("A 24–30", "B 18–23.7"), clause("A 25–30", "B 19–24")
    assert marked(Pair(old, new), new) == ["25", "19", "24"]


def test_a_year_names_an_edition_and_is_no_number_of_a_rule() -> None:
    pair = Pair(clause("in the catalogue of 2008"), clause("in the catalogue"))
    assert pair.change == WORDS
    assert pair.old is not None
    assert marked(pair, pair.old) == []


def test_a_rule_of_one_edition_is_new_or_dropped_and_stands_where_it_stood() -> None:
    one = clause("1")
    made = pairs({"a": one, "gone": one, "b": one}, {"a": one, "new": one, "b": one})
    assert [pair.change for pair in made] == [SAME, GONE, NEW, SAME]


def test_the_page_shows_2008_beside_2016() -> None:
    app = opened("rules", "en")
    (choice,) = (each for each in app.segmented_control if each.label == "Edition")
    choice.set_value("beside").run()
    assert not app.exception
    said = html(app)
    assert "<mark>6 %</mark>" in said
    assert "<mark>5 %</mark>" in said
    assert "no such rule" in said
    # the validity of a certificate is held for 2016 only; of 2008 nothing is claimed
    assert "The certificate is valid for three years" not in said
