"""What a person sees when a page fails: a sentence and a reference, which the log explains.

The log names where and what kind, never the message: it may hold a firm's name or figures.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from typing import Any

from eligibility.app.translation import language
from eligibility.app.widgets import notices
from eligibility.domain.errors import EligibilityError

REFERENCE_BYTES = 4
log = logging.getLogger("eligibility.app")


def show_failure(error: Exception) -> bool:
    """Show what became of a page: the sentence of a refusal, or a reference; True: it is shown."""
    if isinstance(error, EligibilityError):
        notices.show_refusal(error, language())
        return True
    reference = secrets.token_hex(REFERENCE_BYTES)
    log.error("reference %s: %s", reference, where(error))
    notices.show_failure(reference, language())
    return True


def where(error: BaseException) -> str:
    """The kinds of an error and of its causes, and the lines it came through."""
    parts = []
    seen: BaseException | None = error
    while seen is not None:
        frames = traceback.extract_tb(seen.__traceback__)
        lines = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        parts.append(" <- ".join([type(seen).__qualname__, *reversed(lines)]))
        seen = seen.__cause__ or seen.__context__
    return "; because of ".join(parts)


def keep_messages_out() -> None:
    """Let no log line of this process, of whatever library, hold the message of an error.

    Streamlit logs errors of pages, of files made on demand and of its protocol with their messages
    and source lines; an error's kind and the lines it came through say what a log has to.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # a page's own error is logged by ``failed``, with the reference that the person was shown
    logging.getLogger("streamlit.error_util").addFilter(
        lambda record: not str(record.msg).startswith("Uncaught app execution")
    )
    logging.setLogRecordFactory(SilentRecord)


class SilentRecord(logging.LogRecord):
    """A line of a log that names errors by kind and place."""

    def __init__(
        self,
        name: str,
        level: int,
        pathname: str,
        lineno: int,
        msg: object,
        args: Any,
        exc_info: Any,
        *more: Any,
        **options: Any,
    ) -> None:
        if isinstance(msg, BaseException):
            args, msg = (where(msg),), "%s"
        elif isinstance(args, tuple):
            args = tuple(where(each) if isinstance(each, BaseException) else each for each in args)
        error = exc_info[1] if isinstance(exc_info, tuple) else None
        super().__init__(name, level, pathname, lineno, msg, args, None, *more, **options)
        if error is not None:
            self.msg, self.args = f"{self.getMessage()}: {where(error)}", ()
