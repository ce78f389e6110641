"""JSON files of one firm: what they say, or a sentence, whatever they hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eligibility.domain.errors import InputError
from eligibility.intake import json_file
from eligibility.intake.json_file import read_json_file
from tests import commands


def test_facts_and_rows_are_read_without_their_blanks(tmp_path: Path) -> None:
    file = tmp_path / "f.json"
    file.write_text(
        '\ufeff{"facts": {"name": "甲", "staff_total": 7, "uscc": null}, "lists": {"ip": [{"name": "乙", "kind": null}]}}',
        encoding="utf-8",
    )
    facts, lists = read_json_file(file, "lists")
    assert facts == {"name": "甲", "staff_total": 7}
    assert lists == {"ip": [{"name": "乙"}]}
    file.write_text("{}")
    assert read_json_file(file, "lists") == ({}, {})


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000, b"\xff\xfe", b"", b"[]", b"7", b'{"facts": []}', b'{"facts": {"name": ["a"]}}',
        b'{"facts": {"staff_total": NaN}}', b'{"facts": {"staff_total": 1e999}}', b'{"lists": {"ip": null}}',
        b'{"lists": {"ip": [null]}}', b'{"lists": {"ip": [{"name": {}}]}}',
        b'{"facts": {"staff_total": ' + b"9" * 400 + b"}}",
    ],
)  # fmt: skip
def test_what_is_no_object_of_texts_and_numbers_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "f.json"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"f\.json"):
        read_json_file(file, "lists")


def test_a_file_larger_than_one_firm_needs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_file, "LARGEST", 10)
    file = tmp_path / "f.json"
    file.write_text('{"facts": {}}')
    with pytest.raises(InputError, match="too large"):
        read_json_file(file, "lists")


@pytest.mark.parametrize("command", [("form", "--check"), ("evidence",)])
def test_a_command_does_not_wait_for_a_pipe(tmp_path: Path, command: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "f.json")
    done = commands.run(*command, tmp_path / "f.json", "--lang", "en", status=2)
    assert "f.json is a folder, a pipe or a device" in done.stderr
