"""Change the law's code in every small way and see whether a test notices: ``make mutation``.

Works on a copy in a temporary folder, so that nothing here is touched. Takes under ten minutes
on two cores. Prints the share of changes noticed and every change that was not.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
MUTATED = [
    "eligibility/schemes/hnte/criteria.py",
    "eligibility/schemes/hnte/indicators.py",
    "eligibility/assessment/scoring.py",
]
TESTS = ["tests/schemes/test_cases.py", "tests/schemes/test_reference.py"]
SETTINGS = f"""
[tool.mutmut]
source_paths = {MUTATED}
also_copy = ["eligibility", "tests", "sample_data", "pyproject.toml"]
pytest_add_cli_args_test_selection = {TESTS}
pytest_add_cli_args = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=mutation"]
"""


def main() -> int:
    """Run the mutants and report; 1 where fewer than nine in ten are noticed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(
            ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv*", "mutants", ".*_cache")
        )
        with (copy / "pyproject.toml").open("a") as file:
            file.write(SETTINGS)
        mutmut = [sys.executable, "-m", "mutmut"]
        subprocess.run([*mutmut, "run"], cwd=copy, check=False, stdout=subprocess.DEVNULL)
        listed = subprocess.run(
            [*mutmut, "results", "--all", "true"],
            cwd=copy,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
    states = [line.rsplit(": ", 1) for line in listed if ": " in line]
    unnoticed = [name.strip() for name, state in states if state not in ("killed", "timeout")]
    noticed = 1 - len(unnoticed) / len(states)
    print(f"{len(states)} changes, {noticed:.1%} noticed; not noticed:")
    print("\n".join(unnoticed))
    return 0 if noticed >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
