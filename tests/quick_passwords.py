"""Argon2 as cheap as it gets: what a real one costs is the library's matter.

Imported by the conftest files of tests that sign in, and by the process that their servers are forked
from.
"""

# Private names: the library's hasher is made once.

from __future__ import annotations

from argon2.profiles import CHEAPEST

from eligibility.store.passwords import HASHER

HASHER._parameters = CHEAPEST
