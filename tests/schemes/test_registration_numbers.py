"""What the number of a right says: its kind, its year, and whether its term still runs."""

from __future__ import annotations

import pytest

from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.schemes.hnte.registration_numbers import (
    RightNumber,
    check_character,
    read_right_number,
)
from tests.intake.test_list_rows import RIGHT, said


@pytest.mark.parametrize(
    "number", ["200710308494.X", "95115608.X", "97101765.4", "2020224325275", "2022215620558"]
)
def test_check_characters_of_published_numbers_are_right(number: str) -> None:
    plain = number.replace(".", "")
    assert check_character(plain[:-1]) == plain[-1]
    found = read_right_number(f"ZL {number}")
    assert found is not None
    assert found.check == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ZL 200710308494.X", RightNumber("invention", 2007)),
        ("95115608.X", RightNumber("invention", 1995)),
        ("CN201610895413", RightNumber("invention", 2016)),
        ("2020224325275", RightNumber("utility model", 2020)),
        ("2020224325276", RightNumber("utility model", 2020, check="5")),
        ("CN112345678A", RightNumber("invention", only_application=True)),
        ("CN112345678B", RightNumber("invention")),
        ("CN212345678U", RightNumber("utility model")),
        ("2019SR0854684", RightNumber("software")),
        ("软著登字第15980140号", RightNumber("software")),
        ("CNA20080376.X", RightNumber("variety")),
    ],
)
def test_a_number_tells_kind_and_year(text: str, number: RightNumber) -> None:
    assert read_right_number(text) == number


@pytest.mark.parametrize("text", ["", "1", "IP01", "国作登字-2020-A-00000001", "2019R11L885247", "12345678901234567"])  # fmt: skip
def test_any_other_text_is_of_none_of_these_rights(text: str) -> None:
    assert read_right_number(text) is None


def test_a_right_whose_term_has_run_out_does_not_count_whatever_its_status_says() -> None:
    model = RIGHT | {"class": "实用新型", "granted_on": "2015-09-01", "number": "ZL201520000001.2"}
    found = said("ip", RIGHT, model)
    assert found.status.tolist() == [MET, UNMET]
    assert "its term has run out" in str(found.reasons[1])
    assert found.fields["ip_class2_count"] == 0


def test_a_right_whose_term_ends_in_the_year_of_application_is_asked_about() -> None:
    model = RIGHT | {"class": "实用新型", "granted_on": "2017-01-01", "number": "ZL201620000001"}
    found = said("ip", model)
    assert found.status.tolist() == [UNDETERMINED]
    assert found.fields["ip_class2_count"] is None


def test_a_design_filed_before_the_law_was_amended_lasts_ten_years() -> None:
    design = RIGHT | {"class": "外观设计", "granted_on": "2015-09-01"}
    assert said("ip", design | {"number": "ZL201530000001"}).status.tolist() == [UNMET]
    later = design | {"granted_on": "2023-01-01", "number": "ZL202230000001"}
    assert said("ip", later).status.tolist() == [MET]


def test_a_published_grant_without_a_year_ends_by_its_date_of_grant() -> None:
    model = RIGHT | {"class": "实用新型", "granted_on": "2014-09-01", "number": "CN204123456U"}
    assert said("ip", model).status.tolist() == [UNMET]


def test_a_number_says_the_class_where_it_is_blank_and_is_asked_about_where_it_differs() -> None:
    unclassed = {name: text for name, text in RIGHT.items() if name != "class"}
    found = said("ip", unclassed | {"number": "2020224325275"})
    assert found.fields["ip_class2_count"] == 1
    differing = said("ip", RIGHT | {"class": "发明专利", "number": "2020224325275"})
    assert differing.status.tolist() == [UNDETERMINED]


def test_a_mistyped_check_character_is_remarked_and_counts() -> None:
    found = said("ip", RIGHT | {"class": "实用新型", "number": "2020224325276"})
    assert found.status.tolist() == [MET]
    assert "should be 5" in str(found.reasons[0])


def test_a_published_application_is_no_grant() -> None:
    found = said("ip", RIGHT | {"class": "发明专利", "number": "CN112345678A"})
    assert found.status.tolist() == [UNDETERMINED]
