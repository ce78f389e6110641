"""Lists of invented people as files, and the people as plain days: what the tests of head counts share."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from stdnum.cn import ric

ROSTER = ("姓名", "身份证号", "入职日期", "离职日期", "用工形式", "岗位", "是否科技人员")


def identity(number: int, born: str = "19900101") -> str:
    """An identity number of nobody, whose check digit is right."""
    body = f"150102{born}{number:03d}"
    return body + str(ric.calc_check_digit(body))


def csv_file(rows: Iterable[Sequence[object]], name: str = "list.csv") -> tuple[str, bytes]:
    """A file of these rows."""
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return name, written.getvalue().encode("utf-8-sig")


def roster_file(people: Iterable[Mapping[str, object]], *more: str) -> tuple[str, bytes]:
    """A roster: a row for each of these people, who are in service unless they say otherwise."""
    heads = (*ROSTER, *more)
    rows = [
        [
            {"姓名": f"人员{place}", "身份证号": identity(place), "用工形式": "在职", "是否科技人员": "否", **person}.get(head, "")
            for head in heads
        ]
        for place, person in enumerate(people)
    ]  # fmt: skip
    return csv_file([heads, *rows], "roster.csv")
