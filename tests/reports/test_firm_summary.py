"""One screen of a firm's result: what stands, what decides, what to do with whom and by when."""

from __future__ import annotations

from datetime import date

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import record
from eligibility.i18n import CHINESE
from eligibility.planning.next_batch import next_batch
from eligibility.reports.firm_summary import FirmSummary
from eligibility.reports.firm_text import plain
from tests.firms import HNTE, base, table

TODAY = date(2026, 11, 30)
OVERLAY = HNTE.overlay("inner_mongolia_hohhot")
RATED = ("ip_advancement_rating", "management_system", "management_talent")


def summary(**changes: object) -> FirmSummary:
    firm = table(base(application_date=TODAY, **changes))
    (assessment,) = assess_table(firm, HNTE)
    batch = next_batch(firm, HNTE, OVERLAY, TODAY)
    return FirmSummary(record(assessment, 0), batch, HNTE, OVERLAY, TODAY, CHINESE)


def test_experts_alone_decide_and_the_sentence_says_from_what_to_what() -> None:
    said = summary(**dict.fromkeys(RATED))
    assert said.state == "experts"
    assert "8 项已满足；能否过 70 分取决于专家" in said.sentence


def test_a_firm_with_the_code_of_another_body_reads_nowhere_as_eligible() -> None:
    said = summary(uscc="92150105XNBU6HUA30")
    assert (said.record["verdict"], said.state) == ("undetermined", "undetermined")
    assert "注册成立一年以上" in said.sentence
    lacking = "企业的统一社会信用代码（所填代码属其他主体）"
    assert lacking in said.steps[0].what
    text = plain(said.record, HNTE, CHINESE)
    assert text.splitlines()[1].startswith("待补充")
    assert f"缺：{lacking}" in text
    assert "个体工商户" in text


def test_a_missing_fact_is_the_first_thing_to_do_with_whom_and_by_when() -> None:
    said = summary(staff_total=None)
    assert "还缺 1 项数据才能判定" in said.sentence
    first = said.steps[0]
    assert "职工总数" in first.what
    assert (first.who, first.field) == ("人事", "staff_total")
    assert first.by is not None
    assert TODAY <= first.by <= date(2027, 5, 10)


def test_what_falls_short_is_to_be_done_within_the_running_year_in_whole_amounts() -> None:
    said = summary(
        hitech_income_y3=20_000_000.0, total_income_y3=None, gross_income_y3=50_000_123.45
    )
    (step,) = [each for each in said.steps if "年内" in each.what]
    assert step.by == date(2026, 12, 31)
    assert "2026 年内还需增加" in step.what
    assert "." not in step.what


def test_the_next_batch_names_its_years_and_what_it_takes_hands_in_eight_kinds_of_papers() -> None:
    said = summary()
    assert "使用 2024–2026 年数据" in said.batch_line
    assert "若 2026 年与上年持平" in said.outlook_line
    assert len(said.materials) == 8
    assert len(said.steps) <= 3
