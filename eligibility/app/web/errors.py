"""What a person sees when a page fails: a sentence and a reference, which the log explains.

The log names where and what kind, never the message: it may hold a firm's name or figures.
"""

from __future__ import annotations

import logging
import secrets
import traceback

from eligibility.app import state
from eligibility.app.components import notices
from eligibility.vocabulary import EligibilityError

REFERENCE_BYTES = 4
log = logging.getLogger("eligibility.app")


def failed(error: Exception) -> bool:
    """Show what became of a page: the sentence of a refusal, or a reference; True: it is shown."""
    if isinstance(error, EligibilityError):
        notices.refused(error, state.language())
        return True
    reference = secrets.token_hex(REFERENCE_BYTES)
    log.error("reference %s: %s", reference, where(error))
    notices.failed(reference, state.language())
    return True


def where(error: BaseException) -> str:
    """The kinds of an error and of its causes, and the lines it came through."""
    told = []
    seen: BaseException | None = error
    while seen is not None:
        frames = traceback.extract_tb(seen.__traceback__)
        lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        told.append(" <- ".join([type(seen).__qualname__, *reversed(lines)]))
        seen = seen.__cause__ or seen.__context__
    return "; because of ".join(told)


def keep_messages_out() -> None:
    """Streamlit logs an error with its message and source lines; ``failed`` logs it instead."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    streamlits = logging.getLogger("streamlit.error_util")
    streamlits.addFilter(lambda record: record.msg != "Uncaught app execution")
