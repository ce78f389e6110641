"""The technical-field finder: what it finds, what it refuses to guess, and what its words rest on."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.domain.errors import InputError
from eligibility.finder.english import english_names
from eligibility.finder.search import find
from eligibility.schemes.catalogue import TechnicalField
from eligibility.schemes.registry import Scheme, load_scheme
from tests.commands import run

DATA = Path(__file__).parents[1] / "data"
HNTE = load_scheme()
NODES = HNTE.catalogue(HNTE.edition("e2016"))
ABOVE = {node.parent for node in NODES}
LOWEST = {node.code for node in NODES} - ABOVE
Sentences = list[tuple[str, list[str]]]


def sentences(name: str) -> Sentences:
    with (DATA / f"field_sentences_{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [(row["sentence"], row["accepted"].split()) for row in rows]


TUNING, HELDOUT = sentences("tuning"), sentences("heldout")
SAID = st.one_of(st.sampled_from([text for text, _ in TUNING + HELDOUT]), st.text(max_size=40))


def share_found(cases: Sentences, scheme: Scheme, count: int) -> float:
    """Share of the sentences with an accepted code among the first ``count`` found."""
    return sum(
        any(match.code in accepted for match in find(scheme, text, count))
        for text, accepted in cases
    ) / len(cases)


def codes(scheme: Scheme, text: str, count: int = 30) -> list[str]:
    return [match.code for match in find(scheme, text, count)]


def made(*nodes: TechnicalField) -> Scheme:
    return replace(HNTE, catalogues={"technical_fields.tsv": nodes})


def node(code: str, title: str, terms: str = "", exclusion: str = "", parent: str = "9"):
    return TechnicalField(code, 3 if parent else 1, parent, code, title, terms, exclusion)


def test_four_of_five_held_out_sentences_find_their_field_among_the_first_five() -> None:
    """Measured: top-5 97 %, top-1 82 %; without everyday names of products 42 % and 28 %.

    Who wrote these sentences and their labels knew the catalogue alone, and so did who wrote the
    everyday names: neither had seen the other's work, and no setting was chosen by these sentences.
    At 100 sentences 97 % is good to about +-3 points.
    """
    assert len(HELDOUT) == 100
    assert share_found(HELDOUT, HNTE, 5) >= 0.90
    assert share_found(HELDOUT, HNTE, 1) >= 0.75


def test_the_sentences_that_settings_were_chosen_by_find_their_field() -> None:
    """Measured: top-5 98 %, top-1 89 %. The weights were chosen by these: no estimate of anything."""
    assert share_found(TUNING, HNTE, 5) >= 0.97


def test_everyday_names_are_of_every_lowest_field_and_are_not_the_catalogues_own() -> None:
    for field in NODES:
        assert bool(field.products) == (field.code in LOWEST)
        assert len(set(field.products)) == len(field.products)
        for name in field.products:
            assert name == name.strip() != ""
            assert name not in field.title


def test_a_sentence_hardly_alike_says_so() -> None:
    assert find(HNTE, "家政保洁")[0].faint
    told = [find(HNTE, text) for text, _ in TUNING]
    assert sum(not found or found[0].faint for found in told) <= 0.02 * len(TUNING)


def test_held_out_and_tuning_sentences_are_apart_and_name_lowest_level_codes() -> None:
    texts = [text for text, _ in TUNING + HELDOUT]
    assert len(set(texts)) == len(texts)
    for _, accepted in TUNING + HELDOUT:
        assert accepted
        assert set(accepted) <= LOWEST
    assert {code for _, accepted in TUNING for code in accepted} == LOWEST


@pytest.mark.parametrize(("text", "accepted"), HELDOUT)
def test_a_held_out_sentence_is_not_the_catalogues_wording(text: str, accepted: list[str]) -> None:
    def fours(of: str) -> set[str]:
        return {of[at : at + 4] for at in range(len(of) - 3)}

    for code in accepted:
        field = HNTE.catalogue_by_code(HNTE.edition("e2016"))[code]
        copied = fours(text) & (fours(field.title) | fours(field.terms))
        assert len(copied) <= 0.5 * len(fours(text))


@pytest.mark.parametrize(
    "text",
    ["", " ", "。。。", "12345", "hello world", "茶叶零售", "典当行", "婚庆礼仪"],
)  # fmt: skip
def test_a_sentence_with_nothing_in_common_finds_nothing(text: str) -> None:
    assert find(HNTE, text) == []


@given(SAID, st.integers(1, 8))
def test_matches_are_lowest_level_in_falling_order_and_the_first_of_a_longer_list(
    text: str, count: int
) -> None:
    matches = find(HNTE, text, count)
    assert matches == find(HNTE, text, count + 3)[:count]
    assert {match.code for match in matches} <= LOWEST
    order = [(-match.score, match.code) for match in matches]
    assert order == sorted(order)
    for match in matches:
        assert match.score > 0
        assert match.terms


@given(SAID)
def test_a_term_is_the_part_of_the_sentence_it_says_it_is(text: str) -> None:
    for match in find(HNTE, text):
        for term in match.terms:
            assert term.text == text[term.start : term.end] != ""


def test_full_width_and_capital_letters_are_plain_ones() -> None:
    assert codes(HNTE, "ＩＧＢＴ模块") == codes(HNTE, "igbt模块")
    assert find(HNTE, "ＩＧＢＴ")[0].terms[0].text == "ＩＧＢＴ"


def test_equal_likeness_goes_by_code() -> None:
    twins = (node("9", "总类", parent=""), node("92", "甲乙器件"), node("91", "甲乙器件"))
    # every word stands in all nodes of so small a catalogue, so others must stand beside them
    others = [node(str(code), f"丙{code}丁戊", parent="9") for code in range(930, 960)]
    assert codes(made(*twins, *others), "甲乙器件") == ["91", "92"]


def test_what_is_excluded_is_no_evidence_for_the_field_but_is_told() -> None:
    others = [node(str(code), f"丙{code}丁戊") for code in range(930, 960)]
    top = node("9", "总类", exclusion="庚辛壬癸除外。", parent="")
    scheme = made(
        top, node("91", "甲乙器件", exclusion="子丑寅卯除外。"), node("92", "巳午"), *others
    )
    assert find(scheme, "子丑寅卯") == []
    plainly, touching = find(scheme, "甲乙器件")[0], find(scheme, "甲乙器件，子丑寅卯")[0]
    assert plainly.exclusion is not None
    assert plainly.exclusion.touched == ()
    assert touching.exclusion is not None
    assert touching.exclusion.touched == ("子丑寅卯",)
    assert touching.score <= plainly.score
    inherited = find(scheme, "巳午，庚辛")[0].exclusion
    assert inherited is not None
    assert (inherited.code, inherited.touched) == ("9", ("庚辛",))


def test_a_scheme_without_a_catalogue_is_refused() -> None:
    with pytest.raises(InputError):
        find(made(), "风机")


def test_the_command_says_codes_terms_and_exclusions() -> None:
    words = ("find-field", "海上大型风机的叶片", "--lang", "en")
    done = run(*words)
    first = done.stdout.splitlines()
    assert first[0].startswith("60102 风能")
    assert first[1].strip() == "新能源与节能 › 可再生清洁能源"
    assert "叶片 → 风能" in first[2]
    assert first[3].strip() == "excluded by 60102: 不满足清洁生产要求的风电技术除外。"
    assert "one source" in done.stderr
    done = run(*words, "--format", "json", "--count", "2")
    found = json.loads(done.stdout)
    assert [match["code"] for match in found] == codes(HNTE, "海上大型风机的叶片", 2)


def test_of_forty_more_plain_sentences_most_find_their_field_among_the_first_three() -> None:
    """Measured: first 29, first three 35 (30 and 35 once 莜麦 had its everyday name).

    No setting and, but for that name, no everyday name was chosen by them.
    """
    plain = sentences("plain")
    assert len(plain) == 40
    assert not {text for text, _ in plain} & {text for text, _ in TUNING + HELDOUT}
    assert share_found(plain, HNTE, 3) >= 34 / 40


@pytest.mark.parametrize(
    ("sentence", "code", "shared"),
    [
        ("Smart collar for dairy cows", "20704", "dairy cows"),
        ("oat noodles", "20605", "oat noodles"),
        ("Mongolian speech recognition", "10104", "Mongolian"),
        ("gearbox monitoring of wind turbines", "60102", "wind turbines"),
        ("莜麦面", "20605", "莜麦"),
        ("奶牛智能项圈", "20704", "智能项圈"),
        ("Mongolian medicine tablets", "20203", "Mongolian medicine"),
        ("software for accountants", "10109", "accountants"),
        ("肉牛育种芯片", "20702", "肉牛育种"),
    ],
)  # fmt: skip
def test_english_words_of_products_and_local_foods_find_their_field_first(
    sentence: str, code: str, shared: str
) -> None:
    first = find(HNTE, sentence)[0]
    assert first.code == code
    assert shared in [term.text for term in first.terms]


def test_every_lowest_field_has_english_words_to_search_its_list_by() -> None:
    texts = {node.code: (node.title, "、".join(node.products)) for node in NODES}
    lowest = [code for code in LOWEST if len(code) == 5]
    assert [code for code in lowest if not english_names(texts[code], 1)] == []
    assert "collar" in english_names(texts["20704"], 16)
    assert {"oat", "noodle"} <= set(english_names(texts["20605"], 16))
