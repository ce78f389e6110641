"""What a link opens over http: a page for a phone, answers that are read, refusals that are one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest

testing = pytest.importorskip("starlette.testclient")

from starlette.applications import Starlette  # noqa: E402
from starlette.responses import Response  # noqa: E402

from eligibility.app import cache  # noqa: E402
from eligibility.app.links.qr import qr_picture  # noqa: E402
from eligibility.app.self_assessment.example import example  # noqa: E402
from eligibility.app.web import cookies, link_routes, server  # noqa: E402
from eligibility.assessment.ladder import joint_fields  # noqa: E402
from eligibility.domain.errors import InputError  # noqa: E402
from eligibility.i18n import CHINESE, Language  # noqa: E402
from eligibility.intake.table import IntakeOptions, read_table  # noqa: E402
from eligibility.register import inbox_items, questions  # noqa: E402
from eligibility.reports.question_sheet import Question, write_question_sheet  # noqa: E402
from eligibility.schemes.registry import load_scheme  # noqa: E402
from eligibility.store import LOCAL, Repository, table_facts  # noqa: E402
from eligibility.store.links import DEAD  # noqa: E402
from tests import accounts  # noqa: E402
from tests.firms import base  # noqa: E402

CODE = "91150105XNBU6HUA33"
NASTY = "甲<script>alert(1)</script>公司"
KEYS = ["st_staff@2025", "rd_expense@2024", "rd_expense@2025", "major_violation"]
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Office(NamedTuple):
    """A register with one firm, and a browser without any cookie."""

    local: Repository
    firm: int
    browser: testing.TestClient

    def ask(self, keys: list[str] = KEYS) -> tuple[str, str]:
        """A link with questions: its path, and its token."""
        token, _link = self.local.links.add_question_link(self.firm, 2026, keys, 30, "甲园区")
        return link_routes.PATH + cookies.link_address(token), token


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    accounts.own_store(tmp_path, monkeypatch)
    local = Repository(cache.engine(), LOCAL)
    carrier = local.administration.add_carrier("甲园区")
    firm = local.firms.add({"name": NASTY, "uscc": CODE, "carrier_id": carrier})
    facts = base(application_date=date(2026, 5, 10), name=NASTY, uscc=CODE)
    for name in ("st_staff", "rd_expense_y2", "major_violation"):
        facts.pop(name, None)
    local.records.save_figures(firm, 2026, facts, 0)
    app = Starlette(routes=link_routes.ROUTES)
    yield Office(local, firm, testing.TestClient(app, headers={"accept-language": "en"}))
    accounts.forget()


def test_the_code_of_a_draft_stands_in_no_address_and_a_guess_asks_no_store(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _draft = office.local.drafts.add(example(load_scheme(), date.today()).state)  # type: ignore[union-attr]
    token, _link = office.local.links.add_result_link(code, 30, "王会计")
    monkeypatch.setenv(server.PUBLIC_URL, "https://gaoqi.example.cn/")
    url = link_routes.link_url(token)
    assert url is not None
    assert url.startswith("https://gaoqi.example.cn/link/")
    assert code.replace("-", "") not in url.replace("-", "")
    assert qr_picture(url).startswith("data:image/svg+xml")
    assert cookies.link_token(url.rpartition("/")[2]) == token
    for guess in (token, f"{token}.x", url.rpartition("/")[2][:-1], "x"):
        assert cookies.link_token(guess) is None


def test_without_a_public_address_no_link_is_offered(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(server.PUBLIC_URL, raising=False)
    assert link_routes.link_url("token") is None
    for wrong in ("gaoqi.example.cn", "ftp://x", "https://", "https://x?y=1"):
        monkeypatch.setenv(server.PUBLIC_URL, wrong)
        with pytest.raises(InputError, match="expected an address"):
            server.public_url()


def shared_result(office: Office, with_figures: bool, facts: dict[str, str]) -> tuple[str, str]:
    """The code of the example's draft with these facts, and the page behind a link to its result."""
    draft = example(load_scheme(), date.today())
    assert draft is not None
    code, _draft = office.local.drafts.add(draft.state | {"facts": draft.state["facts"] | facts})
    token, _link = office.local.links.add_result_link(
        code, 30, "王 <会计>", with_figures=with_figures
    )
    answer = office.browser.get(
        link_routes.PATH + cookies.link_address(token), headers={"accept-language": "zh-CN"}
    )
    assert answer.status_code == 200
    return code, answer.text


