"""A firm assesses itself in a browser: through all steps, a reload, a killed server, the result."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from tests.browser.server import chromium, free_port, served, settled, started  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)

STAFF = f"Staff, annual average of months, {date.today().year - 1} (persons)"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """An app that nobody kills."""
    with served() as made:
        yield made


def enter(page: sync_api.Page, *entries: tuple[str, str]) -> None:
    """Type texts into inputs by their labels, one after the other, and leave them."""
    for label, text in entries:
        field = page.get_by_label(label, exact=True)
        field.fill(text)
        field.press("Tab")
    settled(page)


def button(page: sync_api.Page, name: str) -> None:
    """Press a button and wait."""
    page.get_by_role("button", name=name).first.click()
    settled(page)


def reopen(page: sync_api.Page, address: str, code: str) -> None:
    """Come back by the code."""
    page.goto(f"{address}/start?lang=en")
    settled(page)
    page.get_by_text("Go on with a return code").click()
    page.get_by_label("Return code").fill(code)
    button(page, "Continue with the code")
    page.wait_for_url("**/steps**")
    settled(page)


def test_a_firm_goes_all_the_way_through_a_reload_and_a_killed_server(
    browser: sync_api.Browser, tmp_path: Path
) -> None:
    port = free_port()
    with browser.new_page(viewport={"width": 1280, "height": 900}) as page:
        with started(port, tmp_path) as (address, app):
            page.goto(f"{address}/start?lang=en")
            settled(page)
            button(page, "See an example")
            page.wait_for_url("**/steps**")
            settled(page)
            enter(page, ("Name of the firm", "乙 <b>公司</b>"))
            button(page, "Kept as you type")
            code = page.locator("[data-testid=stPopoverBody] code").inner_text().strip()
            assert len(code.replace("-", "")) == 28
            assert code not in page.url
            page.keyboard.press("Escape")
            button(page, "Next →")
            table = page.locator("[data-testid=stDataFrame] canvas").first
            table.dblclick(position={"x": 350, "y": 52}, force=True)
            page.locator("#portal input, #portal textarea").fill("专有技术")
            page.keyboard.press("Enter")
            page.get_by_text("专有技术 is not understood").wait_for()
            # neither another page nor another language loses the change of a table
            page.get_by_role("button", name="Reference").click()
            page.get_by_role("menuitem", name="Rules").click()
            settled(page)
            page.get_by_role("link", name="Self-assessment").click()
            settled(page)
            button(page, "Go on with what is open")
            page.get_by_text("专有技术 is not understood").wait_for()
            page.get_by_text("中文", exact=True).click()
            settled(page)
            page.get_by_text("English", exact=True).click()
            settled(page)
            page.get_by_text("专有技术 is not understood").wait_for()
            button(page, "← Back")
            assert page.get_by_label("Name of the firm").input_value() == "乙 <b>公司</b>"
            button(page, "Next →")
            page.get_by_text("专有技术 is not understood").wait_for()
            # this browser finds it again by its cookie; another needs the code
            page.reload()
            settled(page)
            page.get_by_text("专有技术 is not understood").wait_for()
            reopen(page, address, code)
            page.get_by_text("专有技术 is not understood").wait_for()
            button(page, "Next →")
            enter(page, (STAFF, "150"))
            # what the page has answered is stored
            app.kill()
            app.wait()
        with started(port, tmp_path) as (address, _):
            reopen(page, address, code)
            staff = page.get_by_label(STAFF, exact=True)
            assert staff.input_value() == "150"
            for _step in range(3):
                button(page, "Next →")
            page.locator(".st-key-onward").get_by_role("button", name="See the result").click()
            page.wait_for_url("**/result**")
            settled(page)
            assert page.locator("h1").inner_text() == "乙 <b>公司</b>"
            assert "= 16 ÷ 150" in page.locator(".stMain").inner_text()
            page.get_by_text("For programs: the result and the entries as data").click()
            with page.expect_download() as file:
                page.get_by_role("button", name="My entries as JSON").click()
            assert '"staff_total@2025": "150"' in Path(file.value.path()).read_text(
                encoding="utf-8"
            )


def test_rows_pasted_from_a_spreadsheet_give_the_counts(
    address: str, browser: sync_api.Browser
) -> None:
    rows = (
        "甲方法\t发明专利\t2024-01-15\t有效\t本企业\t自主研发\t否\n"
        "乙软件\t软著\t2024/3/5\t有效\t本企业\t受让\t是\n"
        "丙专有技术\t专有技术\t\t\t\t\t"
    )
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        page = context.new_page()
        page.goto(f"{address}/start?lang=en")
        settled(page)
        button(page, "Begin the full form")
        page.wait_for_url("**/steps**")
        settled(page)
        # from the list of steps, at the top: the table must be in sight to be clicked
        page.locator(".st-key-steps button").nth(1).click()
        settled(page)
        page.evaluate("text => navigator.clipboard.writeText(text)", rows)
        table = page.locator("[data-testid=stDataFrame] canvas").first
        settled(page)
        table.click(position={"x": 100, "y": 50}, force=True)
        # the grid takes the focus a moment after the click
        settled(page)
        page.keyboard.press("Control+v")
        page.get_by_text("1 of 3 rows count.").wait_for()
        said = page.locator(".rows").inner_text()
        assert "it counts once" in said
        assert "专有技术 is not understood" in said


#: ways through the steps, and where each leads
STEPS = (
    ("Next →", "2. Intellectual property"),
    ("Next →", "3. Staff"),
    ("← Back", "2. Intellectual property"),
    ("← Back", "1. Main facts"),
)
#: the page's scroll, whether its heading has the focus and is in sight
ARRIVED = """() => {
    const heading = document.querySelector('.stMain h1')
    const place = heading.getBoundingClientRect()
    return [
        document.querySelector('.stMain').scrollTop,
        document.activeElement === heading,
        place.top >= 0 && place.bottom <= innerHeight,
        heading.innerText,
    ]
}"""


@pytest.mark.parametrize(("width", "height"), [(1280, 480), (390, 844)])
def test_a_step_begins_at_its_heading_and_typing_moves_nothing(
    address: str, browser: sync_api.Browser, width: int, height: int
) -> None:
    with browser.new_page(viewport={"width": width, "height": height}, locale="en-US") as page:
        refused: list[str] = []
        page.on("console", lambda told: refused.append(told.text) if "Security" in told.text else 0)
        page.goto(f"{address}/start")
        settled(page)
        button(page, "See an example")
        page.wait_for_url("**/steps**")
        settled(page)
        for name, title in STEPS:
            page.get_by_role("button", name=name).scroll_into_view_if_needed()
            settled(page)
            assert page.evaluate(ARRIVED)[0] > 0, (
                "a page that fits cannot show that it scrolls back"
            )
            button(page, name)
            top, focused, seen, told = page.evaluate(ARRIVED)
            assert (focused, seen, told) == (True, True, title)
            assert top == 0 or width < 500
        # what is typed and stored draws the step again and leaves the person where they are
        last = page.locator(".stMain input[type=text]:enabled:visible").last
        last.scroll_into_view_if_needed()
        settled(page)
        before = page.evaluate(ARRIVED)[0]
        assert before > 0
        last.fill("1234")
        last.press("Tab")
        settled(page)
        top, focused, _seen, _told = page.evaluate(ARRIVED)
        assert not focused
        assert top == before
        assert refused == []


def test_a_gap_of_the_result_puts_the_keyboard_into_the_field_that_closes_it(
    address: str,
    browser: sync_api.Browser,
) -> None:
    with browser.new_page(viewport={"width": 390, "height": 844}, locale="en-US") as page:
        page.goto(f"{address}/start")
        settled(page)
        button(page, "Begin the full form")
        page.wait_for_url("**/steps**")
        settled(page)
        enter(page, ("Registered on", "2015-01-01"))
        page.get_by_role("link", name="See the result →").click()
        page.wait_for_url("**/result**")
        settled(page)
        for name in ("Class I rights", "Technical field code"):
            button(page, f"Fill in: {name}")
            page.wait_for_url("**/steps**")
            settled(page)
            label = page.evaluate("document.activeElement.ariaLabel")
            place = page.evaluate("document.activeElement.getBoundingClientRect().top")
            assert name in label
            assert 0 < place < 844
            page.get_by_role("link", name="See the result →").click()
            page.wait_for_url("**/result**")
            settled(page)


#: of the rows that ask: every input has a name, a description, and of amounts a keyboard
UNNAMED = """() => [...document.querySelectorAll('.ask[data-fields]')].flatMap((ask) => {
    const row = ask.closest('[data-testid=stHorizontalBlock]')
    return [...row.querySelectorAll('input:not([role=combobox])')].filter((input) =>
        !input.ariaLabel || !input.getAttribute('aria-describedby') ||
        (ask.dataset.mode && input.inputMode !== ask.dataset.mode)).map((input) => input.ariaLabel)
})"""


#: where every question, heading, table, mark, step and way on stands on the page, and its foot
PLACES = """() => [...document.querySelectorAll(`.stBottom, .stMainBlockContainer :is(
    .ask, h2, summary, .st-key-onward button, .st-key-steps button, .marks li, .verdict, .report,
    .stDataFrame, .stButton:not(.st-key-end-of-step *), .stPopover, .foot)`)].map((each) => {
    const place = each.getBoundingClientRect()
    const scrolled = each.matches('.stBottom') ? 0 : document.querySelector('.stMain').scrollTop
    return [each.tagName, Math.round(place.top + scrolled), Math.round(place.left)]
})"""


def test_a_firm_of_another_language_types_reloads_goes_back_and_pastes_again(
    address: str, browser: sync_api.Browser
) -> None:
    year = date.today().year - 1
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN") as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        page = context.new_page()
        page.goto(f"{address}/start")
        settled(page)
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        # another language on the page, then another page
        page.get_by_text("English", exact=True).click()
        settled(page)
        assert page.evaluate("document.documentElement.lang") == "en"
        button(page, "Ten questions first")
        page.wait_for_url("**/precheck**")
        settled(page)
        # on a phone, where what is said of an entry stands above the next question
        page.set_viewport_size({"width": 390, "height": 844})
        settled(page)
        places = page.evaluate(PLACES)
        enter(page, ("Registered on", "43536"))
        page.get_by_text("43536 → 2019-03-12").wait_for()
        assert page.evaluate(PLACES) == places
        page.get_by_text("1 of 9 conditions stand").wait_for()
        enter(page, ("R&D intensity (%)", "five in a hundred"))
        page.get_by_text("expected a share from 0 to 100").wait_for()
        assert page.evaluate(PLACES) == places
        enter(page, ("R&D intensity (%)", "5.2"))
        page.set_viewport_size({"width": 1280, "height": 900})
        settled(page)
        button(page, "Go on to the full form")
        page.wait_for_url("**/steps**")
        settled(page)
        page.get_by_text("中文", exact=True).click()
        settled(page)
        # what was answered is there; the first entry of the form moves nothing
        name = page.get_by_label("企业名称", exact=True)
        assert page.get_by_label("注册成立日期", exact=True).input_value() == "43536"
        before = name.bounding_box()
        name.fill("呼和浩特市青禾智能科技有限公司")
        name.press("Tab")
        settled(page)
        assert name.bounding_box() == before
        assert page.evaluate(UNNAMED) == []
        assert page.get_by_role("group", name="销售收入").count() == 1
        assert page.get_by_label(f"{year}年销售收入（万元）", exact=True).count() == 1
        places = page.evaluate(PLACES)
        labels = [f"{each}年净资产（万元）" for each in (year - 1, year)]
        enter(page, *zip(labels, ("约五百", "一百二十"), strict=True))
        page.get_by_text(f"{year - 1}年：应为金额，如 1314.38；已留空（另有 1 处）").wait_for()
        assert page.evaluate(PLACES) == places
        # figures that contradict each other are named at the end of their step and at its foot
        enter(page, *((label, "") for label in labels), (f"{year}年销售收入（万元）", "300"))
        page.locator(".st-key-steps button").nth(3).click()
        settled(page)
        places = page.evaluate(PLACES)
        enter(page, (f"{year}年人员人工费用（万元）", "420"))
        assert "420万元" in page.locator(".warning-here").inner_text()
        assert "420万元" in page.locator(".st-key-progress").inner_text()
        assert page.evaluate(PLACES) == places
        page.locator(".st-key-steps button").first.click()
        settled(page)
        # a reload and Back find the draft and the step
        page.locator(".st-key-steps button").nth(1).click()
        settled(page)
        page.reload()
        settled(page)
        assert page.locator("h1").inner_text() == "二、知识产权"
        page.go_back()
        settled(page)
        assert page.locator("h1").inner_text() == "一、主要情况"
        assert name.input_value() == "呼和浩特市青禾智能科技有限公司"
        page.locator(".st-key-steps button").nth(1).click()
        settled(page)
        # every row deleted, then pasted again: a heading, own titles, the firm's own name
        rows = (
            "知识产权汇总表\n名称\t类别\t授权日期\t状态\t权利人\t取得方式\n"
            "甲软件\t软著\t2024/3/5\t已授权\t呼和浩特市青禾智能科技有限公司\t原始取得"
        )
        places = page.evaluate(PLACES)
        for _turn in range(2):
            page.evaluate("text => navigator.clipboard.writeText(text)", rows)
            table = page.locator("[data-testid=stDataFrame] canvas").first
            table.click(position={"x": 100, "y": 50}, force=True)
            settled(page)
            page.keyboard.press("Control+v")
            page.get_by_text("1 行中").wait_for()
            settled(page)
            assert page.evaluate(PLACES) == places
            table.click(position={"x": 12, "y": 18}, force=True)
            settled(page)
            page.keyboard.press("Delete")
            page.get_by_text("1 行中").wait_for(state="detached")
            settled(page)
        # what was pasted beside the table and not yet taken outlives another language
        page.get_by_text("粘贴带表头的表格").click()
        page.locator("textarea:visible").fill(rows)
        page.get_by_text("English", exact=True).click()
        settled(page)
        assert page.locator("textarea:visible").input_value() == rows
        page.locator(".st-key-progress a").click()
        page.wait_for_url("**/result**")
        settled(page)
        assert page.locator(".marks li").count() == 9
        assert page.locator("button[data-print]").count() == 1
        page.goto(f"{address}/start")
        settled(page)
        page.get_by_text("呼和浩特市青禾智能科技有限公司").wait_for()


#: what the keyboard is on: its kind, and what it is called
FOCUS = """() => {
    const at = document.activeElement
    const label = at.closest('label')
    return [at.type || at.tagName, (at.ariaLabel || (label || at).innerText || '').trim()]
}"""


def tab_to(page: sync_api.Page, kind: str, name: str, most: int) -> None:
    """Press Tab until the keyboard is on something, at most so many times."""
    seen = []
    for _press in range(most):
        page.keyboard.press("Tab")
        at, label = page.evaluate(FOCUS)
        if at == kind and name in label:
            return
        seen.append((at, label))
    raise AssertionError(f"{kind} {name!r} is not among {seen}")


def test_tab_space_and_enter_lead_from_the_checklist_of_evidence_to_the_result(
    address: str, browser: sync_api.Browser
) -> None:
    with browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US") as page:
        page.goto(f"{address}/start")
        settled(page)
        button(page, "Begin the full form")
        page.wait_for_url("**/steps**")
        # a reload keeps a form that nothing was typed into; Back leads to the start at once
        page.reload()
        settled(page)
        assert page.locator("h1").inner_text() == "1. Main facts"
        page.go_back()
        page.wait_for_url("**/start**")
        settled(page)
        assert "step=" not in page.url
        page.go_forward()
        page.wait_for_url("**/steps**")
        settled(page)
        page.locator(".st-key-steps button").nth(5).focus()
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="6. Capacity to innovate").wait_for()
        settled(page)
        tab_to(page, "checkbox", "Rules for the organisation of R&D", 40)
        page.keyboard.press("Space")
        page.get_by_text("1 of 3 are there → 2 of 6 points").wait_for()
        settled(page)
        # the keyboard stays where it was
        assert page.evaluate(FOCUS)[0] == "checkbox"
        tab_to(page, "submit", "See the result", 40)
        page.keyboard.press("Enter")
        page.wait_for_url("**/result**")
        settled(page)
        assert page.locator(".marks li").count() == 9
