"""Several processes of the app on one store behind nginx, as docs/running.md has them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.server import ROOT, free_port, started, wait_until_healthy


@dataclass(frozen=True)
class Processes:
    """Processes of the app behind one address.

    Attributes
    ----------
    address : str
        Of nginx.
    addresses : list of str
        Of the processes themselves.
    pids, logs : list
        Of the processes, in the same order.
    """

    address: str
    addresses: list[str]
    pids: list[int]
    logs: list[Path]


def nginx() -> str | None:
    """Where nginx is, if it is."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


@contextmanager
def served_by(count: int, folder: Path, database: str) -> Iterator[Processes]:
    """So many processes on the store of that URL, and nginx before them with the lines of deploy/."""
    with ExitStack() as stack:
        made = [
            stack.enter_context(
                started(free_port(), folder, database=database, log=f"log-{number}")
            )
            for number in range(count)
        ]
        addresses = [address for address, _ in made]
        port = free_port()
        (folder / "nginx.conf").write_text(configuration(addresses, port, folder), "utf-8")
        command = [str(nginx()), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
        proxy = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_until_healthy(address)
            logs = [folder / f"log-{number}" for number in range(count)]
            yield Processes(address, addresses, [int(app.pid or 0) for _, app in made], logs)
        finally:
            proxy.terminate()
            proxy.wait(20)


def configuration(addresses: list[str], port: int, folder: Path) -> str:
    """The lines of deploy/nginx.conf that choose a process, before a server of plain http."""
    shipped = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    blocks = re.findall(r"^(?:map|upstream) [^{]*\{.*?^\}", shipped, re.MULTILINE | re.DOTALL)
    one = "    server 127.0.0.1:8501;\n"
    chosen = "\n".join(blocks)
    assert chosen.count(one) == 1
    servers = "".join(f"    server {each.removeprefix('http://')};\n" for each in addresses)
    # its workers would be another user, who cannot enter this folder
    user = "user root; " if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""{user}daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{}}
http {{
access_log off; {temporary}
{chosen.replace(one, servers)}
server {{
    listen 127.0.0.1:{port};
    client_max_body_size 60m;
    proxy_http_version 1.1;
    proxy_set_header Host       $http_host;
    proxy_set_header Upgrade    $http_upgrade;
    proxy_set_header Connection $eligibility_connection;
    location / {{ proxy_pass http://eligibility; proxy_read_timeout 5m; }}
}}
}}
"""
