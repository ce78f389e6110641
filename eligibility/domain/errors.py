"""The error hierarchy (exceptions): whatever this program refuses, with a sentence that says why.

::

    EligibilityError
    ├── InputError          a file, a row or an argument cannot be used
    │   └── FileInUse       another run is writing it
    ├── DateNotCovered      no edition of the law covers the date asked for
    ├── ModelRefused        a model on disk cannot be trusted or used; all else goes on without it
    ├── NotFound            what is asked for is not there, or not for this person
    ├── NotAllowed          this person may not do that
    ├── Conflict            someone else changed it first; nothing was stored
    └── LawError            an edition file contradicts itself (a developer's error)
"""

from __future__ import annotations

from typing import Any

from eligibility.domain.text import Message


class EligibilityError(Exception):
    """Base exception: a refusal, with a sentence that says what, where and what was expected.

    Parameters
    ----------
    text : str
        English sentence with {places}; also the msgid of its translation.
    **values
        What goes into the places.
    """

    def __init__(self, text: str, **values: object) -> None:
        self.message = Message(text, values)
        super().__init__(str(self.message))

    def __reduce__(self) -> tuple[Any, ...]:
        """Its sentence crosses to another process whole, and can still be said in any language."""
        return _said_again, (type(self), self.message)


def _said_again(kind: type[EligibilityError], message: Message) -> EligibilityError:
    return kind(message.text, **message.values)


class InputError(EligibilityError):
    """Invalid input: a file, a row or an argument cannot be used as it is."""


class FileInUse(InputError):
    """Locked file: another run is writing it."""


class DateNotCovered(EligibilityError):
    """No edition of the law covers this date."""


class ModelRefused(EligibilityError):
    """A model file cannot be trusted, or not be used here."""


class NotFound(EligibilityError):
    """Not found: it is not there, or not for this person to see; the two look alike."""


class NotAllowed(EligibilityError):
    """Permission denied: this person may not do that."""


class SignedOut(NotAllowed):
    """Not authenticated: whoever asks is not signed in any more, or the account is disabled."""


class Conflict(EligibilityError):
    """Lost update (optimistic locking): someone else changed it meanwhile; nothing was stored."""


class StoreUnavailable(EligibilityError):
    """Database error: the store cannot be opened, does not answer or is damaged."""


class LawError(EligibilityError):
    """An edition file is incomplete or contradicts itself."""
