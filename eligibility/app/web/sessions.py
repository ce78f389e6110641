"""Which browser each of Streamlit's sessions belongs to, and how much each may take.

Streamlit knows a session by its id alone; whoever has the id could go on with it, or fetch its
files. Here a session belongs to the browser, and the sign-in, whose cookies opened it.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from eligibility.app.web import upload_fields

#: names a browser and its sign-in
Browser = tuple[str, str]
#: open sockets, one a tab: of one browser, of one address, of all
OF_BROWSER, OF_ADDRESS, OF_ALL = 24, 150, 600
#: new sockets of one address: so many at once, and so many a second
AT_ONCE, A_SECOND = 100, 5.0
#: bytes of uploaded files that are kept at one time
MEGABYTE = 1 << 20
UPLOADS_OF_SESSION, UPLOADS_OF_ADDRESS = 100 * MEGABYTE, 200 * MEGABYTE
UPLOADS_OF_ALL = 600 * MEGABYTE
#: addresses of files that a session is remembered to have been sent
MOST_FILES = 1000


class Bucket:
    """A token bucket: so many at once, refilled by so many a second."""

    def __init__(self, size: float, a_second: float) -> None:
        self._size, self._a_second = size, a_second
        self._tokens, self._at = size, time.monotonic()

    def take(self) -> float:
        """Take one; the seconds until there is one, 0 if it was there."""
        now = time.monotonic()
        self._tokens = min(self._size, self._tokens + (now - self._at) * self._a_second)
        self._at = now
        if self._tokens < 1:
            return (1 - self._tokens) / self._a_second
        self._tokens -= 1
        return 0

    def is_full(self) -> bool:
        """Has nothing been taken for long?"""
        return self._tokens + (time.monotonic() - self._at) * self._a_second >= self._size


@dataclass
class Session:
    """One of Streamlit's sessions: whose it is, and which files' addresses it was sent."""

    id: str
    browser: Browser | None
    address: str
    sockets: int = 0
    #: bytes of uploads that are on their way
    arriving: int = 0
    files: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def add_file(self, path: str) -> None:
        """Remember that the server has sent this session the address of a file."""
        self.files[path] = None
        self.files.move_to_end(path)
        while len(self.files) > MOST_FILES:
            self.files.popitem(last=False)


class Sessions:
    """All sessions of this process, and their sockets."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._of_browser: Counter[Browser] = Counter()
        self._of_address: Counter[str] = Counter()
        self._arrivals: dict[str, Bucket] = {}

    @contextmanager
    def socket(self, browser: Browser | None, address: str) -> Iterator[bool]:
        """While a socket is open; False where there is no place for another one."""
        if not self._has_place(browser, address):
            yield False
            return
        self._of_address[address] += 1
        if browser is not None:
            self._of_browser[browser] += 1
        try:
            yield True
        finally:
            self._of_address -= Counter([address])
            if browser is not None:
                self._of_browser -= Counter([browser])

    def _has_place(self, browser: Browser | None, address: str) -> bool:
        for each in [name for name, bucket in self._arrivals.items() if bucket.is_full()]:
            del self._arrivals[each]
        arrivals = self._arrivals.setdefault(address, Bucket(AT_ONCE, A_SECOND))
        return (
            self._of_address.total() < OF_ALL
            and self._of_address[address] < OF_ADDRESS
            and (browser is None or self._of_browser[browser] < OF_BROWSER)
            and arrivals.take() == 0
        )

    def attach(self, session_id: str, browser: Browser | None, address: str) -> Session:
        """The session that a socket has been connected to."""
        session = self._sessions.get(session_id)
        if session is None:
            session = self._sessions[session_id] = Session(session_id, browser, address)
        session.sockets += 1
        return session

    def find(self, session_id: str, browser: Browser | None) -> Session | None:
        """A session of this browser and sign-in; None where there is none, or it is another's."""
        session = self._sessions.get(session_id)
        return session if session and browser is not None and session.browser == browser else None

    def of_file(self, path: str, browser: Browser | None) -> Session | None:
        """The session of this browser and sign-in that was sent the address of a file."""
        for session in self._sessions.values():
            if path in session.files and browser is not None and session.browser == browser:
                return session
        return None

    def end(self, session: Session) -> None:
        """End a session that no socket is connected to, with all that it has left in memory."""
        if session.sockets == 0 and self._sessions.get(session.id) is session:
            del self._sessions[session.id]
            upload_fields.forget(session.id)
            if runtime.exists():
                runtime.get_instance().close_session(session.id)

    def has_room(self, session: Session, size: int) -> bool:
        """May this session upload a file of so many bytes, beside what is kept and on its way?"""
        counts: Counter[str] = Counter()
        if runtime.exists():
            manager = runtime.get_instance().uploaded_file_mgr
            assert isinstance(manager, MemoryUploadedFileManager)
            for name, files in list(manager.file_storage.items()):
                counts[name] = sum(len(each.data) for each in list(files.values()))
        for each in self._sessions.values():
            counts[each.id] += each.arriving
        there = {each.id for each in self._sessions.values() if each.address == session.address}
        return (
            counts[session.id] + size <= UPLOADS_OF_SESSION
            and sum(counts[name] for name in there) + size <= UPLOADS_OF_ADDRESS
            and counts.total() + size <= UPLOADS_OF_ALL
        )
