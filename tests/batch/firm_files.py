"""Files of firms that are hard to cut."""

from __future__ import annotations

import csv
from pathlib import Path


def hard_file(folder: Path, breaks: str = "\n") -> Path:
    """Rows of several lines, blank ones, marks within a cell, and firms that come again far below."""
    path = folder / "firms.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator=breaks)
        lines.writerow(["name", "district", "staff_total", "st_staff", "note"])
        for number in range(900):
            name = f"firm {number % 700}" if number % 3 else f"firm {number}"
            staff = "many" if number % 50 == 7 else "100"
            note = "two\nlines" if number % 5 == 0 else "one"
            lines.writerow([name, "新城区", staff, number % 100, note])
            if number % 97 == 0:
                file.write(breaks)
            if number % 101 == 0:
                file.write(f'firm with 12" pipe {number},新城区,100,9,one{breaks}')
    return path
