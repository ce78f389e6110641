"""Words and figures of reports: nothing rounded onto a line, nothing said of rows it does not hold for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.batch.local import score_file
from eligibility.domain.errors import InputError
from eligibility.domain.facts import FirmTable
from eligibility.formula_injection import escape_formulas
from eligibility.i18n import CHINESE, ENGLISH, Language
from eligibility.intake.table import IntakeOptions
from eligibility.reports.files import open_writer
from eligibility.reports.number_format import certified_chance, chance, percent, tenths
from eligibility.reports.plan_text import PlanWords
from eligibility.reports.score_table import scored_table
from tests.firms import HNTE, base, table

SAMPLES = Path(__file__).parents[2] / "sample_data"


def gaps(firms: FirmTable, language: Language) -> list[list[str | None]]:
    """The gaps in words, a list a firm."""
    scored = scored_table(assess_table(firms, HNTE), np.arange(firms.rows), HNTE, language)
    return [
        [row[f"gap_{place}"] for place in (1, 2, 3) if row[f"gap_{place}"]]
        for row in scored.to_pylist()
    ]


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({}, [], []),
        (
            {"st_staff": 8.6, "staff_total": 100},
            ["科技人员占比 [第十一条（四）]：8.6%，须不低于 10%，科技人员还差 2 人（职工总数不变）"],
            ["Share of S&T staff [第十一条（四）]: 8.6%, at least 10% needed, S&T staff short by 2 with the staff unchanged"],
        ),
        (
            {"st_staff": 9.996, "staff_total": 100},
            ["科技人员占比 [第十一条（四）]：9.996%，须不低于 10%，科技人员还差 1 人（职工总数不变）"],
            ["Share of S&T staff [第十一条（四）]: 9.996%, at least 10% needed, S&T staff short by 1 with the staff unchanged"],
        ),
        (
            {"hitech_income_y3": 8_999_999.5},
            ["高新技术产品（服务）收入占比 [第十一条（六）]：59.999997%，须不低于 60%，高新技术产品（服务）收入还差 0.01 万元（总收入随之增加）"],
            ["Share of hi-tech income [第十一条（六）]: 59.999997%, at least 60% needed, hi-tech income short by CNY 2, which adds to total income"],
        ),
        (
            {"registered_on": date(2025, 5, 20)},
            ["注册成立一年以上 [第十一条（一）]：还差 10 天", "创新能力评价 [第十一条（七）]：67–80 分，待专家评定"],
            ["Registered for a year [第十一条（一）]: 10 days short", "Innovation score [第十一条（七）]: 67–80 points, open to judgement"],
        ),
        (
            {"staff_total": 0, "st_staff": 0},
            ["科技人员占比 [第十一条（四）]：分母为零，无法形成比例"],
            ["Share of S&T staff [第十一条（四）]: no ratio, its base is zero"],
        ),
        ({"major_violation": True}, ["无重大违法 [第十一条（八）]：未满足"], ["No major violation [第十一条（八）]: not met"]),
        (
            {"major_violation": None, "st_staff": 1, "conversions_y1": None, "conversions_y2": None},
            [
                "科技人员占比 [第十一条（四）]：1.0%，须不低于 10%，科技人员还差 9 人（职工总数不变）",
                "创新能力评价 [第十一条（七）]：53–92 分，待专家评定；缺：2023年科技成果转化项数，另有 1 项",
                "无重大违法 [第十一条（八）]：待补充；缺：申请前一年内是否发生重大安全、重大质量事故或严重环境违法行为",
            ],
            None,
        ),
        (
            {"conversions_y1": 0, "conversions_y2": 0, "conversions_y3": 0},
            ["创新能力评价 [第十一条（七）]：最高 62 分，须高于 70 分"],
            ["Innovation score [第十一条（七）]: at most 62 points, more than 70 needed"],
        ),
    ],
)  # fmt: skip
def test_gaps_in_words(changes: dict, zh: list[str], en: list[str] | None) -> None:
    assert gaps(table(base(**changes)), CHINESE) == [zh]
    if en is not None:
        assert gaps(table(base(**changes)), ENGLISH) == [en]


def test_gaps_of_many_firms_are_those_of_each() -> None:
    firms = [
        base(),
        base(st_staff=1),
        base(major_violation=True, st_staff=None),
        base(ip_core_support=None),
    ]
    assert gaps(table(*firms), CHINESE) == [gaps(table(firm), CHINESE)[0] for firm in firms]


def test_a_share_shows_enough_digits_not_to_stand_on_a_line_it_is_not_on() -> None:
    shown = [percent(share, 0.05) for share in (0.05, 0.04996, 0.0499996, 0.0512, 0.0500001)]
    assert shown == ["5.0%", "4.996%", "4.99996%", "5.1%", "5.00001%"]
    assert percent(9.99999999 / 100, 0.1) == "9.99999999%"
    assert percent(0.1 * 3 / 3, 0.1) == "10.0%"
    assert percent(1 / 3) == "33.3%"


@given(st.sampled_from([0.03, 0.04, 0.05, 0.1, 0.6]), st.floats(-1e-6, 1e-6))
def test_a_share_is_never_shown_on_the_other_side_of_its_line(line: float, off: float) -> None:
    share = line + off
    shown = Decimal(percent(share, line).removesuffix("%"))
    limit = Decimal(str(line)) * 100
    if abs(off) > 1e-12:
        assert (shown > limit) == (share > line)
        assert shown != limit


def test_the_shortfall_closes_the_gap_and_a_little_less_does_not() -> None:
    for changes, field in (
        ({"hitech_income_y3": 5_000_000}, "hitech_income_y3"),
        ({f"rd_expense_domestic_y{year}": 100_000 for year in (1, 2, 3)}, "rd_expense_domestic_y3"),
        ({f"rd_expense_y{year}": 100_000 for year in (1, 2, 3)}, "rd_expense_y3"),
    ):
        firm = base(**changes)
        (assessment,) = assess_table(table(firm), HNTE)
        (gap,) = (gap for gap in assessment.gaps.by_condition.values() if gap.unit == "CNY")
        for more, status in ((gap.shortfall[0], "met"), (gap.shortfall[0] - 1, "unmet")):
            raised = {**firm, field: firm[field] + more}
            if field == "hitech_income_y3":
                raised["gross_income_y3"] += more
            if field == "rd_expense_domestic_y3":
                raised["rd_expense_y3"] += more
            (found,) = records(assess_table(table(raised), HNTE))
            statuses = {one["id"]: one["status"] for one in found["findings"]}
            assert statuses[gap.condition.id] == status


def test_the_score_lacks_what_even_its_high_end_lacks() -> None:
    firm = base(conversions_y1=0, conversions_y2=0, conversions_y3=0)
    (found,) = records(assess_table(table(firm), HNTE))
    (gap,) = found["gaps"]
    assert (gap["finding"], gap["shortfall"]) == ("innovation_score", 8)


def test_a_text_that_a_spreadsheet_would_run_is_disarmed_and_a_number_is_not() -> None:
    given = ["=1+1", "+x", "-5", "-5.5e3", "@a", "\t=1", "a=1", "+12%", None, "", "-"]
    shown = escape_formulas(pa.table({"text": given}))["text"].to_pylist()
    assert shown == ["'=1+1", "'+x", "-5", "-5.5e3", "'@a", "'\t=1", "a=1", "+12%", None, "", "'-"]


def test_an_output_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must end in \.csv, \.xlsx, \.parquet"):
        open_writer(tmp_path / "out.pdf")


def test_a_file_in_parts_gives_what_it_gives_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eligibility.intake import table as intake

    whole, parts = tmp_path / "whole.csv", tmp_path / "parts.csv"
    options = IntakeOptions(application_date=date(2026, 5, 10))
    score_file(SAMPLES / "candidates_messy.csv", whole, HNTE, CHINESE, options=options)
    monkeypatch.setattr(
        intake.read_batches,
        "__kwdefaults__",
        {**intake.read_batches.__kwdefaults__, "rows_per_batch": 7},
    )
    summary = score_file(SAMPLES / "candidates_messy.csv", parts, HNTE, CHINESE, options=options)
    assert (summary.read, summary.rows_scored, summary.rows_rejected) == (60, 38, 22)
    assert whole.read_bytes() == parts.read_bytes()


def test_no_chance_is_rounded_to_certainty() -> None:
    assert [chance(share) for share in (0.0004, 0.004, 0.62, 0.996)] == [
        "<1%",
        "<1%",
        "62%",
        ">99%",
    ]
    assert [certified_chance(share) for share in (0, 0.004, 0.996, 1)] == [
        "0%", "<1%", ">99%", "100%",
    ]  # fmt: skip
    assert [tenths(share) for share in (0, 0.0004, 0.996, 0.9996, 1)] == [
        "0%", "<0.1%", "99.6%", ">99.9%", "100%",
    ]  # fmt: skip
    learned = {"model": {"text": {"en": "learned"}}, "interval": [0.0021, 0.9991], "asked": 0.8}
    made = {**learned, "probability": 0.996, "refused": None, "cheapest": True}
    (point,) = PlanWords(HNTE, ENGLISH, 2026).readiness(made)
    assert point.text == "Readiness then about >99% (<1%–>99%), at least 80% asked for; learned"
