"""What is installed from the wheel alone: ``python tools/try_package.py`` (needs a package index).

Builds the wheel and installs it, without anything of this checkout, into two new environments:

- the least of the package, with pandas, polars and duckdb beside it: ``assess`` and ``score`` take the frames
  of all four libraries and give one table back that each of them reads;
- the extra ``app``: ``eligibility app`` answers with the same headers and limits as ``make app``.
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[1]
FRAMES = """
from datetime import date
import duckdb, pandas, polars, pyarrow
from eligibility import assess, score
columns = {"name": ["甲公司", "乙公司"], "registered_on": [date(2018, 3, 1), None],
           "staff_total": [100, 40], "st_staff": [20.0, None]}
firms, day = pyarrow.table(columns), date(2026, 5, 10)
frames = {"pandas": pandas.DataFrame(columns), "polars": polars.DataFrame(columns), "pyarrow": firms,
          "duckdb": duckdb.sql("select * from firms")}
expected = [firm["verdict"] for firm in assess([dict(zip(columns, row)) for row in zip(*columns.values())], as_of=day)]
for name, frame in frames.items():
    assert [firm["verdict"] for firm in assess(frame, as_of=day)] == expected, name
    scored = score(frame, as_of=day)
    back = {"pandas": scored.to_pandas().verdict.tolist(), "polars": polars.DataFrame(scored)["verdict"].to_list(),
            "pyarrow": scored["verdict"].to_pylist(),
            "duckdb": [row[0] for row in duckdb.sql("select verdict from scored order by row").fetchall()]}
    assert back[name] == expected, (name, back[name])
    print(f"{name}: {scored.num_rows} firms in, {scored.num_rows} rows of {scored.num_columns} columns out: {back[name]}")
"""
#: asked of both servers: a page, the state, a file of the site, a form without its mark, one that is too large
REQUESTS = (
    ("GET", "/", b"", {}),
    ("GET", "/_stcore/health", b"", {}),
    ("GET", "/_stcore/host-config", b"", {}),
    ("GET", "/no/such/page", b"", {}),
    ("GET", "/", b"", {"Host": "elsewhere.example"}),
    ("POST", "/auth/sign-in", b"name=a&password=b", {"Origin": "https://elsewhere.example"}),
    ("POST", "/auth/sign-in", b"name=a&password=b", {"Origin": "http://127.0.0.1:PORT"}),
    ("POST", "/auth/sign-in", b"a" * 100_000, {"Origin": "http://127.0.0.1:PORT"}),
    ("PUT", "/_stcore/upload_file/none/none", b"x" * (51 << 20), {}),
    ("OPTIONS", "/_stcore/upload_file/none/none", b"", {"Origin": "https://elsewhere.example"}),
)
#: seconds to wait for a server, or for an answer of it
PATIENCE = 300
#: of one moment or one connection
PASSING = {"date", "etag", "last-modified", "set-cookie"}


def main() -> None:
    """Try both and print what each says."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        build = [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "-q",
            "--no-deps",
            "-w",
            str(folder),
            str(ROOT),
        ]
        subprocess.run(build, check=True, cwd=folder)
        wheel = next(folder.glob("*.whl"))
        print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB")
        bare = environment(folder / "bare", str(wheel))
        subprocess.run([bare, "-c", "import eligibility"], check=True, cwd=folder, env=clean())
        environment(folder / "bare", "pandas", "polars", "duckdb")
        subprocess.run([bare, "-c", FRAMES], check=True, cwd=folder, env=clean())
        app = environment(folder / "app", f"{wheel}[app]")
        installed = [str(app.parent / "eligibility"), "app"]
        here = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
        answers = [ask(installed, folder, folder / "one"), ask(here, ROOT, folder / "other")]
        for request, *both in zip(REQUESTS, *answers, strict=True):
            if both[0] != both[1]:
                raise SystemExit(f"{request[:2]}: {both[0]} from the wheel, {both[1]} here")
            print(
                f"{request[0]} {request[1]} {request[3] or ''}: {both[0][0]}, {len(both[0][1])} headers alike"
            )


def environment(folder: Path, *packages: str) -> Path:
    """The Python of a virtual environment with these packages."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run(
        [python, "-m", "pip", "install", "-q", *packages], check=True, stderr=subprocess.DEVNULL
    )
    return python


def clean() -> dict[str, str]:
    """The environment of this process without a way back to the checkout."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def ask(command: list[str], folder: Path, data: Path) -> list[tuple[int, dict[str, str]]]:
    """Start an app and give status and headers of every request."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = {"ELIGIBILITY_DATA": str(data)}
    words = [*command, "--server.port", str(port), "--server.headless", "true"]
    with subprocess.Popen(
        words, cwd=folder, env=clean() | store, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                # not before it is there, and has loaded what its pages share
                with suppress(OSError):
                    if answer(port, "GET", "/_stcore/health", b"", {})[0] == 200:
                        break
                time.sleep(0.2)
            return [answer(port, *request) for request in REQUESTS]
        finally:
            server.terminate()


def answer(
    port: int, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, str]]:
    """Status and headers of one answer, the port written as PORT."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        sent = {name: value.replace("PORT", str(port)) for name, value in headers.items()}
        connection.request(method, path, body or None, sent)
        reply = connection.getresponse()
    except (BrokenPipeError, ConnectionResetError):
        return 0, {"connection": "closed before the whole body was sent"}
    reply.read()
    kept = {
        name.lower(): value.replace(str(port), "PORT")
        for name, value in reply.getheaders()
        if name.lower() not in PASSING
    }
    # what is said on the next page is signed with a key and a time of its own
    kept["location"] = kept.get("location", "").partition(".")[0]
    return reply.status, kept


if __name__ == "__main__":
    main()
