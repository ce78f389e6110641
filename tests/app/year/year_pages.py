"""The page of the year, and the same year put together beside it."""

from __future__ import annotations

from datetime import date
from typing import Any

from streamlit.testing.v1 import AppTest

from eligibility.app import cache
from eligibility.city.year import YearRequest, city_year
from eligibility.register import register_year, year_candidates
from eligibility.schemes.registry import load_scheme
from tests.staff_pages import Staffed

YEAR = date.today().year


def copies(staffed: Staffed) -> list[int]:
    """One firm, held by two carriers."""
    carriers = [staffed.repository.administration.add_carrier(name) for name in ("园区", "孵化器")]
    return [staffed.firm(0, "甲公司", carrier_id=each) for each in carriers]


def year_page(staffed: Staffed, language: str = "en") -> AppTest:
    app = staffed.open("overview", language)
    app.switch_page("eligibility/app/year/year_page.py").run()
    assert not app.exception
    return app


def expected(held: year_candidates.YearCandidates, target: int) -> Any:
    """The same year, put together without the app's memory."""
    scheme, city = load_scheme(), cache.city()
    standing = register_year.assess_state(held.table, scheme)
    chances = register_year.pool_chances(cache.model()[0], standing, city, held, scheme)
    request = YearRequest(city, held.year, date.today(), target)
    return city_year(standing, chances, request, already=held.already, has_applied=held.has_applied)
