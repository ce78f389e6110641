"""The same scoring on a Dask cluster: the same files, byte for byte, as on this machine alone.

This process cuts the file into parts, sends them out, and writes the results in their order; it
parses nothing. A worker reads and scores a part as ``local`` does, but knows no other part: it takes
the row that its part begins at, and every firm for a new one, on trust, and says which firms it
found. In the part's turn both are checked here, and where one was wrong the part is done again with
what is right. A part of which the worker is lost is done again by another.

Dask is optional (``requirements-dask.txt``) and imported here only.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from eligibility.batch.byte_ranges import TaskMap
from eligibility.batch.chunks import (
    ScoredChunk,
    Scorer,
    Summary,
    judge_of,
    open_outputs,
    write_parts,
)
from eligibility.batch.fork_server import ENVIRONMENT, fork_server
from eligibility.batch.program_version import difference
from eligibility.batch.program_version import running_versions as _running
from eligibility.domain.errors import EligibilityError, InputError
from eligibility.i18n import Language
from eligibility.intake.blocks import Block
from eligibility.intake.checks import EarlierRows, FirmKeys, SeenFirms
from eligibility.intake.table import FileLayout, Intake, IntakeOptions, open_blocks
from eligibility.readiness.paths import models_folder
from eligibility.schemes.registry import Scheme, load_scheme

if TYPE_CHECKING:
    from distributed import Client, Future

#: seconds to wait for a scheduler to answer, and for a cluster without workers to get one
ANSWER, RECOVERY = 8, 30
#: seconds between two looks whether work was interrupted or all workers are gone
LOOK = 1
#: by which people and other programs end this one, as far as the platform has them
SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
#: parts sent for each worker: one that it does and one that waits for it
PARTS_PER_WORKER = 2
HERE = "127.0.0.1"
#: parts are as large as they are on purpose; nothing is to be served by http
SETTINGS = {
    "distributed.admin.large-graph-warning-threshold": "64MB",
    "distributed.scheduler.dashboard.enabled": False,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    # Dask has memory given back at once, and then every array of numpy costs its pages anew: half as
    # much processor again
    "distributed.nanny.pre-spawn-environ": ENVIRONMENT,
    # nobody looks at the profile of a worker, which is interrupted for it a hundred times a second
    "distributed.worker.profile.enabled": False,
    # Ctrl-C reaches every process of a terminal; this one ends the others
    "distributed.worker.preload": ["import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"],
}

Item = TypeVar("Item")


def score_file(
    source: Path,
    target: Path,
    scheme: Scheme,
    language: Language,
    *,
    options: IntakeOptions,
    rejects: Path | None = None,
    with_input: bool = False,
    model: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
    scheduler: str | None = None,
) -> Summary:
    """Score a file on a cluster; other parameters, result and errors as in ``local.score_file``.

    Parameters
    ----------
    scheduler : str, optional
        Address of a running cluster, such as tcp://192.0.2.7:8786; without one, a cluster of
        processes is started on this machine and ended with the work.

    Raises
    ------
    InputError
        Also if Dask is not installed, the cluster does not answer, is lost, or runs something else.
    """
    judge_of(model)
    layout, blocks = open_blocks(source, scheme.fields, options)
    name = str(model.resolve().relative_to(models_folder().resolve())) if model else None
    order = _Order(scheme.id, language, with_input, name, layout, _running(name))
    with (
        open_outputs(source, target, rejects) as outputs,
        _deferred_signals() as raise_deferred,
        _cluster(scheduler) as client,
    ):
        crew = _Crew(client, pickle.dumps(order), raise_deferred)
        crew.refuse_others(order.model, order.running)
        return write_parts(_score_parts(crew, order, blocks), outputs, progress)


@contextmanager
def cluster_tasks(model: str | None, scheduler: str | None = None) -> Iterator[TaskMap]:
    """A cluster for tasks that read and write shared storage by themselves.

    Parameters
    ----------
    model : str, optional
        Name of the model that they use.
    scheduler : str, optional
        As of :func:`score_file`.

    Yields
    ------
    callable
        ``run(function, tasks)`` gives what the function makes of every task, as each is done.

    Raises
    ------
    InputError
        As of :func:`score_file`.
    """
    running = _running(model)
    with _deferred_signals() as raise_deferred, _cluster(scheduler) as client:
        crew = _Crew(client, b"", raise_deferred)
        crew.refuse_others(model, running)

        def run(function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
            return crew.run((_run_task, running, model, function, *task) for task in tasks)

        yield run


# --- on a worker ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Order:
    """What is asked of every part; ``running`` is what must run where it is done."""

    scheme: str
    language: Language
    with_input: bool
    model: str | None
    layout: FileLayout
    running: Mapping[str, str]


@dataclass(frozen=True)
class _Part:
    """A part as a worker gives it back.

    Attributes
    ----------
    batches : tuple of Scored
    rows : int
        Rows that the part takes of the sheet, blank ones too.
    keys : FirmKeys
        Of the m rows that can be used, whether or not an earlier row has the same firm.
    places : array of int64, shape (m,)
        Where in the part these rows stand.
    """

    batches: tuple[ScoredChunk, ...]
    rows: int
    keys: FirmKeys
    places: NDArray[np.int64]

    def __getstate__(self) -> dict[str, Any]:
        """Results repeat themselves, and pass the scheduler on their way: they go compressed."""
        tables = [(_compress(one.table), _compress(one.rejects)) for one in self.batches]
        bare = tuple(replace(one, table=None, rejects=None) for one in self.batches)
        return self.__dict__ | {"batches": bare, "tables": tables}

    def __setstate__(self, state: dict[str, Any]) -> None:
        tables = state.pop("tables")
        whole = tuple(
            replace(
                one,
                table=pa.ipc.open_stream(table).read_all(),
                rejects=pa.ipc.open_stream(rejects).read_all(),
            )
            for one, (table, rejects) in zip(state["batches"], tables, strict=True)
        )
        self.__dict__.update(state | {"batches": whole})


def _compress(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(
        sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")
    ) as to:
        to.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


class _RepeatedMessages:
    """Remembers the firms of a part, and repeats what was told of them: nothing at first."""

    def __init__(self, earlier_rows: NDArray[np.int64] | None) -> None:
        self.earlier_rows = earlier_rows
        self.keys = FirmKeys(np.empty(0, np.complex128), np.empty(0, np.bool_))
        self.rows = np.empty(0, np.int64)

    def earlier(self, firms: FirmKeys, rows: NDArray[np.int64]) -> EarlierRows:
        """See ``checks.Earlier``."""
        self.keys, self.rows = firms, rows
        if self.earlier_rows is None:
            return EarlierRows(np.zeros(len(rows), np.int64))
        return EarlierRows(self.earlier_rows)


def _score_part(order_bytes: bytes, block: Block, earlier_rows: NDArray[np.int64] | None) -> _Part:
    """One part, read and scored."""
    intake, scorer = _prepare(order_bytes)
    messages = _RepeatedMessages(earlier_rows)
    batches = tuple(scorer.score(batch) for batch in intake.batches(block, messages.earlier))
    return _Part(batches, block.rows, messages.keys, messages.rows - block.first_row)


def _run_task(
    versions: Mapping[str, str], model: str | None, function: Callable[..., Any], *task: Any
) -> Any:
    """A task, unless this worker came late with another program."""
    _refuse_other_program(model, versions)
    return function(*task)


def _refuse_other_program(model: str | None, versions: Mapping[str, str]) -> None:
    if differs := difference(_running(model), versions):
        raise InputError(
            "A worker that joined cannot take part: {why}. Give it the same and start again.",
            why=differs,
        )


@lru_cache(maxsize=1)
def _prepare(order_bytes: bytes) -> tuple[Intake, Scorer]:
    """What reads and what scores the parts of an order; a worker that came late is refused here."""
    order: _Order = pickle.loads(order_bytes)
    _refuse_other_program(order.model, order.running)
    scheme = load_scheme(order.scheme)
    judge = judge_of(models_folder() / order.model if order.model else None)
    intake = Intake(order.layout, scheme.fields, scheme.titles_by_code)
    return intake, Scorer(scheme, order.language, order.with_input, judge)


# --- here -------------------------------------------------------------------------------------------


class _Crew:
    """The workers of a cluster, as those who give them work see them."""

    def __init__(
        self, client: Client, order_bytes: bytes, raise_deferred: Callable[[], None]
    ) -> None:
        self._client, self.order_bytes, self._raise_deferred = client, order_bytes, raise_deferred
        self.address = client.scheduler.address  # type: ignore[union-attr]

    @property
    def size(self) -> int:
        """How many parts can be done at once; 0 if no worker is there, or no scheduler."""
        try:
            return sum(self._client.nthreads().values())
        except (OSError, ValueError):
            return 0

    def refuse_others(self, model: str | None, versions: Mapping[str, str]) -> None:
        """Raise InputError unless every worker runs has these versions."""
        replies = self._client.run(_running, model, on_error="return")
        for worker, running in replies.items():
            why: object = running
            if isinstance(running, EligibilityError):
                why = running.message
            elif isinstance(running, dict):
                why = difference(running, versions)
            if why is not None:
                raise InputError(
                    "The worker at {worker} cannot take part: {why}. Give it the same and start again.",
                    worker=worker,
                    why=why,
                )

    def send(self, block: Block, earlier_rows: NDArray[np.int64] | None = None) -> Future[_Part]:
        """Have a part done, and done again if its worker is lost."""
        return self._client.submit(_score_part, self.order_bytes, block, earlier_rows, pure=False)

    def run(self, calls: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """What every call gives, as each is done; a few of them are under way."""
        calls, pending = iter(calls), set[Any]()
        while True:
            # a worker that is lost leaves more under way than the others have room for
            few = max(max(self.size * PARTS_PER_WORKER, 1) - len(pending), 0)
            pending |= {self._client.submit(*call, pure=False) for call in islice(calls, few)}
            if not pending:
                return
            future = next((each for each in pending if each.done()), None)
            if future is None:
                self._wait(pending)
                continue
            pending.remove(future)
            yield self.result(future)

    def _wait(self, futures: set[Future[Any]]) -> None:
        """Wait until one of these is done, or all workers are gone for long."""
        from distributed import wait

        alone = 0
        while True:
            self._raise_deferred()
            try:
                wait(futures, timeout=LOOK, return_when="FIRST_COMPLETED")
                return
            except TimeoutError:
                alone = 0 if self.size else alone + LOOK
                if alone > RECOVERY:
                    raise self.connection_error() from None
            except OSError as error:
                raise self.connection_error() from error

    def result(self, future: Future[Item]) -> Item:
        """What was sent, when it is done."""
        from distributed import CancelledError, KilledWorker

        alone = 0
        while True:
            self._raise_deferred()
            try:
                return future.result(timeout=LOOK)
            except KilledWorker as error:
                raise InputError(
                    "A part of the file ended every worker that it was given to; they may need more memory."
                ) from error
            except TimeoutError:
                # slow, or nobody there
                alone = 0 if self.size else alone + LOOK
                if alone > RECOVERY:
                    raise self.connection_error() from None
            except (CancelledError, OSError) as error:
                raise self.connection_error() from error

    def connection_error(self) -> InputError:
        """The sentence for a cluster that is there no more."""
        return InputError("The Dask cluster at {address} was lost.", address=self.address)


def _score_parts(crew: _Crew, order: _Order, blocks: Iterator[Block]) -> Iterator[ScoredChunk]:
    """Every part of the file with its results, in order, a few of them under way."""
    seen, row = SeenFirms(), order.layout.headers.lines + 1

    def check(block: Block, future: Future[_Part]) -> _Part | Future[_Part]:
        """A part in its turn, or what was sent instead of it."""
        nonlocal row
        begins = row
        try:
            part = crew.result(future)
        except EligibilityError:
            if block.first_row == begins:
                raise
            # what is wrong with it is told by row
            part = crew.result(crew.send(block.begun_at(begins)))
        earlier_rows = seen.earlier(part.keys, begins + part.places).rows
        row += part.rows
        if block.first_row == begins and not earlier_rows.any():
            return part
        return crew.send(block.begun_at(begins), earlier_rows)

    size = crew.size
    sent = ((block, crew.send(block)) for block in blocks)
    done = (check(*one) for one in _under_way(sent, size * PARTS_PER_WORKER))
    some = False
    for part in _under_way(done, size):
        for batch in (part if isinstance(part, _Part) else crew.result(part)).batches:
            some = True
            yield batch
    if not some:
        intake, scorer = _prepare(crew.order_bytes)
        yield scorer.score(intake.nothing())


def _under_way(items: Iterable[Item], count: int) -> Iterator[Item]:
    """The same items, so many of them begun before the first is asked for."""
    items = iter(items)
    begun = deque(islice(items, max(count, 1)))
    while begun:
        yield begun.popleft()
        begun.extend(islice(items, 1))


@contextmanager
def _deferred_signals() -> Iterator[Callable[[], None]]:
    """Put off the signals that raise, as an exception may be lost in a callback of Dask's.

    Yields
    ------
    callable
        Does what the first signal that came would have done; a second one does it at once.
    """
    handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}
    first: list[int] = []

    def defer(number: int, frame: FrameType | None) -> None:
        if first:
            handlers[number](number, frame)
        first.append(number)

    def raise_deferred() -> None:
        if first:
            handlers[first[0]](first[0], None)

    if current_thread() is main_thread():
        for number in SIGNALS:
            handler = signal.getsignal(number)
            if callable(handler):
                handlers[number] = handler
                signal.signal(number, defer)
    try:
        yield raise_deferred
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextmanager
def _cluster(address: str | None) -> Iterator[Client]:
    """A client of the cluster at an address, or of one that lives as long as this lasts."""
    with ExitStack() as stack:
        # first, so that it and this process import at the same time
        forks = {} if address else stack.enter_context(fork_server())
        try:
            import dask
            from distributed import Client, LocalCluster, utils
            from distributed.security import Security
        except ImportError as error:
            raise InputError(
                "--engine dask needs Dask, which is not installed: pip install -r requirements-dask.txt. --engine local needs nothing more."
            ) from error
        # what goes wrong is said in a sentence; Dask's own account of it would stand around that
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        stack.enter_context(dask.config.set({**SETTINGS, **forks}))
        where: Any = address
        security = None
        if address is None:
            # what the fork server imports Dask would import here, too
            utils._forkserver_preload_set = True
            # whoever else is on this machine can reach the ports, but has not the certificate
            security = Security.temporary()
            where = stack.enter_context(
                LocalCluster(
                    n_workers=os.cpu_count() or 1,
                    threads_per_worker=1,
                    host=HERE,
                    dashboard_address=f"{HERE}:0",
                    worker_dashboard_address=f"{HERE}:0",
                    silence_logs=logging.CRITICAL,
                    security=security,
                )
            )
        try:
            client = stack.enter_context(Client(where, timeout=ANSWER, security=security))
        except (OSError, ValueError) as error:
            raise InputError(
                "No Dask scheduler answers at {address}; its address looks like tcp://192.0.2.7:8786.",
                address=address,
            ) from error
        try:
            client.wait_for_workers(1, timeout=ANSWER)
        except TimeoutError as error:
            raise InputError(
                "The Dask cluster at {address} has no worker.", address=client.scheduler.address
            ) from error
        yield client
