"""How fast the web API answers for one firm: a real server, requests at a steady rate.

``python benchmarks/web_api.py [-r REQUESTS_A_SECOND] [-s SECONDS]`` starts a server on a free port,
sends ``assess`` of one firm and prints how long the answers took, from the moment each was due, and
what of a processor each took the server.
Exit status 1 if the 95 % exceed ``LIMIT``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser.server import free_port  # noqa: E402

#: seconds that 95 % of the answers may take
LIMIT = 0.1
FIRM = {
    "name": "青城科技有限公司",
    "registered_on": "2015-03-01",
    "staff_total": 120,
    "st_staff": 9,
}


async def ask(address: str, token: str, rate: float, seconds: float) -> list[float]:
    """Seconds of each answer."""
    headers = {"authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(base_url=address, headers=headers, limits=limits) as client:

        async def once(due: float) -> float:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            answer = await client.post("/api/v1/assess", json={"firms": [FIRM]})
            answer.raise_for_status()
            return time.perf_counter() - due

        await once(time.perf_counter())
        begin = time.perf_counter()
        return await asyncio.gather(
            *(once(begin + number / rate) for number in range(int(rate * seconds)))
        )


def used(process: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("-r", type=float, default=50, help="requests a second")
    parser.add_argument("-s", type=float, default=60, help="seconds")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        own = {**os.environ, "ELIGIBILITY_DATA": folder, "ELIGIBILITY_DATABASE_URL": ""}
        program = [sys.executable, "-m", "eligibility"]
        token = subprocess.run(
            [*program, "create-token", "benchmark"],
            cwd=ROOT, env=own, capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        port = free_port()
        server = subprocess.Popen([*program, "serve", "--port", str(port)], cwd=ROOT, env=own)
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(300):
                try:
                    httpx.get(f"{address}/healthz")
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            before = used(server.pid)
            taken = asyncio.run(ask(address, token, wanted.r, wanted.s))
            each = (used(server.pid) - before) / (len(taken) + 1)
        finally:
            server.terminate()
            server.wait()
    high = statistics.quantiles(taken, n=20)[-1]
    print(
        f"{len(taken)} requests at {wanted.r:g} a second: 50 % {statistics.median(taken):.3f} s, "
        f"95 % {high:.3f} s, longest {max(taken):.3f} s, limit of the 95 % {LIMIT} s; "
        f"{each * 1000:.1f} ms of the server's processor each"
    )
    return int(high > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
