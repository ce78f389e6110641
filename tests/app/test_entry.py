"""The scripts that Streamlit runs are taken for apps with routes and a gate, not for bare pages."""

from __future__ import annotations

from pathlib import Path

import pytest

discovery = pytest.importorskip("streamlit.web.server.app_discovery")

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("script", ["streamlit_app.py", "eligibility/app/streamlit_app.py"])
def test_streamlit_knows_the_script_for_an_app_of_its_own_routes(script: str) -> None:
    # by its text alone: a script that is not known is served without the gate, and nothing says so
    assert discovery.discover_asgi_app(ROOT / script).is_asgi_app
