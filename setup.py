"""What pyproject.toml cannot say: the demonstration travels within the package."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

#: files that stand beside the package in a checkout
SHIPPED = (*Path("models").rglob("*.*"), Path("sample_data/candidates.csv"))


class BuildPackage(build_py):
    """Build the package, and put the demonstration model and the sample firms into it."""

    def run(self) -> None:
        """Copy all files."""
        super().run()
        for file in SHIPPED:
            target = Path(self.build_lib) / "eligibility" / "demonstration" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


setup(cmdclass={"build_py": BuildPackage})
