"""The law base itself: every number cited, every unclear clause read by name, nothing twice."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
import yaml

from eligibility.assessment.ladder import lower, rungs
from eligibility.domain.errors import DateNotCovered, InputError, LawError
from eligibility.domain.law import Edition
from eligibility.domain.text import Wording
from eligibility.schemes.registry import SCHEMES, load_scheme, scheme_ids
from eligibility.schemes.yaml_file import read_yaml

EDITIONS = [
    pytest.param(law, id=f"{scheme}-{law.id}")
    for scheme in scheme_ids()
    for law in load_scheme(scheme).editions
]

#: how a document of the ministries that issue these laws begins
ISSUERS = ("国科发", "国科火字", "工信部企业", "工信厅企业", "专利法", "企业所得税法")
#: items that give points to every firm
NEVER_NOTHING = {"product_field"}


@pytest.mark.parametrize("law", EDITIONS)
def test_every_number_has_a_unit_a_citation_and_the_day_it_was_checked(law: Edition) -> None:
    for rule in [*law.parameters.values(), *law.scales.values()]:
        assert rule.unit
        assert rule.citation.document.startswith(ISSUERS)
        assert rule.citation.article
        assert rule.checked_on >= date(2026, 1, 1)


@pytest.mark.parametrize("law", EDITIONS)
def test_every_citation_says_its_gist_in_both_languages(law: Edition) -> None:
    cited = [
        rule.citation
        for rule in (
            *law.parameters.values(),
            *law.scales.values(),
            *law.conditions,
            *law.items.values(),
            *law.interpretations.values(),
        )
    ]
    for citation in [*cited, law.score.citation, law.period_citation]:
        _both(citation.gist)


@pytest.mark.parametrize("law", EDITIONS)
def test_every_interpretation_states_its_default_and_its_alternatives(law: Edition) -> None:
    for name, question in law.interpretations.items():
        assert question.default in question.readings, name
        assert len(question.readings) > 1, name
        _both(question.question)
        for reading in question.readings.values():
            _both(reading.says)


@pytest.mark.parametrize("law", EDITIONS)
def test_the_points_of_the_items_add_up_to_the_score(law: Edition) -> None:
    assert sum(group.max for group in law.score.groups) == law.score.total
    for item in law.items.values():
        if item.bands:
            assert max(band.points[1] for band in item.bands) == item.max, item.id
            assert all(low <= high for low, high in (band.points for band in item.bands))
            assert item.bands[-1].points[0] <= 1 or item.id in NEVER_NOTHING


@pytest.mark.parametrize("scheme", scheme_ids())
def test_every_interpretation_is_asked_for_by_some_function_or_decided_at_entry(
    scheme: str,
) -> None:
    files = [*(SCHEMES / scheme).glob("*.py"), *SCHEMES.glob("*.py")]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    for law in load_scheme(scheme).editions:
        for name, question in law.interpretations.items():
            strict = {
                asked
                for item in law.items.values()
                for band in item.bands
                for asked in band.strict_under
            }
            if question.decides == "computation":
                assert f'"{name}"' in code or name in strict, name


def test_editions_follow_each_other_without_a_gap() -> None:
    for scheme in scheme_ids():
        for earlier, later in itertools.pairwise(load_scheme(scheme).editions):
            assert earlier.in_force_to is not None
            assert (later.in_force_from - earlier.in_force_to).days == 1


def test_a_date_that_no_edition_covers_is_refused_by_name() -> None:
    with pytest.raises(DateNotCovered, match="High-tech enterprise covers 2007-12-31"):
        load_scheme().in_force(date(2007, 12, 31))
    assert load_scheme().in_force(date(2008, 1, 1)).id == "e2008"


def test_an_unknown_scheme_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="there are: hnte"):
        load_scheme("moon")


def test_a_key_that_stands_twice_in_a_file_of_the_law_is_refused(tmp_path) -> None:
    (tmp_path / "law.yaml").write_text("value: 1\nvalue: 2\n")
    with pytest.raises(LawError, match="value stands twice"):
        read_yaml(tmp_path / "law.yaml")


def test_the_catalogue_is_whole() -> None:
    scheme = load_scheme()
    nodes = scheme.catalogue(scheme.edition("e2016"))
    by_level = [sum(node.level == level for node in nodes) for level in (1, 2, 3)]
    assert by_level == [8, 52, 254]
    parents = {node.parent for node in nodes}
    without_third_level = {node.code for node in nodes if node.level == 2} - parents
    assert without_third_level == {"504", "505", "706"}
    assert sum(bool(node.exclusion) for node in nodes) == 47
    for node in nodes:
        assert node.level == 1 or node.code.startswith(node.parent)


@pytest.mark.parametrize("scheme", scheme_ids())
def test_no_two_fields_answer_to_one_name(scheme: str) -> None:
    names: dict[str, str] = {}
    for field in load_scheme(scheme).fields:
        for name in {field.id, field.title.zh, field.title.en, *field.aliases}:
            assert names.setdefault(name.lower(), field.id) == field.id, name


def test_a_field_that_two_schemes_share_is_held_in_one_way() -> None:
    held: dict[str, tuple[object, ...]] = {}
    for scheme in scheme_ids():
        for field in load_scheme(scheme).fields:
            way = (field.kind, field.unit, field.year, field.minimum, field.maximum)
            assert held.setdefault(field.id, way) == way, field.id


def test_two_schemes_of_one_track_follow_each_other() -> None:
    for one, other in itertools.combinations(rungs(), 2):
        if one.track == other.track:
            assert one in lower(other)


@pytest.mark.parametrize("law", EDITIONS)
def test_a_condition_on_the_score_says_how_its_mark_is_passed(law: Edition) -> None:
    judges = [condition.judges for condition in law.conditions].count("score")
    assert judges == (1 if law.score.groups else 0)
    assert law.score_condition is None or law.score_condition.line in ("at_least", "above")


def test_every_edition_file_is_plain_yaml() -> None:
    for path in SCHEMES.glob("*/editions/*.yaml"):
        assert "\t" not in path.read_text(encoding="utf-8")
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["id"] == path.stem


def _both(words: Wording) -> None:
    assert words.zh.strip()
    assert words.en.strip()
    assert any("一" <= letter <= "鿿" for letter in words.zh)
    assert not any("一" <= letter <= "鿿" for letter in words.en)
