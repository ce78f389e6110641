"""The staff tables of the application (三、人力资源情况表), in persons, under the rows of the official form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: rows of （一）总体情况, in their order: 总数 在职 兼职 临时聘用 外籍 留学归国 千人计划
OVERALL = (
    "total", "in_service", "part_time", "temporary", "foreign", "returned", "talent_plan",
)  # fmt: skip
#: rows of （二）全体人员结构: 学历, 职称, 年龄
DEGREES = ("doctor", "master", "bachelor", "college_or_less")
TITLES = ("senior", "middle", "junior", "skilled")
AGES = ("to_30", "to_40", "to_50", "from_51")


@dataclass(frozen=True)
class StaffCells:
    """One row of （一）总体情况: 企业职工 and 科技人员; None where the roster does not say."""

    staff: float | None
    st_staff: float | None


@dataclass(frozen=True)
class StaffTables:
    """Staff tables of one year, on one basis, in persons.

    Attributes
    ----------
    overall : mapping of ``OVERALL`` to StaffCells
    degree, title, age : mapping of ``DEGREES``, ``TITLES``, ``AGES`` to float or None
        Of all staff; None where the roster has no such column. Title leaves out who has none.
    unknown : mapping of "degree", "age" or "kind" to float
        Staff of whom the roster does not say it; without a kind they stand under in_service.
    posts : mapping of group of posts to StaffCells
    """

    overall: Mapping[str, StaffCells]
    degree: Mapping[str, float | None]
    title: Mapping[str, float | None]
    age: Mapping[str, float | None]
    unknown: Mapping[str, float]
    posts: Mapping[str, StaffCells]
