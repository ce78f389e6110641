"""What a firm reads in a browser: contradictions, advice, fields found, no word of the machine room."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from eligibility.app.self_assessment.draft import Draft  # noqa: E402
from eligibility.app.self_assessment.example import example  # noqa: E402
from eligibility.schemes.registry import load_scheme  # noqa: E402
from eligibility.store import VISITOR, Repository, close_stores, open_store  # noqa: E402
from tests import empty_store  # noqa: E402
from tests.browser.server import chromium, served, settled  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)

YEAR = date.today().year - 1
#: sales and R&D of three years in CNY 10,000: 5.1 % of 3,600, little above the line of 5 %; without
#: more in the year that runs it is 4.6 % of the years of the next batch
SALES, RD = (1000, 1200, 1400), (61, 62, 61)
#: what a firm has no use for: commands, files and words of models, places that a served app is not
MACHINE_ROOM = (
    "pip install", ".yaml", ".py", "Brier", "None", "undetermined", "已失去", "保存在本机", "暂无",
)  # fmt: skip


def contradictory() -> Draft:
    """A firm whose R&D is above its sales, and whose totals are beside some categories."""
    draft = Draft(step="rd")
    draft.facts |= {"name": "甲公司", "registered_on": f"{YEAR - 9}-03-01"}
    draft.facts |= {f"sales_revenue@{YEAR - 2 + place}": str(300) for place in range(3)}
    draft.facts |= {f"rd_expense@{YEAR - 1}": "420", f"rd_expense@{YEAR}": "15"}
    draft.facts[f"rd_personnel@{YEAR}"] = "90"
    return draft


def one_person_short() -> Draft:
    """A firm at 5.1 % of R&D and falling that lacks one person of S&T staff and nothing else."""
    draft = example(load_scheme(), date.today())
    assert draft is not None
    for name in [name for name in draft.lists if name.startswith(("activity", "product"))]:
        del draft.lists[name]
    draft.facts |= {f"st_staff@{YEAR}": "13", f"hitech_income@{YEAR}": "1390"}
    draft.facts |= {f"gross_income@{YEAR}": "1440", f"non_taxable_income@{YEAR}": "0"}
    for place, (sales, costs) in enumerate(zip(SALES, RD, strict=True)):
        year = YEAR - 2 + place
        draft.facts |= {f"sales_revenue@{year}": str(sales), f"rd_expense@{year}": str(costs)}
        draft.facts[f"rd_expense_domestic@{year}"] = str(costs)
    draft.facts |= {"ip_core_support_rating": "A", "management_institution": "6"}
    draft.facts |= {"management_incentive": "4", "standards_participation": "no"}
    return draft


class Visit:
    """One visitor who opens drafts by their codes, reads pages and looks for fields."""

    def __init__(self, page: sync_api.Page, address: str) -> None:
        self.page, self.address = page, address

    def text(self) -> str:
        """What is in sight of the page: nothing of what is folded."""
        settled(self.page)
        return self.page.locator(".stMain").inner_text()

    def open(self, code: str) -> str:
        """The step that a draft was left at."""
        self.page.goto(f"{self.address}/start")
        settled(self.page)
        self.page.get_by_text("凭返回码继续").first.click()
        self.page.get_by_label("返回码", exact=True).fill(code)
        self.page.get_by_role("button", name="凭返回码继续").click()
        self.page.wait_for_url("**/steps**")
        return self.text()

    def turn(self, link: str, place: str) -> str:
        """The page behind a link."""
        self.page.locator(link).first.click()
        self.page.wait_for_url(f"**/{place}**")
        return self.text()

    def find(self, sentence: str) -> list[str]:
        """The fields found for a sentence."""
        self.page.locator("textarea").fill(sentence)
        self.page.get_by_role("button", name="查找", exact=True).click()
        settled(self.page)
        return self.page.locator(".matches li").all_inner_texts()


@pytest.fixture(scope="module")
def codes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """A running app, and the return codes of two drafts in its store."""
    data: Path = tmp_path_factory.mktemp("store")
    empty_store.put(data)
    engine = open_store(f"sqlite:///{data / 'eligibility.sqlite'}")
    store = Repository(engine, VISITOR)
    made = [store.drafts.add(each().state)[0] for each in (contradictory, one_person_short)]
    with served(data) as address:
        yield address, made
    close_stores()


@pytest.fixture(scope="module")
def seen(
    codes: tuple[str, list[str]], browser: sync_api.Browser
) -> Iterator[tuple[Visit, dict[str, str]]]:
    """What one visitor read, by page; the visit ends at the finder."""
    address, (doubtful, short) = codes
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN") as context:
        visit = Visit(context.new_page(), address)
        read = {"steps": visit.open(doubtful)}
        visit.open(short)
        read["result"] = visit.turn(".st-key-progress a", "result")
        read["papers"] = "\n".join(
            visit.page.locator(".stMain [data-testid=stDownloadButton]").all_inner_texts()
        )
        read["first screen"] = visit.page.locator(".first-screen").inner_text()
        read["plan"] = visit.turn(".stMain a[href*=plan]", "plan")
        read["lacking"] = "\n".join(visit.page.locator(".gap li").all_text_contents())
        visit.page.goto(f"{address}/field")
        read["finder"] = visit.text()
        yield visit, read


def test_costs_above_sales_and_totals_beside_categories_are_remarked(
    seen: tuple[Visit, dict[str, str]],
) -> None:
    _visit, read = seen
    assert f"{YEAR - 1}年研发费用（420万元）大于{YEAR - 1}年销售收入（300万元）" in read["steps"]
    assert f"{YEAR}年研发费用分项已填部分（90万元）大于合计（15万元）" in read["steps"]


def test_the_plan_of_a_firm_above_the_line_is_for_the_next_batch_and_leaves_closed_years_alone(
    seen: tuple[Visit, dict[str, str]],
) -> None:
    _visit, read = seen
    assert "5.1%" in read["result"]
    advice = read["plan"].split("假设试算")[0] + read["lacking"]
    assert "增加 1 人" in advice
    assert f"{YEAR + 1}年净资产：增加" in advice
    lines = [line for line in advice.splitlines() if "增加" in line]
    # what the line asks of the year that still runs: 5 % of 4,000 are 77 more than 62 and 61
    costs = [line for line in lines if "研发费用" in line or "研究开发费用" in line]
    assert costs
    assert all(f"{YEAR + 1}年" in line and "增加 16 万元，达到 77 万元" in line for line in costs)
    assert not [line for line in lines if any(f"{YEAR - past}年" in line for past in range(3))]
    amounts = [line for line in lines if "万元" in line]
    assert not [line for line in amounts if "." in line or f"{YEAR + 1}年" not in line]
    assert f"使用 {YEAR - 2}–{YEAR} 年数据" in read["result"]
    assert f"使用 {YEAR - 1}–{YEAR + 1} 年数据" in read["plan"]


def test_the_finder_answers_one_sentence_at_a_time_in_two_languages(
    seen: tuple[Visit, dict[str, str]],
) -> None:
    visit, _read = seen
    for sentence, code in (
        ("奶牛项圈", "20704"),
        ("cow collar", "20704"),
        ("燕麦面条加工", "20605"),
        ("oat noodles", "20605"),
    ):
        results = visit.find(sentence)
        assert code in results[0]
        assert "相近程度 0" not in "".join(results)
        assert sentence in visit.page.locator(".stMain h2").inner_text()
    # a sentence of nothing leaves nothing of the one before
    assert visit.find("家政保洁和婚庆礼仪的一句话") != results
    assert "oat" not in visit.text()


def test_a_firm_meets_no_word_of_the_machine_room(
    seen: tuple[Visit, dict[str, str]],
) -> None:
    _visit, read = seen
    for place, text in read.items():
        assert [word for word in MACHINE_ROOM if word in text] == [], place
    papers = read["papers"].splitlines()
    assert [line for line in papers if "报告（" in line][:2] == ["报告（Word）", "报告（PDF）"]
    assert "JSON" not in read["result"]
    # the chance of a model of invented firms stays folded
    assert "演示模型" not in read["result"]
    assert "约 " not in read["first screen"]
