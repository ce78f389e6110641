"""Store (database): firms and their records, accounts, drafts, imports, the audit log.

``open_store()`` opens it, ``Accounts`` signs people in, ``Repository(engine, principal)`` answers
what that principal may ask. README.md beside this file shows each in use.
"""

from __future__ import annotations

from sqlalchemy import Engine

from eligibility.domain.carriers import CARRIER_WORDS, CarrierKind
from eligibility.domain.errors import StoreUnavailable
from eligibility.store.accounts import Accounts, SignedIn
from eligibility.store.actors import (
    ADMINISTRATORS,
    ANYONE,
    LEADS,
    LOCAL,
    STAFF,
    VISITOR,
    Actor,
    ApiToken,
    LocalUser,
    Principal,
    SignIn,
    System,
    Visitor,
)
from eligibility.store.api_tokens import find_token
from eligibility.store.application_tables import STEP_WORDS, ApplicationStep
from eligibility.store.audit import AuditAction, audit_words
from eligibility.store.backup import backup, export, restore
from eligibility.store.certificate_tables import (
    AWARD_WORDS,
    CANCELLATION_WORDS,
    CHANGE_WORDS,
    AwardStatus,
    CancellationGround,
    ChangeKind,
)
from eligibility.store.drafts import BrowserKey, new_code
from eligibility.store.engine import close_stores, open_store
from eligibility.store.fact_rows import table_facts
from eligibility.store.firm_filter import FirmFilter
from eligibility.store.firms import ResultPage
from eligibility.store.identity_tables import PAIR_WORDS, PairReason
from eligibility.store.import_matching import Decision
from eligibility.store.import_merge import ImportResult
from eligibility.store.imports import Would
from eligibility.store.keys import signing_key
from eligibility.store.records import VersionedValue
from eligibility.store.repository import Repository
from eligibility.store.rows import plain
from eligibility.store.schema import (
    LEDGER_WORDS,
    PAPER_WORDS,
    ROLE_WORDS,
    STAGE_WORDS,
    DocumentStatus,
    Ledger,
    Role,
    Stage,
)
from eligibility.store.stages import EARLY_STAGES
from eligibility.store.year_tally import YearTally

__all__ = [
    "ADMINISTRATORS",
    "ANYONE",
    "AWARD_WORDS",
    "CANCELLATION_WORDS",
    "CARRIER_WORDS",
    "CHANGE_WORDS",
    "EARLY_STAGES",
    "LEADS",
    "LEDGER_WORDS",
    "LOCAL",
    "PAIR_WORDS",
    "PAPER_WORDS",
    "ROLE_WORDS",
    "STAFF",
    "STAGE_WORDS",
    "STEP_WORDS",
    "VISITOR",
    "Accounts",
    "Actor",
    "ApiToken",
    "ApplicationStep",
    "AuditAction",
    "AwardStatus",
    "BrowserKey",
    "CancellationGround",
    "CarrierKind",
    "ChangeKind",
    "Decision",
    "DocumentStatus",
    "Engine",
    "FirmFilter",
    "ImportResult",
    "Ledger",
    "LocalUser",
    "PairReason",
    "Principal",
    "Repository",
    "ResultPage",
    "Role",
    "SignIn",
    "SignedIn",
    "Stage",
    "StoreUnavailable",
    "System",
    "VersionedValue",
    "Visitor",
    "Would",
    "YearTally",
    "audit_words",
    "backup",
    "close_stores",
    "export",
    "find_token",
    "new_code",
    "open_store",
    "plain",
    "restore",
    "signing_key",
    "table_facts",
]
