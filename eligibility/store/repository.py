"""The one class through which every query passes, as one actor may make it."""

from __future__ import annotations

from eligibility.store.administration import Administration
from eligibility.store.drafts import Drafts
from eligibility.store.firms import Firms
from eligibility.store.imports import Imports
from eligibility.store.overview import Overview
from eligibility.store.records import Records
from eligibility.store.work import Work
from eligibility.store.year import Year


class Repository(Firms, Records, Work, Drafts, Imports, Overview, Year, Administration):
    """The store as one principal sees it: ``Repository(engine, principal)``.

    Every public method names the roles that may call it (``open_to``), and every statement on
    firms, and on what hangs off them, passes the rule of ``Access._visible``: what the actor may
    not see behaves as not there (NotFound). A change names the version it was made on, and raises
    Conflict if someone else was first. One is cheap to make: a new one for each run of a page.
    """
