"""The web API over the wire, at one running server: what each call answers, and what is published of it."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient
from typer.testing import CliRunner

from eligibility import assess
from eligibility.assessment.record_types import AssessmentRecord
from eligibility.cli import app
from eligibility.domain.text import json_text
from eligibility.store import Repository, Role, System, close_stores, open_store
from eligibility.web_api import routes
from eligibility.web_api.server import Limits, create_app
from tests.browser.server import ROOT
from tests.web_api.v1_client import Client

AS_OF = "2026-05-10"
FIRM: dict[str, Any] = {
    "name": "青城科技有限公司", "uscc": "91150105XNBU6HUA33", "application_date": AS_OF,
    "registered_on": "2015-03-01", "staff_total": 120, "st_staff": 9, "sales_revenue_y3": 8_000_000,
}  # fmt: skip
CANDIDATES = ROOT / "sample_data" / "candidates.csv"
DOCUMENT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
CURL = [block for block in re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL) if "curl" in block]
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method", "ignored_auth",
)  # fmt: skip


def command(*words: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, [*words, "--lang", "en"])
    assert done.exit_code == status, done.stderr
    return done.stdout


def firms_file(folder: Path) -> Path:
    path = folder / "firm.csv"
    path.write_text(
        ",".join(FIRM) + "\n" + ",".join(map(str, FIRM.values())) + "\n", encoding="utf-8"
    )
    return path


def parts(answer: httpx.Response) -> dict[str, bytes]:
    """Name → content of the parts of a multipart answer."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    whole = email.message_from_bytes(head + answer.content, policy=email.policy.HTTP)
    return {
        str(part.get_filename()): part.get_payload(decode=True) for part in whole.iter_attachments()
    }


def test_assess_answers_what_the_command_prints_and_python_gives_to_the_byte(
    client: httpx.Client, tmp_path: Path
) -> None:
    answer = client.post("/api/v1/assess", json={"firms": [FIRM], "as_of": AS_OF})
    assert answer.headers["content-type"] == "application/json"
    printed = command(
        "assess", str(firms_file(tmp_path)), "--format", "json", "--model", "models/hnte"
    )
    assert answer.text == printed == json_text(assess(FIRM, model="models/hnte"))


def test_plan_find_field_fields_and_rules_answer_what_their_commands_print(
    client: httpx.Client, tmp_path: Path
) -> None:
    plan = client.post("/api/v1/plan", json={"firm": FIRM, "as_of": AS_OF, "by": "2027-05-10"})
    file = str(firms_file(tmp_path))
    assert plan.text == command(
        "plan", file, "--firm", "青城科技有限公司", "--by", "2027-05-10", "--as-of", AS_OF,
        "--format", "json",
    )  # fmt: skip
    rungs = client.post("/api/v1/ladder", json={"firms": [FIRM], "as_of": AS_OF})
    assert rungs.text == command("ladder", file, "--as-of", AS_OF, "--format", "json")
    sentence = "用无人机做农田病虫害识别"
    found = client.post("/api/v1/find-field", json={"text": sentence, "count": 3})
    assert found.text == command("find-field", sentence, "--count", "3", "--format", "json")
    for form in ("json", "csv", "md"):
        answer = client.get("/api/v1/fields", params={"format": form})
        assert answer.text == command("fields", "--format", form)
    law = client.get("/api/v1/rules/e2016").json()
    assert law["parameters"]["st_staff_share"]["citation"]["article"] == "第十一条（四）"


