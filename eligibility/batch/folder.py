"""A batch of many parts, scored into one folder: resumed where it ended, whole when its summary is there.

The input is a pattern of files, a folder, or one large CSV file; whoever does a part reads and writes it
where it lies. First every part is scored by itself. Then firms that an earlier part has are found, and
the parts in which they come again are done once more, without them. Last stands ``_summary.json``;
before, the results are not to be used.
"""

from __future__ import annotations

import json
import os
import pickle
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from eligibility.batch.byte_ranges import TaskMap, byte_ranges
from eligibility.batch.chunks import ISSUES_SHOWN, judge_of
from eligibility.batch.duplicates import BUCKET_BYTES
from eligibility.batch.parts import PARTS, Job, Part, PartRecord, score_part, shuffle
from eligibility.batch.program_version import running_versions
from eligibility.batch.storage import Folder, StoredFile, list_files, open_folder
from eligibility.domain.errors import InputError
from eligibility.domain.text import json_text
from eligibility.i18n import Language
from eligibility.intake.table import IntakeOptions
from eligibility.readiness.paths import models_folder
from eligibility.schemes.registry import Scheme

SUMMARY, JOB = "_summary.json", f"{PARTS}/_job.json"


@dataclass(frozen=True)
class FolderSummary:
    """What became of the rows of all parts; ``read`` is always ``scored + rejected``."""

    read: int
    rows_scored: int
    rows_rejected: int
    verdicts: Counter[str]
    issues: list[str]
    columns_not_read: list[str]


