"""Signs, in what a firm entered, that a person should look before anyone relies on the result."""

from __future__ import annotations

import numpy as np

from eligibility.exact import is_one_of
from eligibility.schemes.hnte.facts import LATEST_YEAR_ALONE, YEARS, counted_rd
from eligibility.vocabulary import RATINGS, Bools, Edition, FirmTable, Floats, Warning, Wording

#: how far two statements of one amount may differ before it is worth a word, relative, past CNY 1
DISAGREEMENT = 1e-6


def warnings(firms: FirmTable, law: Edition) -> list[Warning]:
    """Every sign this scheme knows, with the rows it holds for."""
    return [
        Warning(
            "negative_net_assets",
            _negative_net_assets(firms, law),
            Wording(
                zh="有年末净资产为负，净资产增长率按0分计，请人工复核",
                en="Net assets are negative at some year end: growth of net assets scores none, "
                "to be reviewed by a person",
            ),
            law.interpretations["negative_net_assets"].citation
            if "negative_net_assets" in law.interpretations
            else None,
        ),
        Warning(
            "field_unknown",
            ~np.isnan(firms.numbers("technical_field_code"))
            & ~is_one_of(firms.numbers("technical_field_code"), law.listed_codes)
            & (law.catalogue is not None),
            Wording(
                zh="技术领域代码不在目录中，请核对是否填错",
                en="The technical field code is not in the catalogue; see whether it is mistyped",
            ),
        ),
        Warning(
            "support_contradicts_rating",
            (firms.numbers("ip_core_support") == 0)
            & (firms.numbers("ip_core_support_rating") < len(RATINGS) - 1),
            Wording(
                zh="填报知识产权不支持主要产品，核心支持作用评级却不是E，请核对",
                en="The rights are said not to support the main products, yet their support is "
                "rated above E; see which is right",
            ),
        ),
        Warning(
            "figures_before_registration",
            _figures_before_registration(firms),
            Wording(
                zh="注册成立前的会计年度填有数据，未予采用",
                en="Figures stand in a fiscal year that ended before registration; they were not used",
            ),
        ),
        Warning(
            "rd_total_differs",
            _rd_total_differs(firms, law),
            Wording(
                zh="研发费用合计与八类明细核算结果不一致，以明细核算结果为准",
                en="The R&D total given differs from what its categories come to; the categories were used",
            ),
        ),
        Warning(
            "total_income_differs",
            _differs(
                firms.numbers("gross_income_y3") - firms.numbers("non_taxable_income_y3"),
                firms.numbers("total_income_y3"),
            ),
            Wording(
                zh="总收入与“收入总额－不征税收入”不一致，以后者为准",
                en="Total income differs from gross minus non-taxable income; the latter was used",
            ),
        ),
        Warning(
            "field_exclusions",
            is_one_of(firms.numbers("technical_field_code"), law.excluding_codes),
            Wording(
                zh="所选技术领域有除外条款，请核对技术内容",
                en="The technical field chosen excludes some technologies; check them",
            ),
        ),
    ]


def _differs(one: Floats, other: Floats) -> Bools:
    with np.errstate(invalid="ignore"):
        differs: Bools = np.abs(one - other) > 1 + DISAGREEMENT * np.maximum(
            np.abs(one), np.abs(other)
        )
    return differs


def _negative_net_assets(firms: FirmTable, law: Edition) -> Bools:
    counts = (
        "negative_net_assets" in law.interpretations
        and law.reading("negative_net_assets") == "no_points"
    )
    negative = firms.operating & (firms.series("net_assets").values < 0)
    anywhere: Bools = np.logical_or.reduce(negative)
    return anywhere & counts


def _figures_before_registration(firms: FirmTable) -> Bools:
    stray = np.zeros(firms.rows, dtype=np.bool_)
    if firms.operating.all():
        return stray
    for row, year in enumerate(YEARS):
        for name in [name for name in firms.columns if name.endswith(f"_{year}")]:
            if name in LATEST_YEAR_ALONE:
                continue
            stray |= ~firms.operating[row] & (np.abs(firms.numbers(name)) > 0)
    return stray


def _rd_total_differs(firms: FirmTable, law: Edition) -> Bools:
    counted = counted_rd(firms, law)
    differs = np.zeros(firms.rows, dtype=np.bool_)
    for stem, series in (("rd_expense", counted.total), ("rd_expense_domestic", counted.domestic)):
        stated = firms.series(stem).values
        differs |= (_differs(series.values, stated) & series.applies).any(axis=0)
    return differs
