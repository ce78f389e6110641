"""Two processes of the app on one PostgreSQL behind nginx: what one of them does the other one knows."""

# Private names: the signer remembers the key of one store a process.

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import date

import httpx
import pytest

pytest.importorskip("playwright", reason="needs Playwright: pip install -r requirements-dev.txt")

from streamlit.proto.BackMsg_pb2 import BackMsg

from eligibility.app.register.firms_query import assess_facts
from eligibility.app.web import cookies
from eligibility.schemes.registry import load_scheme
from eligibility.store import Accounts, Principal, Repository, Role, open_store, signing_key
from tests.browser.processes import Processes, nginx, served_by
from tests.firms import base
from tests.plain_browser import PlainBrowser
from tests.store.postgresql import create_database, programs, server

pytestmark = pytest.mark.slow
PASSWORD = "correct horse battery"
#: how many certifications the overview expects
SENTENCE = re.compile("[0-9.]+ certified expected in [0-9]+")
TABLE = "uscc,name,staff_total,st_staff\n,分进程科技公司,100,20\n".encode()


class Institution:
    """A store with its staff, and the processes that serve it."""

    def __init__(self, url: str, processes: Processes) -> None:
        self.processes, self.engine = processes, open_store(url)
        self.accounts = Accounts(self.engine, signing_key())
        self.accounts.create_administrator("chief", PASSWORD)
        self.repository = Repository(self.engine, self.principal("chief"))
        self.repository.administration.add_account(
            "staff", PASSWORD, Role.MANAGER, name="员工", once=False
        )

    def principal(self, login: str) -> Principal:
        signed = self.accounts.signed_in(self.accounts.sign_in(login, PASSWORD))
        assert signed is not None
        return signed.principal

    def tabs(self, token: str) -> list[PlainBrowser]:
        """A tab of one browser at each of the processes."""
        cookie = cookies._signer("sign-in").dumps(token)
        held = f"{cookies.VISIT}=v; {cookies.SIGN_IN}={cookie}"
        return [PlainBrowser(address, held) for address in self.processes.addresses]


@pytest.fixture(scope="module")
def institution(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Institution]:
    if programs() is None or nginx() is None:
        pytest.skip("needs PostgreSQL and nginx (apt-get install postgresql nginx)")
    folder = tmp_path_factory.mktemp("processes")
    patch = pytest.MonkeyPatch()
    patch.setenv("ELIGIBILITY_DATA", str(folder))
    patch.delenv("ELIGIBILITY_SECRET", raising=False)
    cookies._signer.cache_clear()
    with server() as postgresql:
        url = create_database(postgresql)
        open_store(url).dispose()
        with served_by(2, folder, url) as processes:
            made = Institution(url, processes)
            yield made
            made.engine.dispose()
            for log in processes.logs:
                said = log.read_text(encoding="utf-8")
                assert "ERROR" not in said
                assert "Traceback" not in said
    patch.undo()
    cookies._signer.cache_clear()


async def at_each(institution: Institution, token: str, page: str) -> list[str]:
    """The headings of a page that a sign-in sees at each of the processes."""
    headings = []
    for tab in institution.tabs(token):
        async with tab:
            await tab.open("rules")
            await tab.open(page)
            shown = [each.heading.body for each in tab.elements() if each.HasField("heading")]
            headings.append(" ".join(shown))
    return headings


def test_a_role_taken_and_a_sign_out_hold_at_once_in_every_process(
    institution: Institution,
) -> None:
    administration = institution.repository.administration

    def shows(token: str, page: str, title: str) -> list[bool]:
        return [title in each for each in asyncio.run(at_each(institution, token, page))]

    before = institution.accounts.sign_in("staff", PASSWORD)
    assert shows(before, "assumptions", "Assumptions") == [True, True]
    carrier = administration.add_carrier("园区")
    row = next(each for each in administration.accounts() if each["login"] == "staff")
    administration.save_account(
        row["id"], {"role": Role.ADVISER, "carrier_id": carrier}, row["version"]
    )
    assert shows(before, "staff-firms", "firms") == [False, False]
    after = institution.accounts.sign_in("staff", PASSWORD)
    assert shows(after, "assumptions", "Assumptions") == [False, False]
    assert shows(after, "staff-firms", "firms") == [True, True]
    institution.accounts.sign_out(after)
    assert shows(after, "staff-firms", "firms") == [False, False]


