"""Reading by ear, by keyboard and without colour, on every page, in the light and in the dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="needs Playwright: pip install -r requirements-dev.txt"
)

from tests.browser.sample_register import fill  # noqa: E402
from tests.browser.server import chromium, served, settled  # noqa: E402

pytestmark = pytest.mark.skipif(
    chromium() is None, reason="needs Chromium: apt-get install chromium"
)
FIRM = "91150105XNBU6HUA33"
PAGES = (
    "", "start", f"firm?firm={FIRM}", f"plan?firm={FIRM}", "field", "rules", "rules?edition=beside",
    "model", "overview", "year", "staff-firms", "staff-firm?firm=3", "staff-firm?firm=3&tab=tasks",
    "import", "applications", "admin", "account", "desk", "assumptions", "papers",
)  # fmt: skip
GRAVE = {"serious", "critical"}
#: what Streamlit itself draws so: rule, and where
NOT_OURS = {"duplicate-id-active": "glide-cell-", "aria-required-attr": 'role="spinbutton"'}
GROUND = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
#: to another page of the app without loading it anew, as its links and Back lead; once its run has begun
TURN = """async (path) => {
    const title = document.title
    history.pushState({}, '', path)
    dispatchEvent(new PopStateEvent('popstate'))
    for (let waited = 0; document.title === title && waited < 600; waited++)
        await new Promise((done) => setTimeout(done, 50))
    return document.title !== title
}"""
#: the rules of axe that look at colours
COLOURS = ("color-contrast", "link-in-text-block")
#: does the element that has the focus stand out: by an outline, a shadow, or a border of the accent
STANDS_OUT = """() => {
  const probe = document.querySelector('.stApp').appendChild(document.createElement('i'));
  probe.style.color = 'var(--accent)';
  const accent = getComputedStyle(probe).color;
  probe.remove();
  let at = document.activeElement;
  // the cells of a table are drawn, so the table stands out as a whole
  const table = at?.closest('[data-testid=stDataFrame]');
  if (table && getComputedStyle(table).outlineStyle !== 'none') return true;
  for (let up = 0; at && up < 4; up++, at = at.parentElement) {
    const s = getComputedStyle(at);
    const outlined = s.outlineStyle !== 'none' && s.outlineWidth !== '0px';
    const bordered = s.borderTopWidth !== '0px' && s.borderTopColor === accent;
    if (outlined || bordered || s.boxShadow !== 'none') return true;
  }
  return false;
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data: Path = tmp_path_factory.mktemp("register")
    fill(data)
    with served(data) as made:
        yield made


def opened(browser: sync_api.Browser, address: str, **more: object) -> sync_api.Page:
    page = browser.new_page(locale="en-US", viewport={"width": 1280, "height": 1600}, **more)
    page.goto(address)
    settled(page)
    return page


def example(page: sync_api.Page, address: str) -> None:
    page.goto(f"{address}/start")
    settled(page)
    page.get_by_role("button", name="See an example").click()
    page.wait_for_url("**/steps**")
    settled(page)


def grave(page: sync_api.Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds serious or critical by these rules, or by all, other than what Streamlit itself draws."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    # style sheets and films, which it would load again, no rule of these ranks reads
    options = {"resultTypes": ["violations"], "preload": False, "selectors": False}
    if rules:
        options["runOnly"] = list(rules)
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{broken['id']}: {node['html'][:160]}"
        for broken in found["violations"]
        if broken["impact"] in GRAVE
        for node in broken["nodes"]
        if NOT_OURS.get(broken["id"], "\0") not in node["html"]
    ]


def in_both(page: sync_api.Page, schemes: list[str]) -> list[str]:
    """The same in the light and in the dark, between which a page changes without being loaded.

    It begins with the one that the page before ended with, which turns ``schemes`` round.
    """
    found, grounds = [], []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        settled(page)
        grounds.append(page.evaluate(GROUND))
        # the colours alone change with it
        found += [f"{scheme}: {said}" for said in grave(page, COLOURS if scheme == "dark" else ())]
    assert len(set(grounds)) == 2, "the page did not change its colours"
    schemes.reverse()
    return found


def visit(page: sync_api.Page, address: str, name: str) -> None:
    """Go to a page within the app; the page that is open already is loaded anew."""
    if urlsplit(f"/{name}").path == urlsplit(page.url).path:
        page.goto(f"{address}/{name}")
    else:
        assert page.evaluate(TURN, f"/{name}"), name
    settled(page)


def test_axe_finds_nothing_grave(address: str, browser: sync_api.Browser) -> None:
    page = opened(browser, address)
    found = {}
    schemes = ["light", "dark"]
    for name in PAGES:
        visit(page, address, name)
        found[name] = in_both(page, schemes)
    example(page, address)
    found["steps"] = in_both(page, schemes)
    page.get_by_role("link", name="See the result →").click()
    page.wait_for_url("**/result**")
    settled(page)
    found["result"] = in_both(page, schemes)
    # the pages of a firm beside its steps, with its draft open
    page.get_by_role("link", name="The official form").click()
    page.wait_for_url("**/form**")
    settled(page)
    found["form"] = in_both(page, schemes)
    page.goto(f"{address}/start")
    settled(page)
    page.get_by_role("button", name="Ten questions first").click()
    page.wait_for_url("**/precheck**")
    settled(page)
    found["precheck"] = in_both(page, schemes)
    page.get_by_role("button", name="Go on to the full form").click()
    page.wait_for_url("**/steps**")
    settled(page)
    # lists of people and the checklist of own points
    for step in (2, 5):
        page.locator(".st-key-steps button").nth(step).click()
        settled(page)
        found[f"step {step + 1}"] = in_both(page, schemes)
    page.close()
    assert {name: said for name, said in found.items() if said} == {}


def test_axe_is_able_to_find_something(address: str, browser: sync_api.Browser) -> None:
    page = opened(browser, address)
    page.evaluate("document.querySelector('.brand').style.color = '#eee'")
    assert any(said.startswith("color-contrast") for said in grave(page))
    page.close()


def test_a_firm_is_entered_by_keyboard_alone_and_the_focus_is_always_seen(
    address: str, browser: sync_api.Browser
) -> None:
    page = opened(browser, f"{address}/start")

    def tab_to(name: str) -> None:
        # the step of R&D has 63 stops: nine categories of three years, and what fills the rest
        for _press in range(70):
            page.keyboard.press("Tab")
            stands_out = page.evaluate(STANDS_OUT)
            if not stands_out:
                # the border of an input takes a moment to turn
                page.wait_for_timeout(400)
                stands_out = page.evaluate(STANDS_OUT)
            assert stands_out, page.evaluate("document.activeElement.outerHTML.slice(0, 300)")
            held = page.evaluate(
                "document.activeElement.ariaLabel || document.activeElement.innerText"
            )
            if held.strip() == name:
                return
        raise AssertionError(f"{name} is not reached")

    tab_to("Begin the full form")
    page.keyboard.press("Enter")
    page.wait_for_url("**/steps**")
    settled(page)
    tab_to("Name of the firm")
    page.keyboard.type("甲公司")
    page.keyboard.press("Tab")
    settled(page)
    for title in ("Intellectual property", "Staff", "R&D", "Hi-tech income", "Capacity"):
        tab_to("Next →")
        page.keyboard.press("Enter")
        settled(page)
        assert title in page.locator("h1").inner_text()
    page.close()


def test_a_row_of_the_list_is_opened_by_keyboard_alone(
    address: str, browser: sync_api.Browser
) -> None:
    page = opened(browser, f"{address}/staff-firms")
    choice = page.get_by_role("combobox", name="Open a firm by its name")
    name = page.locator("[data-testid=glide-cell-2-0]").first.text_content() or ""
    choice.focus()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff-firm?**", timeout=10_000)
    settled(page)
    assert page.locator("h1").inner_text() == name
    page.close()


def test_a_status_is_a_word_wherever_it_is_a_colour(
    address: str, browser: sync_api.Browser
) -> None:
    page = opened(browser, f"{address}/firm?firm={FIRM}")
    coloured = page.locator(".status")
    # what stands in a closed block is a word as well
    words = coloured.all_text_contents()
    assert words
    assert all(any(letter.isalpha() for letter in word) for word in words)
    page.close()
