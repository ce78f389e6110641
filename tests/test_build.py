"""What is installed, and how it is served: locks, service, proxy and container hold what the papers say."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from eligibility import __version__
from tests.browser.server import free_port

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
MIB = 1 << 20
#: the reason of a skip, for whoever lacks the program
NO_PROGRAM = "needs {}: apt install {}"


def pins(file: Path) -> dict[str, str]:
    """Version of each package that a file names, by its normalized name."""
    return {
        re.sub(r"[-_.]+", "-", name).lower(): version
        for name, version in PIN.findall(file.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("requirements", REQUIREMENTS, ids=lambda file: file.name)
def test_each_direct_pin_stands_in_the_lock_with_the_same_version(requirements: Path) -> None:
    wanted = pins(requirements)
    assert wanted
    locked = pins(requirements.with_suffix(".lock"))
    assert {name: locked.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("requirements", REQUIREMENTS, ids=lambda file: file.name)
def test_each_package_of_a_lock_has_its_hashes_and_no_lock_names_an_index(
    requirements: Path,
) -> None:
    text = requirements.with_suffix(".lock").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) >= len(pins(requirements))
    assert [block.split()[0] for block in blocks if not HASH.search(block)] == []
    assert "://" not in text
    assert "--index" not in text


def test_locks_that_are_installed_together_agree_on_every_version() -> None:
    app, whole = pins(ROOT / "requirements.lock"), pins(ROOT / "requirements-dev.lock")
    assert app.items() <= whole.items()
    for name in ("pdf", "dask", "api"):
        extra = pins(ROOT / f"requirements-{name}.lock")
        assert extra.items() <= whole.items(), name
    assert whole.items() <= pins(ROOT / "requirements-docs.lock").items()


def test_the_version_of_the_program_is_the_newest_of_the_changelog() -> None:
    headings = re.findall(
        r"^## \[(\S+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert headings[0] == __version__


def test_hooks_before_a_commit_run_what_make_runs() -> None:
    recipes = (ROOT / "Makefile").read_text(encoding="utf-8").replace("$(BIN)", ".venv/bin")
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_bytes())["repos"]
    assert local["repo"] == "local"
    before = [hook for hook in local["hooks"] if hook.get("stages") != ["commit-msg"]]
    assert {f"\t{hook['entry']}\n" in recipes for hook in before} == {True}


def test_the_service_is_exposed_no_more_than_3_of_10_and_limits_memory_and_tasks() -> None:
    unit = DEPLOY / "eligibility.service"
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip(NO_PROGRAM.format("systemd-analyze", "systemd"))
    done = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=30", "--no-pager", str(unit)],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr
    assert "Overall exposure level" in done.stdout
    text = unit.read_text(encoding="utf-8")
    assert re.search(r"^MemoryMax=\d+G$", text, re.MULTILINE)
    assert re.search(r"^TasksMax=\d+$", text, re.MULTILINE)
    assert "\nEnvironment=TZ=CST-8\n" in text


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that arrived here, in the place of the app."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        answer = "".join(f"{name}: {value}\n" for name, value in self.headers.items()).encode()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_PUT = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal of the tests."""


