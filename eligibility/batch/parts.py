"""One part of a batch: read where it lies, scored, and written whole or not at all.

A part is a file, or a range of a large CSV file. Beside its results and its rejected rows it leaves the
keys of its firms and, last of all, a record: a part with a record is finished.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pyarrow as pa

from eligibility.batch.byte_ranges import ByteRange
from eligibility.batch.chunks import (
    Outputs,
    ScoredChunk,
    Scorer,
    Summary,
    ahead,
    judge_of,
    write_parts,
)
from eligibility.batch.duplicates import (
    NOWHERE,
    PartFirms,
    earlier_elsewhere,
    find_duplicates,
)
from eligibility.batch.storage import REJECTS, Folder, StoredFile, is_url, open_folder
from eligibility.domain.errors import FileInUse
from eligibility.domain.text import json_text
from eligibility.i18n import Language
from eligibility.intake.blocks import Block
from eligibility.intake.parquet_file import open_parquet
from eligibility.intake.table import FileLayout, Intake, IntakeOptions, open_blocks
from eligibility.readiness.paths import models_folder
from eligibility.reports.files import Output
from eligibility.schemes.registry import Scheme, load_scheme

PARTS = "_parts"
#: seconds to wait for another run that is writing the same part, and between two looks
PATIENCE, LOOK = 60, 1


@dataclass(frozen=True)
class Part:
    """A part of a batch.

    Attributes
    ----------
    number : int
        Its place among the parts; of two rows of a firm the one in the earlier part is kept.
    name : str
        Of its results in the folder.
    file : StoredFile
    cut : ByteRange, optional
        What it takes of the file; all if omitted.
    """

    number: int
    name: str
    file: StoredFile
    cut: ByteRange | None = None

    @property
    def identity(self) -> dict[str, Any]:
        """What a part is read from: the same input gives the same."""
        place = (self.cut.start, self.cut.stop, self.cut.first_row) if self.cut else ()
        return {"source": self.file.address, "version": self.file.version, "range": list(place)}

    @property
    def rejects(self) -> str:
        """Name of the file of its rejected rows, if there are some."""
        return f"{REJECTS}/{self.name.removesuffix('.csv')}.csv"

    @property
    def record(self) -> str:
        """Name of its record."""
        return f"{PARTS}/{self.name}.json"

    @property
    def keys(self) -> str:
        """Name of the file of its firms' keys."""
        return f"{PARTS}/{self.name}.keys"


@dataclass(frozen=True)
class PartRecord:
    """What became of a part.

    Attributes
    ----------
    input : mapping
        What it was read from.
    elsewhere : str
        Digest of its rows whose firm an earlier part has; "" if that was not looked at, or there is none.
    rows : int
        Rows that it takes of its file, blank ones too.
    read, rows_scored, rows_rejected : int
    verdicts : mapping of verdict to count
    issues : list of str
        The first few, in words.
    columns_not_read : list of str
    """

    input: Mapping[str, Any]
    elsewhere: str
    rows: int
    read: int
    rows_scored: int
    rows_rejected: int
    verdicts: Mapping[str, int]
    issues: Sequence[str]
    columns_not_read: Sequence[str]

    @classmethod
    def of(cls, content: bytes) -> PartRecord:
        """A record as it was written."""
        return cls(**json.loads(content))

    def content(self) -> bytes:
        """As it is written."""
        return json_text(asdict(self)).encode()


@dataclass(frozen=True)
class Job:
    """What is asked of every part of a batch, wherever it is done.

    Attributes
    ----------
    model : str, optional
        Name of a folder of models.
    target : str
        Path or URL of the folder of results.
    buckets : int
        Into which the firms are cut to find duplicates.
    ahead : bool
        Whether a part is read, scored and written at the same time, on more than one processor.
    """

    scheme: str
    language: Language
    with_input: bool
    model: str | None
    options: IntakeOptions
    target: str
    buckets: int
    ahead: bool

    @cached_property
    def qualification(self) -> Scheme:
        """The scheme itself."""
        return load_scheme(self.scheme)

    @cached_property
    def folder(self) -> Folder:
        """The folder of results."""
        return open_folder(self.target)

    @cached_property
    def scorer(self) -> Scorer:
        """What scores the rows of a part."""
        judge = judge_of(models_folder() / self.model if self.model else None)
        return Scorer(self.qualification, self.language, self.with_input, judge)


@lru_cache(maxsize=1)
def _job(content: bytes) -> Job:
    job: Job = pickle.loads(content)
    return job


