"""An edition that says only what changes is the edition written out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from eligibility.domain.errors import LawError
from eligibility.schemes.edition_merge import merge
from eligibility.schemes.registry import Scheme, load_scheme, read_scheme
from eligibility.schemes.yaml_file import read_yaml
from tests.firms import HNTE
from tests.schemes.revision import amended_root

BASE: dict[str, Any] = {
    "id": "old",
    "in_force_to": None,
    "parameters": {"share": {"value": 1, "unit": "/1", "citation": {"confidence": "B"}}},
    "conditions": [{"id": "a", "line": "above"}, {"id": "b"}, {"id": "c"}],
    "score": {"pass_mark": 70, "groups": [{"id": "g", "items": [{"id": "x"}, {"id": "y"}]}]},
}


def written_out(text: str) -> str:
    """The edition of 2016 copied and changed by hand, as a revision would be without extending."""
    cited = (
        "{document: 国科发火〔2027〕0号, article: 第一条, "
        'gist: {zh: 虚构的修订，仅用于测试, en: "An invented revision, for tests alone"}}'
    )
    condition = {
        "id": "work_safety",
        "unit": "yes_no",
        "title": {"zh": "安全生产标准化", "en": "Work safety standard"},
        "rule": {"zh": "安全生产标准化达标", "en": "The work safety standard is reached"},
        "evidence": {"zh": "达标证书", "en": "Certificate of the standard"},
        "citation": yaml.safe_load(cited),
    }
    data = yaml.safe_load(text)
    (staff,) = (each for each in data["conditions"] if each["id"] == "st_staff_ratio")
    staff["rule"] = {
        "zh": "科技人员÷职工总数 ≥ 12%，均为全年月平均数",
        "en": "S&T staff ÷ staff ≥ 12 %, both annual averages",
    }
    staff["citation"] = yaml.safe_load(cited)
    data |= {
        "id": "e2027",
        "title": {"zh": "2027版认定办法（虚构）", "en": "Measures of 2027 (invented)"},
        "in_force_from": date(2027, 1, 1),
        "checked_on": date(2026, 11, 29),
        "period_citation": yaml.safe_load(cited),
    }
    data["parameters"]["st_staff_share"] = {
        "value": 0.12,
        "unit": "/1",
        "checked_on": date(2026, 11, 29),
        "citation": yaml.safe_load(cited),
    }
    data["conditions"].append(condition)
    (item,) = data["score"]["groups"][1]["items"]
    item["citation"], item["bands"][0]["at_least"] = yaml.safe_load(cited), 6
    return yaml.safe_dump(data, allow_unicode=True)


def test_the_merged_edition_equals_the_written_out_one(revised: Scheme, tmp_path: Path) -> None:
    root = amended_root(tmp_path)
    editions = root / "hnte" / "editions"
    text = written_out((editions / "e2016.yaml").read_text(encoding="utf-8"))
    (editions / "e2027.yaml").write_text(text, encoding="utf-8")
    by_hand = read_scheme(root / "hnte").edition("e2027")
    merged = revised.edition("e2027")
    assert (merged.extends, by_hand.extends) == ("e2016", None)
    assert merged.model_dump() | {"extends": None} == by_hand.model_dump()


def test_the_edition_extended_is_as_it_was_but_for_its_last_day(revised: Scheme) -> None:
    extended, alone = revised.edition("e2016"), HNTE.edition("e2016")
    assert (str(extended.in_force_to), alone.in_force_to) == ("2026-12-31", None)
    assert extended.model_dump() | {"in_force_to": None} == alone.model_dump()


def test_an_amended_edition_holds_only_what_changes() -> None:
    text = (Path(__file__).parent / "amended/hnte/editions/e2027.yaml").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 40


def test_neither_side_of_a_merge_is_changed() -> None:
    before = yaml.safe_dump(BASE)
    amendment = {"id": "new", "conditions": [{"id": "a", "line": "at_most"}], "remove": []}
    merged = merge(BASE, amendment)
    assert merged["conditions"][0] == {"id": "a", "line": "at_most"}
    assert yaml.safe_dump(BASE) == before
    assert "remove" in amendment


def test_a_citation_is_replaced_whole_and_keeps_no_doubt_of_the_old_one() -> None:
    merged = merge(BASE, {"id": "new", "parameters": {"share": {"citation": {"article": "1"}}}})
    assert merged["parameters"]["share"] == {
        "value": 1,
        "unit": "/1",
        "citation": {"article": "1"},
    }


def test_a_new_entry_stands_last_or_after_the_one_it_names() -> None:
    new = [{"id": "d"}, {"id": "e", "after": "a"}]
    merged = merge(BASE, {"id": "new", "conditions": new})
    assert [each["id"] for each in merged["conditions"]] == ["a", "e", "b", "c", "d"]
    assert all("after" not in each for each in merged["conditions"])
    with pytest.raises(LawError, match="after z, which does not exist"):
        merge(BASE, {"id": "new", "conditions": [{"id": "d", "after": "z"}]})


def test_what_is_removed_is_gone_and_must_have_been_there() -> None:
    gone = ["conditions.b", "parameters.share", "score.groups.g.items.x", "score.pass_mark"]
    merged = merge(BASE, {"id": "new", "remove": gone})
    assert [each["id"] for each in merged["conditions"]] == ["a", "c"]
    assert merged["parameters"] == {}
    assert merged["score"] == {"groups": [{"id": "g", "items": [{"id": "y"}]}]}
    for path in ("conditions.z", "parameters.z", "score.groups.z.items.x"):
        with pytest.raises(LawError, match=f"{path} is to be removed, but does not exist"):
            merge(BASE, {"id": "new", "remove": [path]})


@pytest.mark.parametrize("base", ["e2099", "e2027"])
def test_an_edition_extends_another_that_exists(tmp_path: Path, base: str) -> None:
    folder = amended_root(tmp_path) / "hnte"
    path = folder / "editions" / "e2027.yaml"
    text = path.read_text(encoding="utf-8").replace("extends: e2016", f"extends: {base}")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LawError, match=f"e2027 extends {base}, which does not exist"):
        read_scheme(folder)


def test_an_edition_says_from_which_day_it_is_in_force(tmp_path: Path) -> None:
    folder = amended_root(tmp_path) / "hnte"
    path = folder / "editions" / "e2027.yaml"
    text = path.read_text(encoding="utf-8").replace("2027-01-01", "soon")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LawError, match="e2027: in_force_from is 'soon', expected a day"):
        read_scheme(folder)


@pytest.mark.parametrize("key", ["from", "until"])
def test_a_field_is_asked_from_or_until_an_edition_that_exists(tmp_path: Path, key: str) -> None:
    folder = amended_root(tmp_path) / "hnte"
    path = folder / "fields.yaml"
    text = path.read_text(encoding="utf-8").replace("from: e2027", f"{key}: e2099")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LawError, match=f"asked {key} e2099, which does not exist"):
        read_scheme(folder)


def test_a_file_of_the_law_is_read_once() -> None:
    assert load_scheme() is load_scheme()
    assert read_yaml(load_scheme().folder / "scheme.yaml")["track"] == load_scheme().track
