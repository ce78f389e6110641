"""The pages of a firm as they are drawn, with a draft open."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing import v1 as testing

from eligibility.app.self_assessment.draft import Draft

ROOT = Path(__file__).resolve().parents[3]
STEPS = ("main", "ip", "staff", "rd", "products", "capability")
FACTS = {"name": "甲", "registered_on": "2015-01-01", "application_date": "2026-05-20"}
NASTY = "**x** <script>alert(1)</script> [a](http://b) =1+1"


def page(name: str, draft: Draft | None = None, language: str = "en") -> testing.AppTest:
    """A page with a draft open."""
    app = testing.AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.session_state["lang"] = language
    if draft is not None:
        app.session_state["draft"] = draft
    app.run()
    app.switch_page(f"eligibility/app/{name}_page.py").run()
    assert not app.exception
    return app


def html(app: testing.AppTest) -> str:
    """Everything drawn as HTML."""
    return "\n".join(part.proto.body for part in app.get("html"))


def press(app: testing.AppTest, label: str) -> testing.AppTest:
    """The page after a button."""
    (button,) = [each for each in app.button if each.label == label]
    button.click().run()
    assert not app.exception
    return app


def open_section(app: testing.AppTest, label: str) -> testing.AppTest:
    """The page after a closed section is opened: nothing of it is drawn before."""
    (section,) = [each for each in app.expander if each.label == label]
    assert not section.children
    # the key stands at the end of the widget's id
    app.session_state[section.proto.id.split("-", 2)[2]] = True
    app.run()
    assert not app.exception
    return app
