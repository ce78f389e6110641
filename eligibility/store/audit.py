"""What the audit log records: actions by stable ids, their words, and the writing of its lines.

The log is for people to read. What the program goes by stands in columns of the other tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, insert

from eligibility.domain.text import msgid
from eligibility.store.rows import Facts, Row, plain
from eligibility.store.schema import Role, audit_log


class AuditAction(StrEnum):
    """What somebody did, by an id that stays whatever its words become."""

    CARRIER_ADD = "carrier.add"
    CARRIER_CHANGE = "carrier.change"
    ACCOUNT_ADD = "account.add"
    ACCOUNT_CHANGE = "account.change"
    ACCOUNT_SET_PASSWORD = "account.set_password"
    ACCOUNT_CHANGE_PASSWORD = "account.change_password"
    ACCOUNT_LINK_IDENTITY = "account.link_identity"
    ACCOUNT_SIGN_IN = "account.sign_in"
    ACCOUNT_END_SIGN_IN = "account.end_sign_in"
    TOKEN_ADD = "token.add"
    TOKEN_REVOKE = "token.revoke"
    TARGET_SET = "target.set"
    ASSUMPTION_SAVE = "assumption.save"
    COLUMN_NAME_SAVE = "column_name.save"
    COLUMN_NAME_WITHDRAW = "column_name.withdraw"
    FIRM_ADD = "firm.add"
    FIRM_CHANGE = "firm.change"
    FIRM_ASSIGN = "firm.assign"
    FIRM_MOVE = "firm.move"
    FIRM_STAGE = "firm.stage"
    FIRM_ASSESS = "firm.assess"
    FIRM_IMPORT = "firm.import"
    FIRM_MERGE = "firm.merge"
    FIRM_UNMERGE = "firm.unmerge"
    FIRM_APART = "firm.apart"
    FIRM_ARCHIVE = "firm.archive"
    FIRM_RESTORE = "firm.restore"
    FIGURES_SAVE = "figures.save"
    LEDGER_SAVE = "ledger.save"
    OUTCOME_SAVE = "outcome.save"
    IMPORT_STAGE = "import.stage"
    IMPORT_REPAIR = "import.repair"
    IMPORT_CONFIRM = "import.confirm"
    IMPORT_DISCARD = "import.discard"
    TASK_ADD = "task.add"
    TASK_CHANGE = "task.change"
    NOTE_ADD = "note.add"
    VISIT_ADD = "visit.add"
    VISIT_CHANGE = "visit.change"
    COURSE_SAVE = "course.save"
    DOCUMENT_SAVE = "document.save"
    FILE_ADD = "file.add"
    FILE_REMOVE = "file.remove"
    DRAFT_SHARE = "draft.share"
    DRAFT_WITHDRAW = "draft.withdraw"
    DRAFT_DELETE = "draft.delete"
    LINK_ADD = "link.add"
    LINK_REVOKE = "link.revoke"
    SUBMISSION_ADD = "submission.add"
    SUBMISSION_DECIDE = "submission.decide"
    CONTACTS_SAVE = "contacts.save"
    CONTACTS_ERASE = "contacts.erase"
    REPORT_SAVE = "report.save"
    CHANGE_SAVE = "change.save"
    AWARD_SAVE = "award.save"
    CERTIFICATE_CANCEL = "certificate.cancel"


AUDIT_WORDS: Mapping[str, str] = {
    AuditAction.CARRIER_ADD: msgid("add carrier"),
    AuditAction.CARRIER_CHANGE: msgid("change carrier"),
    AuditAction.ACCOUNT_ADD: msgid("add account"),
    AuditAction.ACCOUNT_CHANGE: msgid("change account"),
    AuditAction.ACCOUNT_SET_PASSWORD: msgid("set password"),
    AuditAction.ACCOUNT_CHANGE_PASSWORD: msgid("change password"),
    AuditAction.ACCOUNT_LINK_IDENTITY: msgid("link identity"),
    AuditAction.ACCOUNT_SIGN_IN: msgid("sign in"),
    AuditAction.ACCOUNT_END_SIGN_IN: msgid("end sign-in"),
    AuditAction.TOKEN_ADD: msgid("add token"),
    AuditAction.TOKEN_REVOKE: msgid("revoke token"),
    AuditAction.TARGET_SET: msgid("set target"),
    AuditAction.ASSUMPTION_SAVE: msgid("change assumption"),
    AuditAction.COLUMN_NAME_SAVE: msgid("remember a name of a column"),
    AuditAction.COLUMN_NAME_WITHDRAW: msgid("forget a name of a column"),
    AuditAction.FIRM_ADD: msgid("add firm"),
    AuditAction.FIRM_CHANGE: msgid("change firm"),
    AuditAction.FIRM_ASSIGN: msgid("assign"),
    AuditAction.FIRM_MOVE: msgid("move"),
    AuditAction.FIRM_STAGE: msgid("set stage"),
    AuditAction.FIRM_ASSESS: msgid("assess"),
    AuditAction.FIRM_IMPORT: msgid("import"),
    AuditAction.FIRM_MERGE: msgid("merge two files of one firm"),
    AuditAction.FIRM_UNMERGE: msgid("part two files again"),
    AuditAction.FIRM_APART: msgid("tell two firms apart"),
    AuditAction.FIRM_ARCHIVE: msgid("archive firm"),
    AuditAction.FIRM_RESTORE: msgid("take firm out of the archive"),
    AuditAction.FIGURES_SAVE: msgid("save figures"),
    AuditAction.LEDGER_SAVE: msgid("save ledger"),
    AuditAction.OUTCOME_SAVE: msgid("save outcome"),
    AuditAction.IMPORT_STAGE: msgid("stage import"),
    AuditAction.IMPORT_REPAIR: msgid("repair rows of import"),
    AuditAction.IMPORT_CONFIRM: msgid("confirm import"),
    AuditAction.IMPORT_DISCARD: msgid("discard import"),
    AuditAction.TASK_ADD: msgid("add task"),
    AuditAction.TASK_CHANGE: msgid("change task"),
    AuditAction.NOTE_ADD: msgid("add note"),
    AuditAction.VISIT_ADD: msgid("add visit"),
    AuditAction.VISIT_CHANGE: msgid("change visit"),
    AuditAction.COURSE_SAVE: msgid("record course"),
    AuditAction.DOCUMENT_SAVE: msgid("save document"),
    AuditAction.FILE_ADD: msgid("attach file"),
    AuditAction.FILE_REMOVE: msgid("remove file"),
    AuditAction.DRAFT_SHARE: msgid("share draft"),
    AuditAction.DRAFT_WITHDRAW: msgid("withdraw draft"),
    AuditAction.DRAFT_DELETE: msgid("delete draft"),
    AuditAction.LINK_ADD: msgid("make a link"),
    AuditAction.LINK_REVOKE: msgid("revoke a link"),
    AuditAction.SUBMISSION_ADD: msgid("answer by a link"),
    AuditAction.SUBMISSION_DECIDE: msgid("decide on what a firm sent"),
    AuditAction.CONTACTS_SAVE: msgid("save contacts"),
    AuditAction.CONTACTS_ERASE: msgid("erase contacts"),
    AuditAction.REPORT_SAVE: msgid("save annual report"),
    AuditAction.CHANGE_SAVE: msgid("save change to be reported"),
    AuditAction.AWARD_SAVE: msgid("save award"),
    AuditAction.CERTIFICATE_CANCEL: msgid("cancel certificate"),
}


def audit_words(action: str) -> str:
    """The sentence of an action, to be translated; of one that is not known here, its id."""
    return AUDIT_WORDS.get(action, action)


def audit_line(
    action: AuditAction,
    at: datetime,
    role: Role,
    account_id: int | None,
    firm_id: int | None = None,
    detail: Facts | None = None,
) -> Row:
    """A line of the log as a row: who did what, to which firm, and what changed by it."""
    return {
        "at": at,
        "account_id": account_id,
        "role": role.value,
        "action": action.value,
        "firm_id": firm_id,
        "detail": plain(detail or {}),
    }


def write_audit(connection: Connection, lines: Sequence[Row]) -> None:
    """Add lines to the log, in their order; no line of it is ever changed."""
    if lines:
        connection.execute(insert(audit_log), lines)