def test_a_draft_goes_on_in_the_other_process_and_the_first_one_overwrites_nothing(
    institution: Institution,
) -> None:
    first, second = institution.processes.addresses

    async def fill_in() -> tuple[str, str]:
        async with PlainBrowser(first, f"{cookies.VISIT}=a") as here:
            await here.open("start")
            await here.press("Begin the full form", "begin")
            await here.type("entry:name", "甲公司", "type")
            code = next(e.code.code_text for e in here.elements() if e.WhichOneof("type") == "code")
            async with PlainBrowser(second, f"{cookies.VISIT}=b") as there:
                await there.open("start")
                there.fill("Return code", code)
                await there.press("Continue with the code", "go on")
                shown = there.find(("text_input",), "entry:name")
                held = shown.value or shown.default
                await there.type("entry:name", "乙公司", "type")
            await here.type("entry:name", "丙公司", "type")
            return held, here.text()

    held, said = asyncio.run(fill_in())
    assert held == "甲公司"
    assert "was changed in another window" in said


def test_a_browser_stays_with_one_process_and_its_uploads_arrive_there(
    institution: Institution,
) -> None:
    processes = institution.processes

    def put(client: httpx.Client, address: str, path: str) -> int:
        token = client.cookies["_streamlit_xsrf"]
        answer = client.put(
            f"{address}{path}",
            files={"file": ("a.csv", TABLE, "text/csv")},
            headers={"x-xsrftoken": token, "origin": address},
        )
        return answer.status_code

    async def upload(client: httpx.Client) -> list[int]:
        """The status at nginx, then at each process alone."""
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        async with PlainBrowser(processes.address, cookie) as page:
            await page.open("firms")
            asked = BackMsg()
            asked.file_urls_request.request_id = "1"
            asked.file_urls_request.file_names.append("a.csv")
            await page.send(asked)
            answer = await asyncio.wait_for(page.hear("file_urls_response"), 5)
            path = str(answer.file_urls[0].upload_url)
            return [put(client, each, path) for each in (processes.address, *processes.addresses)]

    token = cookies._signer("sign-in").dumps(institution.accounts.sign_in("chief", PASSWORD))
    homes: set[tuple[int, ...]] = set()
    # where a browser lands is drawn with its cookie: of forty, all in one process is one in 10¹¹
    for _ in range(40):
        with httpx.Client(base_url=processes.address) as client:
            client.get("/", headers={"accept": "text/html"})
            client.get("/_stcore/health")
            client.cookies.set(cookies.SIGN_IN, token)
            status, *alone = asyncio.run(upload(client))
        assert status == 204
        homes.add(tuple(alone))
        if len(homes) > 1:
            break
    # each browser's session lives in one of the processes alone, and not all in the same
    assert homes == {(204, 403), (403, 204)}


def test_a_year_worked_out_anew_is_the_same_in_every_process(institution: Institution) -> None:
    repository, year = institution.repository, date.today().year
    token = institution.accounts.sign_in("chief", PASSWORD)

    def add_firm(name: str) -> int:
        firm = repository.firms.add({"name": name})
        facts = base(application_date=date(year, 5, 10), name=name)
        repository.records.save_figures(firm, year, facts, 0)
        record = assess_facts(facts, load_scheme()).record
        repository.records.add_assessment(firm, facts, record)
        return firm

    async def outlook(before: str) -> list[str]:
        """What each process expects, once it is another than before."""
        said = []
        async with AsyncExitStack() as stack:
            for tab in institution.tabs(token):
                await stack.enter_async_context(tab)
                for _ in range(40):
                    await tab.open("overview")
                    if (words := " ".join(SENTENCE.findall(tab.text()))) not in ("", before):
                        break
                    await asyncio.sleep(0.25)
                said.append(words)
        return said

    add_firm("甲公司")
    first, other = asyncio.run(outlook(""))
    assert first == other != ""
    certified = add_firm("乙公司")
    repository.applications.save_outcome(certified, year, {"certified": True}, 0)
    second, other = asyncio.run(outlook(first))
    assert first != second == other
