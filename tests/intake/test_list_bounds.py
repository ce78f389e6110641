"""An open row of a list leaves an amount between two ends, and the rules use the ends alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.assessment.stress import strikes
from eligibility.domain.facts import FirmTable, bound_ids
from eligibility.domain.results import UNDETERMINED
from eligibility.intake.draft_reader import read_draft
from eligibility.intake.lists import count_list
from eligibility.planning.projection import Assumptions, project
from eligibility.schemes.hnte.derived_figures import usable_rights
from eligibility.schemes.lists import Count
from eligibility.schemes.registry import load_scheme
from eligibility.store.fact_rows import table_facts
from tests.firms import base, table

SCHEME = load_scheme()
DAY = date(2026, 5, 20)
RIGHT = {
    "class": "实用新型", "granted_on": "2024-01-15", "status": "有效", "owner": "本企业",
    "acquired": "自主研发", "used": "否",
}  # fmt: skip
SIX = [RIGHT | {"name": f"装置{n}"} for n in range(6)]
#: in force or not is not said
OPEN = {name: text for name, text in RIGHT.items() if name != "status"} | {"name": "装置七"}


def read(facts: Mapping[str, str] = {}, **lists: list[dict[str, str]]) -> FirmTable:
    return read_draft({"facts": facts, "ledgers": lists}, SCHEME, DAY).batch.table


def assess(firms: FirmTable) -> Any:
    (record,) = records(assess_table(firms, SCHEME))
    findings = {each["id"]: each for each in record["findings"]}
    return findings, {each["id"]: each for each in record["score"]["items"]}


def count(ledger: str, rows: list[dict[str, str]]) -> Count:
    found = count_list(SCHEME.lists[ledger], rows, SCHEME.in_force(DAY), np.datetime64(DAY))
    assert found is not None
    return found


def test_six_rights_and_an_open_one_are_six_or_seven_and_no_figure() -> None:
    firm = read(ip=[*SIX, OPEN])
    assert np.isnan(firm.numbers("ip_class2_count")[0])
    assert [end[0] for end in firm.bounds("ip_class2_count")] == [6, 7]
    assert [end[0] for end in firm.bounds("ip_class1_count")] == [0, 0]
    # what is stored has neither end
    (facts,) = table_facts(firm, list(SCHEME.fields))
    assert "ip_class1_count" in facts
    assert not {*bound_ids("ip_class2_count"), "ip_class2_count"} & facts.keys()


def test_rights_that_are_certain_meet_a_condition_and_give_their_points_beside_an_open_one() -> (
    None
):
    findings, items = assess(read({"ip_core_support": "是"}, ip=[*SIX, OPEN]))
    assert (findings["core_ip"]["status"], findings["core_ip"]["observed"]) == ("met", None)
    assert findings["core_ip"]["missing"] == []
    _, known = assess(read({"ip_core_support": "是"}, ip=SIX))
    assert items["ip_count"] == known["ip_count"] | {
        "observed": None, "band": items["ip_count"]["band"], "missing": items["ip_count"]["missing"],
    }  # fmt: skip
    # of a list with nothing certain nothing is
    findings, items = assess(read({"ip_core_support": "是"}, ip=[OPEN]))
    assert findings["core_ip"]["status"] == "undetermined"
    assert (items["ip_count"]["low"], items["ip_count"]["high"]) == (
        0,
        known["ip_count"]["low"] and 2,
    )


def test_one_thing_in_tech_sme_counts_as_certain_too() -> None:
    sme = load_scheme("tech_sme")
    (record,) = records(assess_table(read(ip=[*SIX, OPEN]), sme))
    (rights,) = [each for each in record["score"]["items"] if each["id"] == "rights"]
    (known,) = records(assess_table(read(ip=SIX), sme))
    (those,) = [each for each in known["score"]["items"] if each["id"] == "rights"]
    assert (rights["low"], rights["high"]) == (those["low"], those["high"])


def test_a_right_that_may_be_spent_takes_from_the_certain_ones() -> None:
    unsaid = {name: text for name, text in SIX[0].items() if name != "used"}
    firm = read(ip=[unsaid, *SIX[1:]])
    assert firm.numbers("ip_class2_count")[0] == 6
    assert [end[0] for end in firm.bounds("ip_class2_used_count")] == [0, 1]
    _, items = assess(firm)
    _, five = assess(read(ip=SIX[1:]))
    assert items["ip_count"]["low"] == five["ip_count"]["low"]


def test_income_that_is_listed_meets_its_share_though_another_product_has_none_yet() -> None:
    facts = {"gross_income_y3": "1000", "non_taxable_income_y3": "0"}
    rows = [{"name": "甲", "income": "600"}, {"name": "乙"}]
    findings, _ = assess(read(facts, product=rows))
    share = findings["hitech_income_share"]
    assert (share["status"], share["observed"], share["interval"]) == ("met", None, [0.6, 1])
    rows[0]["income"] = "599.99"
    assert assess(read(facts, product=rows))[0]["hitech_income_share"]["status"] == "undetermined"
    # of less total income the same is more
    facts["non_taxable_income_y3"] = "200"
    assert assess(read(facts, product=rows))[0]["hitech_income_share"]["interval"] == [
        pytest.approx(599.99 / 800), 1,
    ]  # fmt: skip
    facts["non_taxable_income_y3"] = "0"
    # the same row twice is once or twice, and no more
    rows = [{"name": "甲", "income": "250"}] * 2
    share = assess(read(facts, product=rows))[0]["hitech_income_share"]
    assert (share["status"], share["interval"]) == ("unmet", [0.25, 0.5])


def test_results_of_a_year_with_an_open_row_give_the_points_of_those_that_are_certain() -> None:
    rows = [{"result": f"成果{n}", "year": "2025"} for n in range(12)]
    firm = read({"registered_on": "2015-01-01"}, conversion=[*rows, {"year": "2025"}])
    assert [end[0] for end in firm.bounds("conversions_y3")] == [12, 13]
    _, items = assess(firm)
    _, known = assess(read({"registered_on": "2015-01-01"}, conversion=rows))
    for end in ("low", "high"):
        assert items["conversion"][end] == known["conversion"][end]
    assert items["conversion"]["low"] > 0


def test_a_result_that_an_open_row_may_have_of_an_earlier_year_is_not_certain_in_its_own() -> None:
    found = count("conversion", [{"result": "甲", "year": "2025"}, {"result": "甲"}])
    assert found.bounds["conversions_y3"] == (0, 2)
    # nor in a year of which every row is full: the one without a name may be its
    found = count("conversion", [{"year": "2023"}, {"result": "甲", "year": "2024"}])
    assert found.bounds == {"conversions_y1": (0, 1), "conversions_y2": (0, 1)}


@pytest.mark.parametrize(
    ("stated", "number"), [("实用新型", "ZL202110000001.1"), ("发明", "ZL202220000001.2")]
)
def test_a_right_whose_number_is_of_another_class_may_be_of_either(
    stated: str, number: str
) -> None:
    row = RIGHT | {"name": "甲", "class": stated, "number": number, "used": "是"}
    found = count("ip", [row])
    assert found.bounds["ip_class1_count"] == found.bounds["ip_class2_count"] == (0, 1)
    assert found.status.tolist() == [UNDETERMINED]
    assert found.fields["ip_self_developed"] is None


def test_a_strike_takes_its_row_from_the_certain_ones() -> None:
    rows = [RIGHT | {"name": "软件", "class": "软件著作权"}, *SIX, OPEN]
    firm = read(ip=rows)
    least, _ = bound_ids("ip_class2_count")
    left = {each.name: each.fields for each in strikes(firm, SCHEME, {"ip": rows}) if each.name}
    assert firm.columns[least] == 7
    assert left["装置0"][least] == left["软件"][least] == 6
    assert [left["装置七"][name] for name in bound_ids("ip_class2_count")] == [7, 7]


def test_a_share_is_struck_from_what_is_certain() -> None:
    facts = {"gross_income_y3": "1000", "non_taxable_income_y3": "0"}
    firm = read(facts, product=[{"name": "甲", "income": "600"}, {"name": "乙"}])
    (strike,) = [each for each in strikes(firm, SCHEME) if each.id == "hitech_income_not_accepted"]
    assert strike.fields["hitech_income_y3:least"] == 5_400_000


def test_a_later_year_has_the_rights_of_this_list_and_none_of_its_amounts() -> None:
    rows = [{"result": "甲", "year": "2024"}, {"year": "2024"}, {"year": "2025"}]
    later = project(read(ip=[*SIX, OPEN], conversion=rows), date(2027, 5, 20), SCHEME)
    ends = {name: [end[0] for end in later.bounds(name)] for name in ("ip_class2_count", "conversions_y1", "conversions_y2")}  # fmt: skip
    assert ends["ip_class2_count"] == [6, 7]
    # what was the second year is the first, and what was the third the second
    assert ends["conversions_y1"] == ends["conversions_y2"] == [0, np.inf]


def test_after_a_certification_the_rights_of_class_two_are_spent_though_their_number_is_open() -> (
    None
):
    later = project(read(ip=[*SIX, OPEN]), date(2029, 5, 20), SCHEME, Assumptions(certificate_granted=True))  # fmt: skip
    least, most = usable_rights(later, SCHEME.in_force(DAY)).class2
    assert (least[0], most[0]) == (0, 1)


def test_firms_with_other_bounds_are_not_alike() -> None:
    blank = dict.fromkeys(f"conversions_y{year}" for year in (1, 2, 3))
    firms = table(base(**blank), base(**blank), base(**blank))
    firms = firms.with_columns({"conversions_y3:least": np.array([np.nan, 15.0, 12.0])})
    together = records(assess_table(firms, SCHEME))
    alone = [records(assess_table(firms.take(np.array([row])), SCHEME))[0] for row in range(3)]
    assert together == alone
    lows = [
        item["low"] for one in alone for item in one["score"]["items"] if item["id"] == "conversion"
    ]
    assert lows[0] < lows[2] <= lows[1]


def test_rights_are_decided_exactly_where_every_number_within_the_bounds_gives_one_answer() -> None:
    """Points at both ends, and the condition, of every box of numbers beside all numbers in it."""
    boxes = [
        (class1, class2, used)
        for class1 in ((0, 0), (0, 1), (1, 2))
        for class2 in ((0, 0), (0, 1), (2, 3), (3, 5), (5, 6), (6, 8))
        for used in ((0, 0), (0, 1), (1, 3))
        if used[0] <= class2[0]
    ]
    names = ("ip_class1_count", "ip_class2_count", "ip_class2_used_count")
    fills = [
        (place, fill)
        for place, box in enumerate(boxes)
        for fill in product(*(range(least, most + 1) for least, most in box))
        if fill[2] <= fill[1]
    ]
    known = table(*(base(**dict(zip(names, fill, strict=True))) for _, fill in fills))
    of = np.array([place for place, _ in fills])
    unsaid = table(*(base(**dict.fromkeys(names)) for _ in boxes))
    ends = np.array(boxes, dtype=float)
    unsaid = unsaid.with_columns(
        {
            column: ends[:, row, side]
            for row, name in enumerate(names)
            for side, column in enumerate(bound_ids(name))
        }
    )
    (answers,), (found,) = (assess_table(firms, SCHEME) for firms in (known, unsaid))
    for item in ("ip_count", "ip_advancement"):
        every, one = answers.score.items[item], found.score.items[item]
        for place in range(len(boxes)):
            assert one.low[place] == every.low[of == place].min(), boxes[place]
            assert one.high[place] == every.high[of == place].max(), boxes[place]
    for place in range(len(boxes)):
        statuses = set(answers.findings["core_ip"].status[of == place].tolist())
        expected = statuses.pop() if len(statuses) == 1 else UNDETERMINED
        assert found.findings["core_ip"].status[place] == expected, boxes[place]


rights = st.fixed_dictionaries(
    {"name": st.sampled_from("甲乙")},
    optional={
        "number": st.sampled_from(["2024SR0000001", "2024SR0000002"]),
        "class": st.sampled_from(["I", "II", "软件著作权"]),
        "granted_on": st.sampled_from(["2024-01-15", "2027-01-01"]),
        "status": st.sampled_from(["有效", "失效"]),
        "owner": st.sampled_from(["本企业", "other", "共有"]),
        "used": st.sampled_from(["yes", "no"]),
    },
)
results = st.fixed_dictionaries(
    {},
    optional={
        "result": st.sampled_from("甲乙丙"),
        "year": st.sampled_from(["2022", "2023", "2025"]),
    },
).filter(bool)


@pytest.mark.parametrize(
    ("ledger", "rows", "full"),
    [
        ("ip", rights, st.sampled_from([RIGHT, RIGHT | {"class": "I", "used": "yes"}, RIGHT | {"status": "失效"}])),
        ("conversion", results, st.fixed_dictionaries({"result": st.sampled_from("甲乙丁"), "year": st.sampled_from(["2022", "2023", "2024", "2025"])})),
    ],
)  # fmt: skip
def test_what_an_open_row_turns_out_to_be_leaves_no_amount_beyond_its_ends(
    ledger: str, rows: st.SearchStrategy[dict[str, str]], full: st.SearchStrategy[dict[str, str]]
) -> None:
    @settings(max_examples=40)
    @given(st.lists(rows, min_size=1, max_size=5), st.data())
    def claim(some: list[dict[str, str]], data: st.DataObject) -> None:
        before = count(ledger, some)
        # a number says of which class a right is
        after = count(
            ledger,
            [
                data.draw(full) | ({"class": "软件著作权"} if "number" in row else {}) | row
                for row in some
            ],
        )
        for name, (least, most) in before.bounds.items():
            low, high = after.bounds.get(name, (after.fields[name],) * 2)
            assert least <= low <= high <= most, name

    claim()
