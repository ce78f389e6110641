"""Change the law's code in every small way and see whether a test notices: ``make mutation``.

Works on a copy in a temporary folder, so that nothing here is touched. Takes most of an hour on two
cores; the paths of single files (``python tests/mutation/run.py eligibility/…``) take minutes each.
Prints of each file the share of changes noticed and every change that was not.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAW = ("tests/schemes/test_cases.py", "tests/schemes/test_reference.py")
LISTS = (
    "tests/intake/test_lists.py",
    "tests/intake/test_list_bounds.py",
    "tests/intake/test_list_rows.py",
    "tests/schemes/test_list_reasons.py",
    "tests/schemes/test_registration_numbers.py",
)
SME = ("tests/schemes/test_cases.py", "tests/schemes/test_tech_sme.py")
TESTS = {
    "eligibility/comparisons.py": ("tests/test_comparisons.py", *LAW),
    "eligibility/planning/incentives.py": ("tests/planning/test_incentives.py",),
    "eligibility/schemes/hnte/blanks.py": (
        *LAW,
        "tests/schemes/test_blanks.py",
        "tests/intake/test_list_bounds.py",
    ),
    "eligibility/schemes/hnte/criteria.py": LAW,
    "eligibility/schemes/hnte/derived_figures.py": (*LAW, "tests/schemes/test_derived_figures.py"),
    "eligibility/schemes/hnte/indicators.py": LAW,
    "eligibility/schemes/hnte/lists.py": LISTS,
    "eligibility/schemes/hnte/registration_numbers.py": LISTS,
    "eligibility/schemes/tech_sme/criteria.py": SME,
    "eligibility/schemes/tech_sme/derived_figures.py": SME,
    "eligibility/assessment/scoring.py": LAW,
}
#: share of changes that the tests must notice in each file
ENOUGH = 0.97


def mutate(path: str) -> float:
    """Run the changes of one file, print those that no test notices, and give the share noticed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(
            ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv*", "mutants", ".*_cache")
        )
        with (copy / "pyproject.toml").open("a") as file:
            file.write(
                f"""
[tool.mutmut]
source_paths = {[path]}
also_copy = ["eligibility", "tests", "sample_data", "pyproject.toml"]
pytest_add_cli_args_test_selection = {list(TESTS[path])}
pytest_add_cli_args = ["-x", "-q", "-p", "no:cacheprovider", "-p", "tests.mutation.cold_caches", "--hypothesis-profile=mutation"]
"""
            )
        mutmut = [sys.executable, "-m", "mutmut"]
        subprocess.run([*mutmut, "run"], cwd=copy, check=False, stdout=subprocess.DEVNULL)
        listed = subprocess.run(
            [*mutmut, "results", "--all", "true"],
            cwd=copy,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        states = [line.strip().rsplit(": ", 1) for line in listed if ": " in line]
        unnoticed = [name for name, state in states if state not in ("killed", "timeout")]
        noticed = 1 - len(unnoticed) / len(states)
        print(f"{path}: {len(states)} changes, {noticed:.1%} noticed; not noticed:")
        for name in unnoticed:
            shown = subprocess.run(
                [*mutmut, "show", name], cwd=copy, check=False, capture_output=True, text=True
            ).stdout.splitlines()
            changed = (
                line for line in shown if line[:1] in "+-" and line[:3] not in ("+++", "---")
            )
            print(name, *changed, sep="\n  ", flush=True)
    return noticed


def main(paths: Sequence[str]) -> int:
    """Run the changes of these files, of all if none is named; 1 where too few are noticed."""
    return 0 if min([mutate(path) for path in paths or TESTS]) >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
