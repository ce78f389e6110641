"""Is a firm eligible for certification as a high-tech enterprise (高新技术企业认定), and what is missing?

>>> from datetime import date
>>> from eligibility import assess
>>> result = assess({"name": "青城科技有限公司", "staff_total": 120, "st_staff": 9}, as_of=date(2026, 5, 10))
>>> result[0]["verdict"]
'ineligible'
>>> [finding["status"] for finding in result[0]["findings"] if finding["id"] == "st_staff_ratio"]
['unmet']
"""

from __future__ import annotations

import importlib
import typing

from eligibility._version import __version__

if typing.TYPE_CHECKING:
    from eligibility.api import (
        assess,
        assess_file,
        count_staff,
        firms,
        ladder,
        read_documents,
        score,
    )
    from eligibility.assessment.assess import Assessment, assess_table
    from eligibility.domain.errors import DateNotCovered, EligibilityError, InputError
    from eligibility.domain.facts import FirmTable
    from eligibility.domain.law import Edition
    from eligibility.intake.staff_average import annual_average
    from eligibility.schemes.registry import Scheme, load_scheme

__all__ = [
    "Assessment",
    "DateNotCovered",
    "Edition",
    "EligibilityError",
    "FirmTable",
    "InputError",
    "Scheme",
    "__version__",
    "annual_average",
    "assess",
    "assess_file",
    "assess_table",
    "count_staff",
    "firms",
    "ladder",
    "load_scheme",
    "read_documents",
    "score",
]

#: module of each name, imported when the name is first asked for: no command needs them all
_MODULES = {
    "Assessment": "assessment.assess",
    "DateNotCovered": "domain.errors",
    "Edition": "domain.law",
    "EligibilityError": "domain.errors",
    "FirmTable": "domain.facts",
    "InputError": "domain.errors",
    "Scheme": "schemes.registry",
    "annual_average": "intake.staff_average",
    "assess_table": "assessment.assess",
    "load_scheme": "schemes.registry",
}


if not typing.TYPE_CHECKING:
    # for a type checker it would make any name one of the package's
    def __getattr__(name: str) -> typing.Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = importlib.import_module(f"eligibility.{_MODULES.get(name, 'api')}")
        globals()[name] = value = getattr(module, name)
        return value
