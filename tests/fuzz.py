"""``make fuzz``: the readers, given what chance makes, for MINUTES; prints what it found.

Each finding is the smallest input that still fails; those of one line of code count as one.
"""

from __future__ import annotations

import random
import resource
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests import bad_files, bad_register_files

#: inputs between two looks at the clock
ROUND = 100
#: seconds of processor time that no small file may take
LONGEST = 10
CHECKS = {**bad_files.CHECKS, **bad_register_files.CHECKS}
PHASES = (Phase.generate, Phase.target, Phase.shrink)


def main(minutes: float) -> int:
    """Run every check in turn until the time is up; 1 if anything was found."""
    until = time.monotonic() + 60 * minutes
    counts = dict.fromkeys(CHECKS, 0)
    found: dict[str, str] = {}
    while time.monotonic() < until:
        for name in CHECKS:
            if (finding := _round(name, counts)) and finding[0] not in found:
                found[finding[0]] = finding[1]
                print(f"FOUND in {name}: {finding[1]}", flush=True)
    tried = ", ".join(f"{count:,} {name}" for name, count in counts.items())
    print(f"{tried} in {minutes:g} minutes; {len(found)} findings")
    return int(bool(found))


def _round(name: str, counts: dict[str, int]) -> tuple[str, str] | None:
    """Some inputs of one kind; the place and the trace of what failed."""
    strategy, check = CHECKS[name]
    last: object = None

    @seed(random.randrange(1 << 32))
    @settings(
        max_examples=ROUND, deadline=None, database=None, phases=PHASES, print_blob=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(content=strategy)
    def read(content: object) -> None:
        nonlocal last
        last = content
        counts[name] += 1
        began = _processor_time()
        check(content)
        assert _processor_time() - began < LONGEST, "too slow"

    try:
        read()
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {frame.filename}:{frame.lineno}"
        return where, f"{where}: {error}\n  input: {last!r}"
    return None


def _processor_time() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60))
