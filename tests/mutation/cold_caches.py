"""Plugin of pytest for ``make mutation``: nothing that was worked out before a change is used after it.

The changes are tried in copies of a process that has run the tests once. What it keeps of them would
hide a change of how it is formed.
"""

# Private names: what keeps results from one change to the next has no public name.

from __future__ import annotations

import gc
from functools import _lru_cache_wrapper

from eligibility.domain.law import Edition


def pytest_configure() -> None:
    """Forget the memos of editions, and what functions of the law keep; files stay read."""
    for each in gc.get_objects():
        if isinstance(each, Edition):
            each._memo.clear()
        elif isinstance(each, _lru_cache_wrapper) and each.__module__ == "eligibility.comparisons":
            each.cache_clear()