@pytest.mark.parametrize("with_figures", [False, True])
def test_a_result_shows_what_its_owner_chose_and_no_more(
    office: Office, with_figures: bool
) -> None:
    code, page = shared_result(office, with_figures, {})
    assert page.count("<li><span>") == 9
    # the words, steps and batch of the owner's own result: all is given, experts decide
    assert "8 项已满足；能否过 70 分取决于专家" in page
    assert page.count("待专家评定") == 2
    assert "待补充" not in page
    assert "下一批次" in page
    assert "由王 &lt;会计&gt;于" in page
    assert ("科技人员占比" in page, "11.4%" in page) == (True, with_figures)
    assert ('<html lang="zh-CN">' in page, "<script" in page) == (True, False)
    for secret in (code, "3890", "3,890"):
        assert secret not in page


@pytest.mark.parametrize("with_figures", [False, True])
def test_what_to_do_first_names_an_amount_only_with_the_figures(
    office: Office, with_figures: bool
) -> None:
    _code, page = shared_result(office, with_figures, {"st_staff@2025": "10"})
    (step,) = re.findall("<li>(科技人员占比：[^<]*)", page)
    assert ("4 人" in step or "4人" in step, "未满足" in step) == (with_figures, not with_figures)


def test_dead_links_are_one_sentence_whatever_ended_them(office: Office) -> None:
    path, _token = office.ask()
    assert office.browser.get(path).status_code == 200
    (link,) = office.local.links.of_firm(office.firm)
    office.local.links.revoke_of_firm(office.firm, link["id"])
    pages = {
        (answer.status_code, answer.text)
        for answer in (
            office.browser.get(path),
            office.browser.get("/link/x"),
            office.browser.get(f"{path}x"),
            office.browser.post(path, data={KEYS[0]: "12"}),
            office.browser.get(link_routes.PATH + cookies.link_address("x" * 32)),
        )
    }
    ((status, page),) = pages
    assert status == 404
    assert DEAD in page


def test_too_many_requests_of_one_address_are_refused(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_routes, "AT_ONCE", 3)
    monkeypatch.setattr(link_routes, "buckets", {})
    assert [office.browser.get("/link/x").status_code for _ in range(5)] == [404] * 3 + [429] * 2


