"""A store with staff and firms, and its pages as one of them sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from eligibility.app import auth, cache
from eligibility.app.register import import_steps
from eligibility.app.register.firms_query import assess_facts
from eligibility.schemes.registry import load_scheme
from eligibility.store import Principal, Repository, Role, System, close_stores, open_store
from tests import empty_store
from tests.firms import base
from tests.store.two_carriers import sign_in

ROOT = Path(__file__).resolve().parents[1]
NASTY = "**x** <script>alert(1)</script> [a](http://b)"
CODES = (
    "91150105XNBU6HUA33", "91150100XNYLK3H19E", "91150100XN5M9GA18U", "91150105XNRCN5XE87",
)  # fmt: skip


class Staffed:
    """A temporary store that the pages open, and who looks at it."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        patch.setenv("ELIGIBILITY_DATA", str(folder))
        close_stores()
        empty_store.put(folder)
        self.engine = open_store(f"sqlite:///{folder}/eligibility.sqlite")
        self.principal: Principal = System(Role.LOCAL)
        patch.setattr(auth, "principal", lambda: self.principal)

    @property
    def repository(self) -> Repository:
        """The store, seen whole."""
        return Repository(self.engine, System(Role.LOCAL))

    def firm(self, place: int = 0, name: str = "甲公司", **more: Any) -> int:
        """A firm with figures and an assessment of 2026."""
        made = self.repository.firms.add({"name": name, "uscc": CODES[place], **more})
        self.assess(made, 2026, uscc=CODES[place], name=name)
        return made

    def assess(self, firm: int, year: int, **changes: Any) -> int:
        """Figures of a year, judged and kept."""
        facts = base(application_date=date(year, 5, 10), **changes)
        version = self.repository.records.figures(firm, year).version
        self.repository.records.save_figures(firm, year, facts, version)
        record = assess_facts(facts, load_scheme()).record
        return self.repository.records.add_assessment(firm, facts, record)

    def adviser(self, carrier: int) -> Principal:
        """An adviser of a carrier."""
        made = Repository(self.engine, System(Role.ADMINISTRATOR)).administration.add_account(
            f"adviser {carrier}", None, Role.ADVISER, name="顾问", carrier_id=carrier
        )
        return sign_in(self.engine, made)

    def open(
        self, page: str, language: str = "en", *, sections: Sequence[str] = (), **query: str
    ) -> AppTest:
        """A page of staff as it is drawn, with these of its sections opened before."""
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
        app.session_state["lang"] = language
        unfold(app, *sections)
        app.run()
        app.switch_page(f"eligibility/app/register/{page}_page.py")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app


def fill(repository: Repository, year: int) -> dict[str, list[int]]:
    """The firms of the sample, imported; their ids by what became of them.

    Of 200 firms 40 stay surveyed and 25 have applied; five are certified in the year, six hold a
    certificate that ends in it and four one that does not; one application failed.
    """
    screening = cache.sample(date(2026, 5, 10))
    made = import_steps.stage(repository, "candidates.csv", screening)
    repository.imports.confirm(made)
    ids = sorted(repository.firms.frame()["id"].tolist())
    parts = np.split(np.array(ids), [40, 110, 159, 184, 189, 195, 199])
    names = ("surveyed", "nurtured", "ready", "applied", "certified", "ending", "held", "failed")
    stands = {name: part.tolist() for name, part in zip(names, parts, strict=True)}
    for name in ("nurtured", "ready"):
        repository.firms.set_stage(stands[name], name)
    rows: list[tuple[int, int, dict[str, Any], int]] = [
        *((firm, year, {"certified": None}, 0) for firm in stands["applied"]),
        *(
            (firm, year, {"certified": True, "certified_on": date(year, 3, 1)}, 0)
            for firm in stands["certified"]
        ),
        *(
            (firm, year - 3, {"certified": True, "certified_on": date(year - 3, 11, 9)}, 0)
            for firm in stands["ending"]
        ),
        *((firm, year - 1, {"certified": True}, 0) for firm in stands["held"]),
        *((firm, year, {"certified": False}, 0) for firm in stands["failed"]),
    ]
    repository.applications.save_outcomes(rows)
    return stands


def unfold(app: AppTest, *names: str) -> None:
    """Let sections have been opened in the session: nothing of them is drawn before."""
    for name in names:
        app.session_state[f"drawn:{name}"] = True


def html(app: AppTest) -> str:
    """Everything drawn as HTML."""
    return "\n".join(part.proto.body for part in app.get("html"))


def button(app: AppTest, label: str) -> Any:
    """The button of that label."""
    return next(each for each in app.button if each.label == label)