def test_a_file_comes_back_as_the_command_writes_it_with_every_row_accounted_for(
    client: httpx.Client, tmp_path: Path
) -> None:
    text = CANDIDATES.read_text(encoding="utf-8-sig")
    head, first, *rest = text.splitlines()
    file = tmp_path / "firms.csv"
    broken = first.replace("2026-05-10", "someday")
    file.write_text("\n".join([head, broken, *rest]), encoding="utf-8")
    with file.open("rb") as opened:
        answer = client.post("/api/v1/score", files={"file": opened}, data={"as_of": AS_OF})
    answer.raise_for_status()
    got = parts(answer)
    command(
        "score", str(file), "-o", str(tmp_path / "scores.csv"), "--as-of", AS_OF,
        "--model", "models/hnte", status=3,
    )  # fmt: skip
    assert got["scores.csv"] == (tmp_path / "scores.csv").read_bytes()
    assert got["rejects.csv"] == (tmp_path / "scores.rejects.csv").read_bytes().replace(
        b"\r\n", b"\n"
    )
    counts = json.loads(got["counts.json"])
    assert counts["read"] == counts["scored"] + counts["rejected"] == len(rest) + 1
    assert counts["rejected"] == 1
    assert "someday" in counts["issues"][0]


def test_papers_are_read_as_the_command_reads_them(client: httpx.Client) -> None:
    papers = sorted((ROOT / "sample_data" / "papers").glob("*/*.xlsx"))[:2]
    sent = [("files", (paper.name, paper.read_bytes())) for paper in papers]
    answer = client.post("/api/v1/read", files=sent, data={"as_of": AS_OF})
    assert answer.status_code == 200, answer.text
    done = CliRunner().invoke(
        app, ["read", *map(str, papers), "--as-of", AS_OF, "--format", "json"]
    )
    assert answer.text == done.stdout
    assert "value" in answer.text


def test_a_paper_named_by_a_path_stays_in_its_folder(client: httpx.Client) -> None:
    answer = client.post("/api/v1/read", files=[("files", ("../../etc/x.csv", b"a,b\n1,2\n"))])
    assert answer.status_code == 200, answer.text
    assert "etc" not in answer.text


def test_every_record_of_the_sample_firms_is_as_the_published_schema_says() -> None:
    printed = command(
        "assess", str(CANDIDATES), "--as-of", AS_OF, "--format", "json", "--model", "models/hnte"
    )
    entries = json.loads(printed)
    TypeAdapter(list[AssessmentRecord]).validate_python(entries)
    assert len(entries) > 100


def test_nobody_without_a_valid_token_is_answered(address: str) -> None:
    for headers in ({}, {"authorization": "Bearer elig_wrong"}, {"authorization": "Basic eDp4"}):
        for path in ("/api/v1/fields", "/api/v1/rules/e2016", "/metrics"):
            answer = httpx.get(f"{address}{path}", headers=headers)
            assert answer.status_code == 401, path
            assert answer.headers["www-authenticate"] == "Bearer"
    assert httpx.get(f"{address}/healthz").json()["status"] == "ok"