def run_here(function: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    """One task after the other, in this process."""
    return (function(*task) for task in tasks)


def score_folder(
    source: str,
    target: str,
    scheme: Scheme,
    language: Language,
    *,
    options: IntakeOptions,
    with_input: bool = False,
    model: Path | None = None,
    progress: Callable[[int], None] = lambda _: None,
    cluster: Callable[[str | None], AbstractContextManager[TaskMap]] | None = None,
) -> FolderSummary:
    """Score every part of a batch into a folder.

    Parameters
    ----------
    source : str
        A pattern such as in/*.parquet, a folder, or a file; a path or URL.
    target : str
        Folder of results, one file a part; ``_rejects`` in it holds the rejected rows.
    scheme, language, options, with_input, model, progress
        As of ``local.score_file``.
    cluster : callable, optional
        Given the model's name, opens what runs tasks elsewhere; here if omitted.

    Raises
    ------
    InputError
        If a file cannot be read or written, or the folder holds results of something else. What is
        finished by then stays, and the same command goes on from there.
    """
    judge_of(model)
    name = str(model.resolve().relative_to(models_folder().resolve())) if model else None
    files = list_files(source)
    folder = open_folder(target)
    _refuse_input_folder(folder, files)
    buckets = max(1, -(-sum(file.size for file in files) // BUCKET_BYTES))
    job = Job(
        scheme.id, language, with_input, name, options, folder.address, buckets, cluster is None
    )
    job = _claim(folder, job)
    if cluster is None:
        return _run(job, files, folder, run_here, progress)
    with cluster(name) as run:
        return _run(job, files, folder, run, progress)


def _run(
    job: Job,
    files: Sequence[StoredFile],
    folder: Folder,
    run: TaskMap,
    progress: Callable[[int], None],
) -> FolderSummary:
    content = pickle.dumps(job)
    parts = _cut(files, job, run)
    records = _records(folder, parts)
    labels = _labels(files)
    sources = [labels[part.file.address] for part in parts]

    def score(some: Sequence[Part], elsewhere: Mapping[int, str]) -> None:
        folder.delete(SUMMARY)
        tasks = ((content, part, elsewhere.get(part.number, ""), sources) for part in some)
        for number, record in run(score_part, tasks):
            records[number] = record
            progress(sum(each.read for each in records.values()))

    while left := [part for part in parts if not _is_finished(part, records)]:
        score(left, {})
        # where the rows of a range were counted wrong, those behind it begin elsewhere
        parts = _renumber(parts, records)
    elsewhere = _digest_duplicates(job, content, parts, run)
    again = [
        part for part in parts if records[part.number].elsewhere != elsewhere.get(part.number, "")
    ]
    if again:
        score(again, elsewhere)
    summary = _summary(parts, records)
    text = json_text(_summary_record(summary, parts, records)).encode()
    if folder.read(SUMMARY) != text:
        folder.write(SUMMARY, text)
    return summary


def _is_finished(part: Part, records: dict[int, PartRecord]) -> bool:
    record = records.get(part.number)
    return record is not None and record.input == part.identity


def _renumber(parts: Sequence[Part], records: dict[int, PartRecord]) -> list[Part]:
    """The parts, ranges of a file at the rows that those before them leave to them."""
    result: list[Part] = []
    for part in parts:
        before = result[-1] if result else None
        if part.cut is not None and before is not None and before.cut and before.file == part.file:
            row = before.cut.first_row + records[before.number].rows
            part = replace(part, cut=replace(part.cut, first_row=row))
        result.append(part)
    return result


def _digest_duplicates(
    job: Job, content: bytes, parts: Sequence[Part], run: TaskMap
) -> dict[int, str]:
    """For every part with rows whose firm an earlier part has: a digest of these rows."""
    if len(parts) == 1:
        return {}
    keys = [part.keys for part in parts]
    tasks = ((content, keys, bucket) for bucket in range(job.buckets))
    digests: dict[int, list[str]] = {}
    for _, found in sorted(run(shuffle, tasks), key=lambda each: each[0]):
        for number, digest in found.items():
            digests.setdefault(number, []).append(digest)
    return {number: sha256(" ".join(each).encode()).hexdigest() for number, each in digests.items()}


# --- what the parts are -----------------------------------------------------------------------------


def _cut(files: Sequence[StoredFile], job: Job, run: TaskMap) -> list[Part]:
    """Every file as a part, one that stands alone and is large as ranges of it."""
    if len(files) == 1 and files[0].name.lower().endswith((".csv", ".txt")):
        ranges = byte_ranges(files[0], job.qualification.fields, job.options, run)
        if ranges is not None:
            stem = Path(files[0].name).stem
            return [
                Part(number, f"{stem}-{number:05}.csv", files[0], cut)
                for number, cut in enumerate(ranges)
            ]
    labels = _labels(files)
    parts = []
    for number, file in enumerate(files):
        label = labels[file.address].replace("/", "--").replace(os.sep, "--")
        ending = ".parquet" if label.lower().endswith(".parquet") else ".csv"
        parts.append(Part(number, str(Path(label).with_suffix(ending)), file))
    if repeated := [
        name for name, count in Counter(part.name for part in parts).items() if count > 1
    ]:
        raise InputError(
            "Several files of the input would give {name}; rename all of them but one.",
            name=repeated[0],
        )
    return parts


def _labels(files: Sequence[StoredFile]) -> dict[str, str]:
    """What each file is called: by its name, or its path from the folder that holds all of them."""
    if len({file.name for file in files}) == len(files):
        return {file.address: file.name for file in files}
    common = os.path.commonpath([os.path.dirname(file.address) for file in files])
    return {file.address: os.path.relpath(file.address, common) for file in files}


# --- what is in the folder --------------------------------------------------------------------------


def _refuse_input_folder(folder: Folder, files: Sequence[StoredFile]) -> None:
    """Raise InputError if results would stand beside the input."""
    for file in files:
        if os.path.dirname(file.address) == folder.address:
            raise InputError(
                "{folder} holds the input; name another folder for the results.",
                folder=folder.address,
            )


def _claim(folder: Folder, job: Job) -> Job:
    """Make the folder that of a job, with the buckets that it was begun with.

    Raises
    ------
    InputError
        If it holds anything else.
    """
    wanted = {
        **{each.name: str(getattr(job.options, each.name)) for each in fields(job.options)},
        "scheme": job.scheme,
        "language": job.language.id,
        "with_input": str(job.with_input),
        **running_versions(job.model),
    }
    before = folder.read(JOB)
    if before is None:
        if others := sorted(name for name in folder.names() if not name.startswith(".eligibility")):
            raise InputError(
                "{folder} holds {file} already; name an empty folder, or a new one.",
                folder=folder.address,
                file=others[0],
            )
        folder.write(JOB, json_text({"asked": wanted, "buckets": job.buckets}).encode())
        return job
    known = json.loads(before)
    for what, value in wanted.items():
        if (was := known["asked"].get(what)) != value:
            raise InputError(
                "{folder} holds results of another run, where {what} was {before} and not {now}; ask for the "
                "same, or name another folder.",
                folder=folder.address,
                what=what,
                before=was,
                now=value,
            )
    return replace(job, buckets=known["buckets"])


def _records(folder: Folder, parts: Sequence[Part]) -> dict[int, PartRecord]:
    """The records of finished parts, by their numbers.

    Raises
    ------
    InputError
        If the folder has results of a file that is not among the input.
    """
    results, notes = folder.names(), folder.names(PARTS)
    names = {part.name for part in parts}
    strangers = {name.removesuffix(".json") for name in notes if name.endswith(".json")} - names
    if strangers - {"_job"}:
        raise InputError(
            "{folder} holds {file} already; name an empty folder, or a new one.",
            folder=folder.address,
            file=min(strangers - {"_job"}),
        )
    records = {}
    for part in parts:
        whole = part.name in results and f"{part.name}.keys" in notes
        if whole and (content := folder.read(part.record)) is not None:
            records[part.number] = PartRecord.of(content)
    return records


# --- what became of it ------------------------------------------------------------------------------


def _summary(parts: Sequence[Part], records: dict[int, PartRecord]) -> FolderSummary:
    every = [records[part.number] for part in parts]
    verdicts: Counter[str] = Counter()
    for record in every:
        verdicts.update(record.verdicts)
    return FolderSummary(
        read=sum(record.read for record in every),
        rows_scored=sum(record.rows_scored for record in every),
        rows_rejected=sum(record.rows_rejected for record in every),
        verdicts=verdicts,
        issues=[issue for record in every for issue in record.issues][:ISSUES_SHOWN],
        columns_not_read=list(
            dict.fromkeys(name for record in every for name in record.columns_not_read)
        ),
    )


def _summary_record(
    summary: FolderSummary, parts: Sequence[Part], records: dict[int, PartRecord]
) -> dict[str, Any]:
    return {
        "read": summary.read,
        "scored": summary.rows_scored,
        "rejected": summary.rows_rejected,
        "verdicts": dict(sorted(summary.verdicts.items())),
        "parts": [
            {
                "results": part.name,
                "rejects": part.rejects if records[part.number].rows_rejected else None,
                "read": records[part.number].read,
                "scored": records[part.number].rows_scored,
                "rejected": records[part.number].rows_rejected,
                **part.identity,
            }
            for part in parts
        ],
    }
