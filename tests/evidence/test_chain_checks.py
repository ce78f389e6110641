"""Each check speaks on the firm in which its break was planted, and is silent on the one that fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from eligibility.api import firms
from eligibility.domain.errors import InputError
from eligibility.evidence.chain_record import evidence_record, sentence
from eligibility.evidence.checks import examine
from eligibility.i18n import CHINESE, ENGLISH
from eligibility.intake.draft_reader import read_draft
from eligibility.schemes.evidence import Check, OtherStatement
from tests.evidence.chain_firms import COSTS, DAY, NAME, SCHEME, Lists, lists, look

RULES = SCHEME.evidence
assert RULES is not None
Facts = dict[str, Any]
Plant = Callable[[Lists, Facts], None]


def cell(kind: str, at: int, /, **cells: str) -> Plant:
    """Other texts in some cells of one row; an empty one is left out."""

    def plant(rows: Lists, _: Facts) -> None:
        rows[kind][at] = {column: text for column, text in (rows[kind][at] | cells).items() if text}

    return plant


def row(kind: str, /, **cells: str) -> Plant:
    """One row more."""
    return lambda rows, _: rows[kind].append(dict(cells))


def facts(**values: Any) -> Plant:
    """Other figures beside the lists."""
    return lambda _, stated: stated.update(values)


def every(kind: str, /, **cells: str) -> Plant:
    """Other texts in every row of a list."""

    def plant(rows: Lists, _: Facts) -> None:
        rows[kind] = [{c: t for c, t in (each | cells).items() if t} for each in rows[kind]]

    return plant


NO_COUNTS = {"ip_class1_count": None, "ip_class2_count": None}
NO_CONVERSIONS = dict.fromkeys(("conversions_y1", "conversions_y2", "conversions_y3"))
NO_COSTS = dict.fromkeys(
    f"rd_{name}_y{year}" for name in ("personnel", "direct", "expense") for year in (1, 2, 3)
)
#: check -> what plants its break, and what else has to be seen then
BREAKS: dict[str, tuple[list[Plant], set[str]]] = {
    "main_product_without_right": (
        [every("product", rights=""), every("ip", products="PS02"), cell("conversion", 0, products="PS01"), facts(ip_core_support="no")],
        set(),
    ),
    "main_right_not_counted": ([cell("ip", 0, status="失效"), facts(**NO_COUNTS)], set()),
    "main_products_share": ([cell("product", 0, income="1000"), facts(hitech_income_y3=20_000_000)], set()),
    "product_field_outside": ([cell("product", 1, field="10199")], set()),
    "excluded_activity": ([row("activity", name="年度版本更新", year="2025", kind="常规性升级", rd_personnel="5")], set()),
    "deduction_excluded_activity": (
        [cell("activity", 4, kind="市场调查")], set(),
    ),
    "conversion_outside_years": ([row("conversion", result="旧成果", year="2020", form="转让", source="RD02", proof="技术合同登记")], set()),
    "conversion_twice": ([row("conversion", result="数据清洗技术", year="2024", form="自行投资", source="RD01", products="PS01", proof="合同")], set()),
    "conversion_same_source": ([cell("conversion", 0, source="IP02")], set()),
    "conversion_without_form": ([cell("conversion", 0, form="")], set()),
    "conversion_without_proof": ([cell("conversion", 0, proof="")], set()),
    "right_before_activity": ([cell("ip", 1, granted_on="2022-05-01")], set()),
    "filed_before_activity": ([cell("ip", 0, number="2021100000012")], set()),
    "conversion_before_activity": ([cell("conversion", 2, year="2024"), facts(**NO_CONVERSIONS)], set()),
    "end_before_start": ([cell("activity", 4, ended_on="2025-01-15")], set()),
    "activity_without_cost": ([cell("activity", 4, **COSTS), facts(**NO_COSTS)], set()),
    "cost_after_end": ([cell("activity", 0, ended_on="2023-12-20")], set()),
    "cost_before_start": ([cell("activity", 2, started_on="2025-01-10")], set()),
    "cost_by_category_differs": ([facts(rd_personnel_y2=1_600_000)], set()),
    "cost_total_differs": ([facts(rd_expense_y3=2_900_000)], set()),
    "income_total_differs": ([facts(hitech_income_y3=30_800_000)], set()),
    "income_above_whole": ([facts(gross_income_y3=29_000_000, hitech_income_y3=None)], set()),
    "field_differs": ([cell("activity", 2, field="20101")], set()),
    "firm_field_differs": ([facts(technical_field_code="20101")], set()),
    "core_support_without_link": (
        [every("ip", products=""), every("product", rights="")], set(),
    ),
    "support_denied_but_linked": ([facts(ip_core_support="no")], set()),
    "link_unknown": ([cell("ip", 2, activities="RD02、RD09")], set()),
    "link_one_sided": ([cell("product", 1, rights="IP03"), cell("product", 0, rights="IP01、IP02、IP04"), cell("ip", 3, products="PS01、PS02")], set()),
    "number_twice": ([cell("conversion", 0, code="CG05"), cell("conversion", 1, code="5")], set()),
    "rights_count_differs": ([facts(ip_class2_count=5)], set()),
    "conversions_count_differs": ([facts(conversions_y2=2)], set()),
    "product_without_right": ([cell("product", 1, rights=""), cell("ip", 2, products="PS01"), cell("ip", 3, products="PS01"), cell("product", 0, rights="")], set()),
    "same_rights_for_all": ([every("ip", products="PS01、PS02"), every("product", rights="")], set()),
    "rights_all_new": ([every("ip", granted_on="2026-02-01")], {"rights_after_income"}),
    "rights_after_income": ([*(cell("ip", at, granted_on="2026-02-01") for at in (0, 1, 3))], set()),
    "activity_without_result": ([row("activity", name="低功耗通信模块攻关", year="2025", started_on="2025-02-01", field="10101", kind="研发", **COSTS | {"rd_personnel": "20"}), facts(**NO_COSTS)], set()),
    "right_without_activity": ([cell("ip", 2, activities=""), cell("activity", 2, rights=""), cell("conversion", 2, source="RD02、IP04")], set()),
    "right_without_product": ([cell("ip", 2, products=""), cell("product", 1, rights="IP04")], set()),
    "one_activity_for_all": ([every("ip", activities="RD01"), cell("conversion", 0, source="RD02", year="2024"), facts(**NO_CONVERSIONS), cell("conversion", 1, source="IP02"), cell("conversion", 2, source="RD03"), cell("activity", 0, rights="IP01、IP02、IP03、IP04")], set()),
    "activities_alike": ([cell("activity", 4, name="数据清洗关键技术研究（二期）")], set()),
    "activity_name_routine": ([cell("activity", 4, name="设备监测终端采购")], set()),
    "activity_long": ([cell("activity", 4, ended_on="2030-12-31")], set()),
    "conversion_without_source": ([cell("conversion", 0, source="")], set()),
    "conversion_without_product": ([cell("conversion", 0, products="")], set()),
    "transfer_without_registration": ([cell("conversion", 2, proof="许可合同")], set()),
}  # fmt: skip
#: breaks that show against what stands elsewhere
ELSEWHERE = {
    "name_differs": OtherStatement("name", "示例科技有限公司", "A000000"),
    "figure_differs": OtherStatement("gross_income_y3", 41_000_000.0, "A100000"),
}


def seen(plants: list[Plant], *elsewhere: OtherStatement) -> set[str]:
    """Ids of the checks that see something in the firm with these breaks."""
    rows, stated = lists(), {}
    for plant in plants:
        plant(rows, stated)
    return set(look(rows, stated, elsewhere).sightings)


def test_a_firm_that_hangs_together_raises_nothing_and_is_asked_nothing() -> None:
    agreeing = [
        OtherStatement("name", f" {NAME}", "A000000"),
        OtherStatement("gross_income_y3", 40_000_000.0, "A100000"),
    ]
    found = look(lists(), None, agreeing)
    assert not found.sightings
    assert not found.questions
    assert not found.loose_things


def test_every_check_has_a_break_planted_for_it() -> None:
    assert {*BREAKS, *ELSEWHERE} == {check.id for check in RULES.checks}
    assert len(RULES.checks) >= 40


@pytest.mark.parametrize("name", BREAKS)
def test_a_planted_break_is_seen_by_its_check_and_by_none_that_the_case_does_not_list(
    name: str,
) -> None:
    plants, beside = BREAKS[name]
    assert seen(plants) == {name} | beside


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_stands_otherwise_elsewhere_is_seen(name: str) -> None:
    assert seen([], ELSEWHERE[name]) == {name}


def test_what_is_blank_is_asked_about_and_breaks_nothing() -> None:
    rows = {
        "ip": [{"name": "一种方法", "class": "发明专利"}, {"name": "软件", "class": "软著"}],
        "activity": [{"name": "课题甲", "year": "2025"} | COSTS | {"rd_personnel": "1"}],
        "product": [{"name": "平台", "income": "10"}, {"name": "服务", "income": "20"}],
        "conversion": [{"result": "成果甲", "year": "2025"}, {"result": "成果乙", "year": "2024"}],
    }
    found = examine(rows, firms({}, as_of=DAY), SCHEME)
    assert not found.sightings
    asked = {(each.question.list, each.question.column) for each in found.questions}
    assert asked == {(each.list, each.column) for each in RULES.questions}


def test_the_invented_firm_of_the_example_hangs_together() -> None:
    example = SCHEME.example(DAY)
    assert example is not None
    typed = read_draft({"facts": example["facts"]}, SCHEME, DAY).batch.table
    assert not examine(example["lists"], typed, SCHEME).sightings


def test_a_check_of_law_cites_its_text_and_one_of_practice_its_source_and_day() -> None:
    for check in RULES.checks:
        if check.kind == "consistency":
            assert check.citation is None
        else:
            assert check.citation is not None
        assert (check.source_day is not None) == (check.kind == "practice"), check.id
    with pytest.raises(ValueError, match="cites nothing"):
        Check(**RULES.checks[0].model_dump() | {"citation": None})


def test_no_sentence_speaks_of_a_violation_and_each_is_whole_in_both_languages() -> None:
    for name, (plants, _) in BREAKS.items():
        rows, stated = lists(), {}
        for plant in plants:
            plant(rows, stated)
        for sighting in look(rows, stated).sightings[name]:
            for language in (CHINESE, ENGLISH):
                text = sentence(RULES.checks_by_id[name], sighting, SCHEME, language)
                assert "{" not in text
                assert "None" not in text
                assert not {"violat", "违规", "违法", "作假"} & {
                    word for word in ("violat", "违规", "违法", "作假") if word in text
                }
    for check in RULES.checks:
        words = " ".join(
            text
            for each in (check.title, check.says, check.why, check.settle)
            for text in (each.zh, each.en)
        )
        assert not any(word in words.lower() for word in ("violat", "违规", "违法", "作假", "造假"))


def test_practice_can_be_switched_off_and_nothing_else_can() -> None:
    rows = lists()
    rows["conversion"][0].pop("source")
    found = look(rows, off=["conversion_without_source"])
    assert not found.sightings
    assert evidence_record(found, SCHEME)["off"] == ["conversion_without_source"]
    with pytest.raises(InputError, match="no check of practice"):
        look(rows, off=["conversion_twice"])


def test_the_three_kinds_stand_apart_in_the_record() -> None:
    rows = lists()
    rows["ip"][0] |= {"granted_on": "2022-05-01"}
    rows["conversion"][0] |= {"source": "", "year": "2020"}
    rows["conversion"][1].pop("form")
    checks = evidence_record(look(rows, NO_CONVERSIONS), SCHEME)["checks"]
    assert {kind: [each["id"] for each in some] for kind, some in checks.items()} == {
        "law": ["conversion_outside_years", "conversion_without_form"],
        "consistency": ["right_before_activity"],
        "practice": [],
    }
    assert checks["consistency"][0]["where"] == ["IP01", "RD01"]
    assert "2022-05-01" in checks["consistency"][0]["says"]["zh"]


def test_the_cost_of_an_activity_that_is_no_research_is_left_out() -> None:
    rows = lists()
    rows["activity"][2]["kind"] = "常规性升级"
    found = look(rows, NO_COSTS)
    # both rows of the activity, though one alone says so
    assert found.chain.counts["rd_personnel_y2"] == 900_000
    assert found.chain.counts["rd_personnel_y3"] == 1_300_000
    (sighting,) = found.sightings["excluded_activity"]
    assert sighting.values["cost"] == "190.00"