def score_part(
    job_content: bytes, part: Part, elsewhere: str = "", sources: Sequence[str] = ()
) -> tuple[int, PartRecord]:
    """Read, score and write one part; gives its number and its record.

    Parameters
    ----------
    job_content : bytes
        The :class:`Job`, pickled.
    elsewhere : str
        Digest of the rows whose firm an earlier part has, if there are some.
    sources : sequence of str
        Names of the files of all parts, in their order.
    """
    job = _job(job_content)
    until = monotonic() + PATIENCE
    while True:
        try:
            return part.number, _score(job, part, elsewhere, sources)
        except FileInUse:
            # a worker may still be at work for a client that was killed
            if monotonic() > until:
                raise
            sleep(LOOK)


def _score(job: Job, part: Part, elsewhere: str, sources: Sequence[str]) -> PartRecord:
    layout, blocks = _open(part, job)
    firms = PartFirms(
        earlier_elsewhere(job.folder, duplicate_files(job), part.number, sources)
        if elsewhere
        else NOWHERE
    )
    intake = Intake(layout, job.qualification.fields, job.qualification.titles_by_code)
    rows = _RowCount()
    with ExitStack() as stack:
        outputs = Outputs(
            stack.enter_context(job.folder.write_table(part.name)),
            stack.enter_context(RejectsIfAny(job.folder, part)),
        )
        scored = _score_blocks(intake, rows.of(blocks), firms, job)
        summary = write_parts(scored, outputs, lambda _: None)
    if not summary.rows_rejected:
        job.folder.delete(part.rejects)
    job.folder.write(part.keys, firms.content(job.buckets))
    record = _record(part, summary, elsewhere, rows.count, job.language)
    job.folder.write(part.record, record.content())
    return record


def duplicate_files(job: Job) -> list[str]:
    """Names of the files of duplicates, one a bucket."""
    return [f"{PARTS}/_duplicates-{bucket:04}.arrow" for bucket in range(job.buckets)]


def shuffle(job_content: bytes, keys: Sequence[str], bucket: int) -> tuple[int, dict[int, str]]:
    """The duplicates of one bucket; see :func:`find_duplicates`."""
    job = _job(job_content)
    return bucket, find_duplicates(job.folder, keys, duplicate_files(job)[bucket], bucket)


class RejectsIfAny:
    """The rejected rows of a part: a file only where there are some."""

    def __init__(self, folder: Folder, part: Part) -> None:
        self._folder, self._name = folder, part.rejects
        self._stack = ExitStack()
        self._output: Output | None = None

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        if table.num_rows:
            if self._output is None:
                self._output = self._stack.enter_context(self._folder.write_table(self._name))
            self._output.write(table)

    def __enter__(self) -> RejectsIfAny:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)


class _RowCount:
    """Counts the rows of blocks as they pass."""

    def __init__(self) -> None:
        self.count = 0

    def of(self, blocks: Iterator[Block]) -> Iterator[Block]:
        for block in blocks:
            yield block
            self.count += block.rows


def _open(part: Part, job: Job) -> tuple[FileLayout, Iterator[Block]]:
    fields = job.qualification.fields
    if part.cut is not None:
        return part.cut.layout, part.cut.blocks(part.file)
    # another machine's file is read at once, as its readers seek back and forth
    source = (
        (part.file.name, part.file.read()) if is_url(part.file.address) else Path(part.file.address)
    )
    if part.file.name.lower().endswith(".parquet"):
        return open_parquet(source, fields, job.options)
    return open_blocks(source, fields, job.options)


def _score_blocks(
    intake: Intake, blocks: Iterator[Block], firms: PartFirms, job: Job
) -> Iterator[ScoredChunk]:
    batches = intake.every_batch(blocks, firms.earlier)
    if not job.ahead:
        return job.scorer.score_each(batches)
    return ahead(job.scorer.score_each(ahead(batches)))


def _record(
    part: Part, summary: Summary, elsewhere: str, rows: int, language: Language
) -> PartRecord:
    headers = summary.headers
    return PartRecord(
        input=part.identity,
        elsewhere=elsewhere,
        rows=rows,
        read=summary.read,
        rows_scored=summary.rows_scored,
        rows_rejected=summary.rows_rejected,
        verdicts=dict(sorted(summary.verdicts.items())),
        issues=[issue.sentence.say(language) for issue in summary.issues],
        columns_not_read=[
            *(headers.unknown if headers else ()),
            *(
                f"{name}: {why.say(language)}"
                for name, why in (headers.doubtful if headers else ())
            ),
        ],
    )