def test_an_error_is_a_problem_in_the_callers_language_that_names_firm_and_field(
    client: httpx.Client,
) -> None:
    wrong = {"firms": [FIRM, {**FIRM, "staff_total": "many", "name": "乙"}], "as_of": AS_OF}
    answer = client.post("/api/v1/assess", json=wrong, headers={"accept-language": "zh-CN"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["errors"] == [{"firm": 1, "field": "staff_total", "detail": "数，如 12.5"}]
    assert "应为" in told["detail"]
    english = client.post("/api/v1/assess", json=wrong).json()
    assert english["errors"][0]["detail"] == "a number, such as 12.5"


@pytest.mark.parametrize(
    ("ask", "status", "says"),
    [
        (lambda c: c.get("/api/v1/nothing"), 404, "openapi.json"),
        (lambda c: c.get("/api/v1/assess"), 405, "not made with GET"),
        (lambda c: c.get("/api/v1/rules/e1999"), 404, "e1999"),
        (lambda c: c.get("/api/v1/fields", params={"scheme": "x"}), 422, "x"),
        (lambda c: c.post("/api/v1/assess", content=b"{", headers={"content-type": "application/json"}), 422, "errors"),
        (lambda c: c.post("/api/v1/assess", json={"firms": []}), 422, "errors"),
        (lambda c: c.post("/api/v1/assess", json={"firms": [{"name": "甲"}], "as_of": "1999-01-01"}), 422, "1999"),
        (lambda c: c.post("/api/v1/assess", json={"firms": [{"name": "甲"}], "as_of": 0}), 422, "such as 2026-05-10"),
        (lambda c: c.post("/api/v1/score", files={"file": ("a.csv", b"x")}, data={"as_of": "0"}), 422, "such as 2026-05-10"),
        (lambda c: c.post("/api/v1/assess", json={"firms": [{"firm_title": "甲"}]}), 422, "firm_title"),
        (lambda c: c.post("/api/v1/score", files={"file": ("firms.exe", b"x")}), 422, "firms.exe"),
        (lambda c: c.post("/api/v1/score", files={"file": ("firms.csv", b"")}), 422, "empty"),
        (lambda c: c.post("/api/v1/score", files={"file": ("firms.csv", b"x" * (51 << 20))}), 413, "larger"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_says_why_and_sends_no_figure_back(
    client: httpx.Client, ask: Callable[[httpx.Client], httpx.Response], status: int, says: str
) -> None:
    answer = ask(client)
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert told["status"] == status
    assert says in answer.text
    assert told["instance"] == f"urn:request:{answer.headers['x-request-id']}"


def test_a_place_has_the_names_of_the_request_alone(client: httpx.Client) -> None:
    body = {"file": ("f.csv", b"name\n")}
    answer = client.post("/api/v1/score", files=body, data={"as_of": "someday"}).json()
    assert {each["place"] for each in answer["errors"]} == {"body/as_of"}
    answer = client.post("/api/v1/assess", json={"firms": [{"staff_total": [1]}]}).json()
    assert {each["place"] for each in answer["errors"]} == {"body/firms/0/staff_total"}


def test_a_form_with_an_unknown_name_is_refused_with_the_names_that_are_known(
    client: httpx.Client,
) -> None:
    body = {"file": ("f.csv", b"name\n")}
    answer = client.post("/api/v1/score", files=body, data={"asof": AS_OF})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["place"] == "body/asof"
    assert "file, as_of, money_unit, sheet, blank_bad_cells" in error["detail"]
    assert client.post("/api/v1/read", files={"paper": ("f.csv", b"a\n")}).status_code == 422


@pytest.mark.parametrize(
    ("call", "sent"),
    [
        ("assess", {"json": {"firms": [], "as_of": "2026-02-31", "more": 1}}),
        ("assess", {"json": {"firms": [1, {"name": [1]}], "scheme": 1}}),
        ("assess", {"json": {"firms": [{}] * 1001}}),
        ("assess", {"json": [1]}),
        ("assess", {"content": b"{", "headers": {"content-type": "application/json"}}),
        ("plan", {"json": {"score_at_least": "many", "by": 0}}),
        ("find-field", {"json": {"text": "", "count": 0}}),
        ("find-field", {"json": {"text": "x" * 2001, "count": 51}}),
        ("find-field", {"json": {"text": "x", "count": "some"}}),
        ("score", {"data": {"file": "x", "output": "pdf", "with_input": "perhaps", "sheet": "x" * 201}}),
        ("score", {"files": {"file": ("f.csv", b"x")}, "data": {"asof": "x", "as_of": "0"}}),
    ],
)  # fmt: skip
def test_what_was_expected_is_said_in_the_callers_language(
    client: httpx.Client, call: str, sent: dict[str, Any]
) -> None:
    headers = {"accept-language": "zh-CN", **sent.get("headers", {})}
    answer = client.post(f"/api/v1/{call}", **{**sent, "headers": headers})
    assert answer.status_code == 422, answer.text
    for error in answer.json()["errors"]:
        assert re.search("[\u4e00-\u9fff]", error["detail"]), error
        assert "openapi" not in error["detail"], error


def test_what_is_no_json_promises_no_places(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post("/api/v1/assess", content=b'{"firms": ' + b"[" * 100_000, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (400, "The request cannot be read.")


def test_a_value_that_is_refused_is_not_sent_back(client: httpx.Client) -> None:
    answer = client.post("/api/v1/plan", json={"firm": {"name": ["秘密的名字"]}})
    assert answer.status_code == 422
    assert "秘密的名字" not in answer.text


def test_the_log_names_the_call_and_the_request_and_no_firm(
    client: httpx.Client, folder: Path
) -> None:
    client.post(
        "/api/v1/assess?name=不应出现", json={"firms": [FIRM]}, headers={"x-request-id": "mine-1"}
    )
    client.get("/api/v1/rules/不应出现")
    log = (folder / "log").read_text(encoding="utf-8")
    assert "mine-1 POST /api/v1/assess 200" in log
    assert "GET /api/v1/rules/{edition} 404" in log
    for secret in ("不应出现", "青城科技有限公司", "elig_", "%E4%B8%8D"):
        assert secret not in log


def test_metrics_count_calls_by_route_and_status(client: httpx.Client) -> None:
    client.get("/api/v1/fields")
    told = client.get("/metrics").text
    assert 'eligibility_requests_total{call="/api/v1/fields",status="200"}' in told
    assert "eligibility_request_seconds_bucket" in told


def test_a_fault_of_the_server_is_a_problem_and_its_log_holds_no_figure(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("秘密的名字")

    monkeypatch.setattr(routes, "assess_table", broken)
    engine = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    token = Repository(engine, System(Role.ADMINISTRATOR)).api_tokens.add("x", "manager", days=1)
    client = TestClient(create_app(engine), headers={"authorization": f"Bearer {token}"})
    with caplog.at_level("INFO"):
        answer = client.post("/api/v1/assess", json={"firms": [FIRM]})
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("Something went wrong")
    assert "RuntimeError at" in caplog.text
    assert "秘密的名字" not in caplog.text
    close_stores()


def test_a_token_that_calls_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/store.sqlite")
    token = Repository(engine, System(Role.ADMINISTRATOR)).api_tokens.add("x", "manager", days=1)
    app = create_app(engine, limits=Limits(calls_per_minute=2))
    client = TestClient(app, headers={"authorization": f"Bearer {token}"})
    told = [client.get("/metrics") for _ in range(3)]
    assert [answer.status_code for answer in told] == [200, 200, 429]
    assert told[2].headers["retry-after"] == "60"
    close_stores()


# --- what others rely on: the first client, the lines of the document, the published description ---


def test_the_first_client_goes_on_working(address: str, token: str) -> None:
    client = Client(address, token)
    firm = {"name": "甲", "staff_total": 120, "st_staff": 9}
    assert client.verdicts([firm], "2026-05-10") == [("ineligible", 0, 100)]
    assert client.unmet(firm, "2026-05-10") == {"st_staff_ratio": "第十一条（四）"}
    assert client.why_refused({**firm, "staff_total": "many"}) == (
        422, "staff_total", "a number, such as 12.5",
    )  # fmt: skip


@pytest.mark.parametrize("line", CURL)
def test_every_curl_of_the_document_is_answered(line: str, address: str, token: str) -> None:
    own = {**os.environ, "ADDRESS": address, "TOKEN": token}
    answered = subprocess.run(
        ["sh", "-c", line.replace("curl -s", "curl -s --fail-with-body", 1)],
        cwd=ROOT, env=own, capture_output=True, check=False,
    )  # fmt: skip
    assert answered.returncode == 0, answered.stdout
    assert answered.stdout


def test_the_document_names_every_call_and_no_other(client: httpx.Client) -> None:
    described = client.get("/api/v1/openapi.json").json()["paths"]
    calls = {f"{method.upper()} {path}" for path, of in described.items() for method in of}
    assert set(re.findall(r"^\| `((?:GET|POST) [^`]+)`", DOCUMENT, re.MULTILINE)) == calls | {
        "GET /api/v1/openapi.json"
    }


def test_whatever_the_description_allows_is_answered_as_it_says(
    address: str, token: str, tmp_path: Path
) -> None:
    description = httpx.get(f"{address}/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    script = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [script, "run", f"{address}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}",
         "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing", "--max-examples", "6",
         "--seed", "2026", "--generation-deterministic", "--no-color"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-1000:]
    assert f"Tested: {len(description['paths'])}" in done.stdout
