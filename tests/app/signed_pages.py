"""Pages as they are drawn for whoever the test's cookies name."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing import v1 as testing

ROOT = Path(__file__).resolve().parents[2]
SITE = "http://127.0.0.1:8501"


def page(address: str = "", language: str = "en") -> testing.AppTest:
    """A page as it is drawn for whoever the test's cookies name."""
    app = testing.AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state["lang"] = language
    app.run()
    if address:
        app.switch_page(f"eligibility/app/{address}_page.py").run()
    return app