def test_answers_go_to_the_inbox_and_what_is_unchanged_or_blank_is_none(office: Office) -> None:
    path, token = office.ask()
    page = office.browser.get(path).text
    assert "甲&lt;script&gt;" in page
    names = set(re.findall(r'name="([^"]+)"', page)) - {"viewport", "robots", "format-detection"}
    assert names == {*KEYS, "remark", "sheet"}
    held = re.search(r'name="rd_expense@2025" value="([\d.]+)"', page)
    assert held is not None
    form = {
        "st_staff@2025": " 12 ", "rd_expense@2025": held[1], "rd_expense@2024": "",
        "major_violation": "no", "remark": "请电话联系", "uscc": "x",
    }  # fmt: skip
    answer = office.browser.post(path, data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    (row,) = office.local.inbox.items()
    assert (row["facts"], row["remark"]) == (
        {"st_staff@2025": "12", "major_violation": "no"},
        "请电话联系",
    )
    assert "being checked: 2" in office.browser.get(path).text
    arrival = inbox_items.read_item(row, load_scheme(), date.today())
    assert arrival.facts == {"st_staff@2025": 12, "major_violation": False}
    assert office.local.links.open(token)["facts"].keys() == {"rd_expense@2025"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"st_staff@2025": "约12"}, "约12: expected a number"),
        ({"rd_expense@2024": "12345678"}, "元 or 万元, because it is very large"),
        ({}, "Nothing is changed and nothing is filled in"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_typed_is_lost(
    office: Office, typed: dict[str, str], expected: str
) -> None:
    path, _token = office.ask()
    answer = office.browser.post(path, data={**typed, "major_violation": " "})
    assert answer.status_code == 422
    assert expected in answer.text
    for text in typed.values():
        assert f'value="{text}"' in answer.text
    assert "<select" in answer.text
    assert office.local.inbox.items() == []


def test_a_form_without_a_size_or_larger_than_two_megabytes_is_not_read(office: Office) -> None:
    path, _token = office.ask()
    answer = office.browser.post(path, content=(b"x" for _ in range(3)), headers=FORM)
    assert answer.status_code == 413
    answer = office.browser.post(path, content=b"x" * (2 << 20) + b"x", headers=FORM)
    assert answer.status_code == 413


def test_a_workbook_is_filled_in_and_read_back(office: Office, tmp_path: Path) -> None:
    path, _token = office.ask()
    sheet = office.browser.get(f"{path}?sheet=xlsx")
    assert sheet.headers["content-type"].endswith("spreadsheetml.sheet")
    batch = read_table(
        ("q.xlsx", sheet.content),
        joint_fields(),
        IntakeOptions(application_date=date(2026, 12, 31)),
    )
    (held,) = table_facts(batch.table, joint_fields())
    assert (held["uscc"], held["name"]) == (CODE, NASTY)
    file = tmp_path / "q.xlsx"
    fields = questions.askable(2026)
    typed = {"st_staff@2025": 12, "rd_expense@2024": 1_234_567.5, "major_violation": False,
             "registered_on": "2019-03-05"}  # fmt: skip
    rows = [Question(fields[key], value) for key, value in typed.items()]
    for language in (CHINESE, Language("en")):
        write_question_sheet(file, (NASTY, CODE), rows, 2026, language)
        answer = office.browser.post(path, files={"sheet": ("答复.xlsx", file.read_bytes())})
        assert answer.status_code == 200, answer.text
        row = office.local.inbox.items()[0]
        # the day of registration was not asked
        assert row["facts"] == {
            "st_staff@2025": "12", "rd_expense@2024": "123.45675", "major_violation": "no",
        }  # fmt: skip
        assert row["file"] == "答复.xlsx"
        path, _token = office.ask()
    write_question_sheet(file, ("乙", "91150100XNYLK3H19E"), rows, 2026, CHINESE)
    answer = office.browser.post(path, files={"sheet": ("q.xlsx", file.read_bytes())})
    assert (answer.status_code, "is of another firm" in answer.text) == (422, True)
    answer = office.browser.post(path, files={"sheet": ("q.xlsx", BytesIO(b"PK no workbook"))})
    assert answer.status_code == 422


def test_every_field_of_every_scheme_that_can_be_asked_goes_into_a_workbook_and_comes_back(
    tmp_path: Path,
) -> None:
    values = {
        "money": 125_000.0, "count": 3, "number": 4, "yes_no": False, "rating": "B",
        "date": "2019-03-05", "catalogue": "10101", "text": "某",
    }  # fmt: skip
    fields = questions.askable(2026)
    assert {field.id for field in fields.values()} - set(load_scheme().fields_by_id)
    file = tmp_path / "q.xlsx"
    # apart, so that no two of them contradict each other
    for start in range(8):
        keys = list(fields)[start::8]
        # a share of a whole is at most one
        rows = [
            Question(fields[key], 1 if fields[key].maximum == 1 else values[fields[key].kind])
            for key in keys
        ]
        write_question_sheet(file, ("甲公司", CODE), rows, 2026, CHINESE)
        link = {"options": {"year": 2026, "keys": keys}, "uscc": CODE}
        answers = questions.read_sheet("q.xlsx", file.read_bytes(), link, load_scheme(), {})
        assert (set(keys) - set(answers.facts), answers.troubles) == (set(), {})


def test_an_error_of_a_page_tells_no_figure_to_the_log(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path, _token = office.ask()

    def fail(*_: object) -> Response:
        raise ValueError(NASTY)

    monkeypatch.setattr(link_routes.questions_view, "questions_page", fail)
    answer = office.browser.get(path)
    assert answer.status_code == 500
    assert "ValueError" in caplog.text
    assert NASTY not in caplog.text + answer.text


def test_open_questions_are_what_is_missing_with_the_other_years_beside() -> None:
    keys = questions.open_keys(["rd_expense_y2", "staff_total"], 2026)
    assert keys == ["staff_total@2025", *(f"rd_expense@{year}" for year in (2023, 2024, 2025))]
    assert not {"uscc", "name", "application_date"} & questions.askable(2026).keys()


def test_a_firm_is_matched_by_its_code_else_by_a_name_that_one_alone_has(office: Office) -> None:
    local, scheme = office.local, load_scheme()

    def match(**facts: str) -> int | None:
        row = {"state": {"facts": facts}, "firm_id": None}
        return inbox_items.match_firm(local, row, inbox_items.read_item(row, scheme, date.today()))

    other = local.firms.add({"name": "乙公司（内蒙古）"})
    assert match(uscc=CODE, name="改了名的公司") == office.firm
    assert (
        match(name="乙公司（内蒙古）")
        == match(name="乙公司(内蒙古) ", uscc="91150100XNYLK3H19E")
        == other
    )
    assert match(name="没有的公司") is match(name=NASTY, uscc="91150100XNYLK3H19E") is None
    for code in ("91150100XNYLK3H19E", "91150105XNRCN5XE87"):
        local.firms.add({"name": "丁公司", "uscc": code})
    assert match(name="丁公司") is None