class Proxy:
    """nginx with deploy/nginx.conf on a free port, reached by its name."""

    NAME = "gaoqi.example.cn"

    def __init__(self, port: int) -> None:
        self.port = port
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    def connect(self, name: str = NAME) -> http.client.HTTPSConnection:
        """A connection that asks for the host of that name."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection = http.client.HTTPSConnection(name, self.port, context=self.context)
        connection.sock = self.context.wrap_socket(raw, server_hostname=name)
        return connection

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str]]:
        """Status of the answer, and the headers that reached the app."""
        connection = self.connect()
        connection.request(
            method, path, body or None, {k.replace("_", "-"): v for k, v in headers.items()}
        )
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, dict(
            line.lower().split(": ", 1) for line in text.splitlines() if ": " in line
        )


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip(NO_PROGRAM.format("nginx", "nginx"))
    if shutil.which("openssl") is None:
        pytest.skip(NO_PROGRAM.format("openssl", "openssl"))
    folder = tmp_path_factory.mktemp("nginx")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", f"/CN={Proxy.NAME}", "-keyout", folder / "key", "-out", folder / "pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    app = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=app.serve_forever, daemon=True).start()
    port, plain = free_port(), free_port()
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for theirs, here in {
        "/etc/ssl/gaoqi.pem": f"{folder}/pem",
        "/etc/ssl/private/gaoqi.key": f"{folder}/key",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "127.0.0.1:8501": f"127.0.0.1:{app.server_port}",
    }.items():
        assert theirs in site
        site = site.replace(theirs, here)
    (folder / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        # its workers would be another user, who cannot enter this folder
        f"{'user root; ' if os.geteuid() == 0 else ''}daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}\n"
        f"http {{ access_log off; {temporary} include {folder}/site.conf; }}",
        encoding="utf-8",
    )
    command = [nginx, "-c", str(folder / "nginx.conf"), "-e", str(folder / "log")]
    checked = subprocess.run([*command, "-t"], check=False, capture_output=True, encoding="utf-8")
    assert checked.returncode == 0, checked.stderr
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        served = Proxy(port)
        for _ in range(100):
            try:
                served.connect().close()
                break
            except OSError:
                time.sleep(0.05)
        yield served
        process.terminate()
    app.shutdown()


def test_the_app_hears_of_the_visitor_what_the_proxy_saw_and_nothing_the_visitor_says(
    proxy: Proxy,
) -> None:
    status, arrived = proxy.ask(
        "GET", "/", X_Forwarded_For="192.0.2.7", Forwarded="for=192.0.2.7", X_Forwarded_Proto="http"
    )
    assert status == 200
    assert arrived["x-forwarded-for"] == "127.0.0.1"
    assert arrived["x-forwarded-proto"] == "https"
    assert arrived["host"] == f"{Proxy.NAME}:{proxy.port}"
    assert "forwarded" not in arrived


def test_the_upgrade_of_a_connection_passes_the_proxy(proxy: Proxy) -> None:
    status, arrived = proxy.ask("GET", "/_stcore/stream", Upgrade="websocket", Connection="Upgrade")
    assert status == 200
    assert (arrived["upgrade"], arrived["connection"]) == ("websocket", "upgrade")


def test_only_an_upload_may_be_large(proxy: Proxy) -> None:
    large = b"x" * (2 * MIB)
    assert proxy.ask("POST", "/auth/password", large)[0] == 413
    assert proxy.ask("PUT", "/_stcore/upload_file/a/b", large)[0] == 200
    beyond = {"Content_Length": str(61 * MIB)}
    assert proxy.ask("PUT", "/_stcore/upload_file/a/b", **beyond)[0] == 413


def test_figures_of_the_server_are_nobodys_business(proxy: Proxy) -> None:
    assert proxy.ask("GET", "/_stcore/metrics")[0] == 404


def test_another_name_gets_no_answer(proxy: Proxy) -> None:
    with pytest.raises(OSError, match="unrecognized name"):
        proxy.connect("elsewhere.example.cn")


def test_who_guesses_passwords_by_the_dozen_is_slowed_down_and_pages_go_on(proxy: Proxy) -> None:
    answers = Counter(proxy.ask("POST", "/auth/sign-in", b"login=x")[0] for _ in range(40))
    assert answers[200] >= 20
    assert answers[429] >= 10
    assert proxy.ask("GET", "/")[0] == 200


def test_what_goes_into_the_container_is_there_and_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    let_through = {line[1:] for line in ignored if line.startswith("!")}
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
        for name in line.split()
    }
    assert copied == let_through
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert any(fnmatch("data", pattern) for pattern in ignored), "the store stays outside"
    last = text.split("\nFROM ")[-1]
    assert "\nUSER eligibility\n" in last
    assert "/_stcore/health" in last
    # the day of an application and that of its link are one, whatever clock the machine has
    assert "\nENV TZ=CST-8\n" in last
    assert "--require-hashes" in text


def test_each_service_of_the_compose_file_is_limited_and_the_app_writes_only_its_volume() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_bytes())
    for service in compose["services"].values():
        assert service["mem_limit"]
        assert service["pids_limit"]
    app = compose["services"]["app"]
    assert app["read_only"] is True
    assert app["cap_drop"] == ["ALL"]
    assert app["volumes"] == ["data:/data"]
    assert all(port.startswith("127.0.0.1:") for port in app["ports"])
