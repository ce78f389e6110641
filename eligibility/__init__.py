"""Is a firm eligible for certification as a high-tech enterprise (高新技术企业认定), and what is missing?

>>> from datetime import date
>>> from eligibility import assess
>>> result = assess({"name": "示例公司", "staff_total": 120, "st_staff": 9}, as_of=date(2026, 5, 10))
>>> result[0]["verdict"]
'ineligible'
>>> [finding["status"] for finding in result[0]["findings"] if finding["id"] == "st_staff_ratio"]
['unmet']
"""

from __future__ import annotations

from eligibility._version import __version__
from eligibility.api import assess, assess_file, firms
from eligibility.assessment.assess import Assessment, assess_table
from eligibility.intake.staff import annual_average
from eligibility.scheme import Scheme, load_scheme
from eligibility.vocabulary import (
    DateNotCovered,
    Edition,
    EligibilityError,
    FirmTable,
    InputError,
)

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
    "firms",
    "load_scheme",
]
