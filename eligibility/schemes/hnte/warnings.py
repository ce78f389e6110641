"""Signs, in what a firm entered, that a person should look before anyone relies on the result.

Two kinds: entries that disagree with each other or with the catalogue, and the ``signs`` of the
edition, on which reviewers act though no rule forbids them. None is a violation, and none changes
a finding. What a blank leaves open is not warned of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from eligibility.comparisons import above, at_most, is_one_of
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.facts import RATINGS, FirmTable
from eligibility.domain.law import Edition, Sign
from eligibility.domain.results import MET, Finding, Warning
from eligibility.domain.text import Wording
from eligibility.schemes.figure_scale import scale_signs

from .derived_figures import (
    LATEST_YEAR_ALONE,
    YEARS,
    counted_rd,
    incomplete_categories,
    no_enterprise,
    outsourced_ratio,
)

Findings = Mapping[str, Finding]

#: how far two statements of one amount may differ before it is worth a word, relative, past CNY 1
DISAGREEMENT = 1e-6
#: what hi-tech income is made of, and what gross income holds beside sales
_HITECH_PARTS = (
    "hitech_products_income_y3", "technical_transfer_income_y3", "technical_service_income_y3",
    "commissioned_rd_income_y3",
)  # fmt: skip
_OTHER_INCOME = ("subsidy_income_y3", "interest_income_y3", "investment_income_y3")


def warnings(firms: FirmTable, law: Edition, findings: Findings) -> list[Warning]:
    """Every sign this scheme knows, with the rows it holds for."""
    return [
        *_disagreements(firms, law),
        *scale_signs(firms),
        *(
            Warning(sign.id, SIGNS[sign.id](firms, law, findings, sign), sign.says, sign.citation)
            for sign in law.signs
        ),
    ]


def _disagreements(firms: FirmTable, law: Edition) -> list[Warning]:
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
            fields=("rd_expense_y3", "rd_expense_domestic_y3"),
        ),
        *_categories_above_total(firms, law),
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
            fields=("total_income_y3",),
        ),
        Warning(
            "hitech_income_parts_differ",
            _differs(
                sum(map(firms.numbers, _HITECH_PARTS), np.zeros(firms.rows)),
                firms.numbers("hitech_income_y3"),
            ),
            Wording(
                zh="产品（服务）收入与三类技术性收入之和不等于高新技术产品（服务）收入，请核对",
                en="Income of products and the three kinds of technical income do not add up to the hi-tech income; see which is right",
            ),
            fields=("hitech_income_y3",),
        ),
        Warning(
            "income_parts_exceed_gross",
            above(_income_parts(firms), firms.numbers("gross_income_y3") + 1),
            Wording(
                zh="销售收入与补贴、利息、投资收益之和大于收入总额，请核对收入总额的口径",
                en="Sales, subsidies, interest and investment income together pass the gross income; see what it leaves out",
            ),
            fields=("gross_income_y3",),
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


def _income_parts(firms: FirmTable) -> Floats:
    """Sales and other kinds of income of the latest year, NaN where none of the others is given."""
    others = np.stack([firms.numbers(name) for name in _OTHER_INCOME])
    given = ~np.isnan(others).all(axis=0)
    sales = firms.numbers("sales_revenue_y3")
    parts: Floats = np.where(given, sales + np.nan_to_num(others).sum(axis=0), np.nan)
    return parts


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
        places = np.flatnonzero(~firms.operating[row])
        for name in [name for name in firms.columns if name.endswith(f"_{year}")]:
            if name not in LATEST_YEAR_ALONE:
                stray[places] |= np.abs(firms.numbers(name)[places]) > 0
    return stray


def _rd_total_differs(firms: FirmTable, law: Edition) -> Bools:
    counted = counted_rd(firms, law)
    differs = np.zeros(firms.rows, dtype=np.bool_)
    for stem, series in (("rd_expense", counted.total), ("rd_expense_domestic", counted.domestic)):
        stated = firms.series(stem).values
        differs |= (_differs(series.values, stated) & series.applies).any(axis=0)
    return differs


def _categories_above_total(firms: FirmTable, law: Edition) -> list[Warning]:
    """The sign of a total that was used though some categories alone come to more."""
    least = incomplete_categories(firms, law)
    if least is None:
        return []
    totals = np.stack([firms.numbers(f"rd_expense_{year}") for year in YEARS])
    excess = np.nan_to_num(least - totals * (1 + DISAGREEMENT) - 1, nan=-1.0)

    def detail(row: int) -> Wording:
        place = int(excess[:, row].argmax())
        year = int(firms.application_years[row]) - len(YEARS) + place
        given, total = least[place, row], totals[place, row]
        return Wording(
            zh=f"{year}年研发费用分项已填部分（{given / 1e4:,.15g}万元）大于合计（{total / 1e4:,.15g}万元），"
            "分项未填全，采用合计，请核对",
            en=f"The R&D categories given for {year} come to CNY {given:,.0f}, above the total of "
            f"CNY {total:,.0f}; as others are blank the total was used: see which is right",
        )

    return [
        Warning(
            "rd_categories_above_total",
            np.asarray((excess > 0).any(axis=0)),
            Wording(
                zh="研发费用分项已填部分大于合计，分项未填全，采用合计，请核对",
                en="Some R&D categories alone are above the total; as others are blank the total was "
                "used: see which is right",
            ),
            detail=detail,
            fields=lambda row: (f"rd_expense_{YEARS[int(excess[:, row].argmax())]}",),
        )
    ]


def _legal_form(firms: FirmTable, _: Edition, __: Findings, ___: Sign) -> Bools:
    return no_enterprise(firms)


def _narrow_margins(_: FirmTable, law: Edition, findings: Findings, sign: Sign) -> Bools:
    distance, several = sign.limits["distance"].value, sign.limits["several"].value
    narrow = [
        (finding.status == MET) & at_most(finding.margin, distance * finding.required)
        for name, finding in findings.items()
        # a count is a step at a time from its line, and nothing can be read from that
        if law.conditions_by_id[name].unit in ("/1", "point")
    ]
    return np.asarray(np.stack(narrow).sum(axis=0) >= several)


def _hitech_at_line(_: FirmTable, __: Edition, findings: Findings, sign: Sign) -> Bools:
    share = findings["hitech_income_share"]
    return np.asarray((share.status == MET) & at_most(share.margin, sign.limits["distance"].value))


def _first_grant_against(firms: FirmTable) -> Floats:
    """Years from the year of application to that of the earliest grant; NaN where blank."""
    return firms.memoize("first grant", lambda: _read_first_grant(firms))


def _read_first_grant(firms: FirmTable) -> Floats:
    granted = firms.dates("ip_first_granted_on")
    years = granted.astype("M8[Y]").astype(np.int64) + 1970 - firms.application_years
    return np.where(np.isnat(granted), np.nan, years)


def _main_products_low(firms: FirmTable, law: Edition, *_: object) -> Bools:
    hitech = firms.numbers("hitech_income_y3")
    line = law.value("main_products_share")
    return at_most(firms.numbers("main_products_income_y3"), line * hitech) & (hitech > 0)


def _rights_all_new(firms: FirmTable, *_: object) -> Bools:
    return np.asarray(_first_grant_against(firms) >= 0)


def _rights_after_income(firms: FirmTable, *_: object) -> Bools:
    # the income stated is that of the year before the application
    late = _first_grant_against(firms) >= -1
    return np.asarray(late & (firms.numbers("hitech_income_y3") > 0))


def _rights_all_transferred(firms: FirmTable, *_: object) -> Bools:
    owned = firms.numbers("ip_class1_count") + firms.numbers("ip_class2_count")
    return np.asarray((firms.numbers("ip_self_developed") == 0) & (owned > 0))


def _software_only(firms: FirmTable, *_: object) -> Bools:
    software, class2 = firms.numbers("ip_software_count"), firms.numbers("ip_class2_count")
    none_else = (firms.numbers("ip_class1_count") == 0) & (software >= class2)
    return np.asarray(none_else & (class2 > 0))


def _outsourced_high(firms: FirmTable, _: Edition, __: Findings, sign: Sign) -> Bools:
    return above(outsourced_ratio(firms), sign.limits["share"].value)


def _deduction_differs(firms: FirmTable, law: Edition, _: Findings, sign: Sign) -> Bools:
    rd = counted_rd(firms, law).total
    counted, deducted = rd.values[-1], firms.numbers("rd_super_deduction_y3")
    apart = above(np.abs(counted - deducted), sign.limits["share"].value * counted)
    return np.asarray(apart & rd.applies[-1])


def _staff_jump(firms: FirmTable, _: Edition, __: Findings, sign: Sign) -> Bools:
    line = (1 + sign.limits["share"].value) * firms.numbers("staff_total")
    return above(firms.numbers("staff_year_end"), line)


SIGNS: Mapping[str, Callable[[FirmTable, Edition, Findings, Sign], Bools]] = {
    "legal_form": _legal_form,
    "narrow_margins": _narrow_margins,
    "hitech_at_line": _hitech_at_line,
    "main_products_low": _main_products_low,
    "rights_all_new": _rights_all_new,
    "rights_after_income": _rights_after_income,
    "rights_all_transferred": _rights_all_transferred,
    "software_only": _software_only,
    "outsourced_high": _outsourced_high,
    "deduction_differs": _deduction_differs,
    "staff_jump": _staff_jump,
}
