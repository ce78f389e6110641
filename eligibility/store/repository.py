"""Repository: the store as one principal sees it, by what it is asked about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from eligibility.domain.errors import NotAllowed
from eligibility.store.access import Access, open_to
from eligibility.store.actors import ANYONE, Actor, Principal, now
from eligibility.store.administration import Administration
from eligibility.store.api_tokens import ApiTokens
from eligibility.store.applications import Applications
from eligibility.store.assumptions import Assumptions
from eligibility.store.casework import Casework
from eligibility.store.certificates import Certificates
from eligibility.store.column_names import ColumnNames
from eligibility.store.contacts import Contacts
from eligibility.store.courses import Courses
from eligibility.store.desk import Desk
from eligibility.store.documents import Documents
from eligibility.store.drafts import Drafts
from eligibility.store.firms import Firms
from eligibility.store.identity import Identity
from eligibility.store.imports import Imports
from eligibility.store.inbox import Inbox
from eligibility.store.links import Links
from eligibility.store.overview import Overview
from eligibility.store.records import Records
from eligibility.store.visits import Visits
from eligibility.store.year_queries import YearQueries
from eligibility.store.year_results import YearResults
from eligibility.store.year_tally import YearTallies


class Repository(Access):
    """The store as one principal sees it: ``Repository(engine, principal).firms.page()``.

    Every public method of its parts names the roles that may call it (``open_to``), and every
    statement on firms, and on what hangs off them, passes the rule of ``Access._visible``: what
    the principal may not see behaves as not there (NotFound). Each transaction asks anew who that
    is. A change names the version it was made on, and raises Conflict if someone else was first.
    One is cheap to make: a new one for each run of a page.

    Attributes
    ----------
    firms : Firms
        Firms as their rows; what is changed of many at once.
    identity : Identity
        Which files are one firm's: pairs to decide, merges, the archive, former carriers.
    records : Records
        Figures, ledgers and assessments of firms.
    applications : Applications
        Applications, outcomes, and what a model learns from them.
    casework : Casework
        Tasks, notes, saved views.
    documents : Documents
        Papers collected of firms, with the files attached.
    visits : Visits
        Visits to firms, and what was found.
    courses : Courses
        Courses that were held, and who came.
    desk : Desk
        What is before one person today and this week.
    drafts : Drafts
        Self-assessments, also of visitors.
    imports : Imports
        Files of firms.
    links : Links
        Links that open one thing to whoever has them, and what is answered by them.
    inbox : Inbox
        What firms sent, and what was decided on it.
    contacts : Contacts
        Persons of firms.
    certificates : Certificates
        Certificates, and what certified firms owe and are owed.
    overview : Overview
        Counts, changes, deadlines.
    year : YearQueries
        What a forecast of the year reads.
    results : YearResults
        What became of a year.
    assumptions : Assumptions
    column_names : ColumnNames
        What holds instead of the numbers of the settings files.
    tallies : YearTallies
        What the register counts of a year: headline, funnel and list.
    administration : Administration
        Carriers, accounts, sign-ins, targets, the audit trail.
    api_tokens : ApiTokens
        Tokens of programs that call the web API.
    """

    def __init__(
        self, engine: Engine, principal: Principal, clock: Callable[[], datetime] = now
    ) -> None:
        super().__init__(engine, principal, clock)
        self.firms = Firms(engine, principal, clock)
        self.identity = Identity(engine, principal, clock)
        self.records = Records(engine, principal, clock)
        self.applications = Applications(engine, principal, clock)
        self.casework = Casework(engine, principal, clock)
        self.documents = Documents(engine, principal, clock)
        self.visits = Visits(engine, principal, clock)
        self.courses = Courses(engine, principal, clock)
        self.desk = Desk(engine, principal, clock)
        self.drafts = Drafts(engine, principal, clock)
        self.imports = Imports(engine, principal, clock)
        self.links = Links(engine, principal, clock)
        self.inbox = Inbox(engine, principal, clock)
        self.contacts = Contacts(engine, principal, clock)
        self.certificates = Certificates(engine, principal, clock)
        self.overview = Overview(engine, principal, clock)
        self.year = YearQueries(engine, principal, clock)
        self.results = YearResults(engine, principal, clock)
        self.assumptions = Assumptions(engine, principal, clock)
        self.column_names = ColumnNames(engine, principal, clock)
        self.tallies = YearTallies(engine, principal, clock)
        self.administration = Administration(engine, principal, clock)
        self.api_tokens = ApiTokens(engine, principal, clock)

    @open_to(ANYONE)
    def rights(self) -> Actor:
        """Permissions of the principal at this moment: what a page offers by them.

        Nothing may be done on their strength: each act asks again.
        """
        with self._reading():
            return self.actor

    @open_to(ANYONE)
    def require(self, rights: Actor) -> None:
        """Check permissions: NotAllowed unless the principal has these very rights at this moment."""
        with self._reading():
            if self.actor != rights:
                raise NotAllowed("Your rights have changed meanwhile. Load the page again.")
