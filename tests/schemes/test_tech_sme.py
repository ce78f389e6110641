"""Technology-based SMEs agree with a plain second reading of the measures, in exact fractions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.assessment.shortfalls import apply_levers, remedies
from eligibility.domain.results import MET, UNMET
from eligibility.i18n import ENGLISH
from eligibility.planning.cheapest_plan import plan
from eligibility.reports.gap_columns import first_gaps
from eligibility.schemes.registry import SCHEMES, load_scheme
from eligibility.schemes.tech_sme.derived_figures import count, stand_in
from eligibility.schemes.yaml_file import read_yaml
from tests import commands
from tests.firms import table

SCHEME = load_scheme("tech_sme")
BASE: Mapping[str, Any] = read_yaml(SCHEMES / SCHEME.id / "cases" / "base.yaml")["firm"]
ROOT = Path(__file__).parents[2]
ROUTES = ("hightech_certificate", "national_award", "rd_institution", "standard_led")
OWN = {
    "staff_total": "tech_sme_staff_total",
    "st_staff": "tech_sme_st_staff",
    "ip_class1_count": "tech_sme_class1_count",
    "ip_class2_count": "tech_sme_class2_count",
}

# --- the measures written out plainly, one firm at a time; nothing of the program is used ---------


def judge(firm: Mapping[str, Any]) -> dict[str, Any]:
    """国科发政〔2017〕115号 第六条 to 第八条 for one firm; None is not known."""
    # 第九条: a count of these measures goes before the one for certification
    firm = dict(firm) | {name: firm[own] for name, own in OWN.items() if firm.get(own) is not None}
    items = {
        "st_staff_share": by_share(  # 第七条 1
            firm["st_staff"],
            firm["staff_total"],
            [("0.30", 20), ("0.25", 16), ("0.20", 12), ("0.15", 8), ("0.10", 4)],
        ),
        "rd_over_sales": by_share(  # 第七条 2（1）
            firm["rd_super_deduction_y3"],
            firm["sales_revenue_y3"],
            [("0.06", 50), ("0.05", 40), ("0.04", 30), ("0.03", 20), ("0.02", 10)],
        ),
        "rd_over_costs": by_share(  # 第七条 2（2）
            firm["rd_super_deduction_y3"],
            firm["costs_total_y3"],
            [("0.30", 50), ("0.25", 40), ("0.20", 30), ("0.15", 20), ("0.10", 10)],
        ),
        "rights": rights(firm["ip_class1_count"], firm["ip_class2_count"]),
    }
    rd = [items["rd_over_sales"], items["rd_over_costs"]]
    low, high = (
        items["st_staff_share"][end] + max(item[end] for item in rd) + items["rights"][end]
        for end in (0, 1)
    )
    answers = [firm[name] for name in ROUTES]  # 第八条
    route = "met" if True in answers else "undetermined" if None in answers else "unmet"
    findings = {
        "mainland_resident": wanted(firm["mainland_resident"], True),  # 第六条（一）
        "staff_limit": within(firm["staff_total"], 500),  # 第六条（二）
        "sales_limit": within(firm["sales_revenue_y3"], 200_000_000),
        "assets_limit": within(firm["total_assets_y3"], 200_000_000),
        "permitted_products": wanted(firm["restricted_products"], False),  # 第六条（三）
        "no_serious_violation": wanted(firm["serious_violation"], False),  # 第六条（四）
        "not_listed": wanted(firm["on_dishonesty_list"], False),
        "audit_collection": wanted(firm["audit_collection"], True),  # 67号
        "eligible_industry": wanted(firm["excluded_industry"], False),
        "staff_points": either(reaches(items["st_staff_share"], 1), route),  # 第六条（五）
        "evaluation_score": either(reaches((low, high), 60), route),
    }
    said = set(findings.values())
    verdict = "ineligible" if "unmet" in said else "eligible" if said == {"met"} else "undetermined"
    return {"findings": findings, "items": items, "score": (low, high), "verdict": verdict}


def by_share(part: Any, whole: Any, bands: list[tuple[str, int]]) -> tuple[int, int]:
    # nothing over whatever it is, or whatever it is over nothing, gives none
    if part == 0 or whole == 0:
        return 0, 0
    if part is None or whole is None:
        return 0, bands[0][1]
    share = Fraction(part) / Fraction(whole)
    points = next((points for line, points in bands if share >= Fraction(line)), 0)
    return points, points


def rights(class1: int | None, class2: int | None) -> tuple[int, int]:
    """第七条 3: one Class I right is 30, Class II rights are six each up to four of them."""
    if class1:
        return 30, 30
    certain, possible = (
        6 * min(count, 4) for count in (class2 or 0, 4 if class2 is None else class2)
    )
    return certain, 30 if class1 is None else possible


def within(figure: Any, most: int) -> str:
    return "undetermined" if figure is None else "met" if Fraction(figure) <= most else "unmet"


def wanted(answer: bool | None, right: bool) -> str:
    return "undetermined" if answer is None else "met" if answer is right else "unmet"


def reaches(points: tuple[int, int], mark: int) -> str:
    return "met" if points[0] >= mark else "unmet" if points[1] < mark else "undetermined"


def either(one: str, other: str) -> str:
    both = {one, other}
    return "met" if "met" in both else "undetermined" if "undetermined" in both else "unmet"


# --- firms, often on a line of the measures or a hair beside it --------------------------------------

HAIRS = [Decimal(0), Decimal(0), Decimal("0.01"), Decimal("-0.01")]


def firm_of(chance: Random) -> dict[str, Any]:
    """A firm in exact decimals: mostly told, mostly within every limit but one or none."""

    def maybe(value: Any) -> Any:
        return None if chance.random() < 1 / 20 else value

    def money() -> Decimal:
        if chance.random() < 1 / 15:
            return chance.choice([Decimal(0), Decimal(200_000_000) + chance.choice(HAIRS)])
        return Decimal(chance.randrange(1, 10 ** chance.randint(6, 10))) / 100

    def part(whole: Decimal, lines: str) -> Decimal:
        line = Decimal(chance.choice(lines.split()))
        if chance.random() < 1 / 3:
            line = Decimal(chance.randrange(400)) / 1000
        return max(Decimal(0), (whole * line).quantize(Decimal("0.01")) + chance.choice(HAIRS))

    staff = Decimal(chance.choice([0, 7, 40, 99, 100, 480, 500])) + chance.choice([0, 0, *HAIRS])
    sales, costs = money(), money()
    by_sales, by_costs = (
        part(sales, "0.06 0.05 0.04 0.03 0.02"),
        part(costs, "0.3 0.25 0.2 0.15 0.1"),
    )
    wrong = chance.choice(
        [None] * 6
        + ["mainland_resident", "restricted_products", "serious_violation", "on_dishonesty_list"]
        + ["audit_collection", "excluded_industry"]
    )
    return {
        "application_date": "2026-06-15",
        "mainland_resident": maybe(wrong != "mainland_resident"),
        **{
            name: maybe(wrong == name)
            for name in (
                "restricted_products",
                "serious_violation",
                "on_dishonesty_list",
                "excluded_industry",
            )
        },
        "audit_collection": maybe(wrong != "audit_collection"),
        "sales_revenue_y3": maybe(sales),
        "total_assets_y3": maybe(money()),
        "staff_total": maybe(max(staff, Decimal(0))),
        "st_staff": maybe(part(staff, "0.3 0.25 0.2 0.15 0.1")),
        "rd_super_deduction_y3": maybe(chance.choice([by_sales, by_costs])),
        "costs_total_y3": maybe(costs),
        "ip_class1_count": maybe(chance.choice([0, 0, 1])),
        "ip_class2_count": maybe(chance.randrange(7)),
        **{name: maybe(chance.random() < 1 / 15) for name in ROUTES},
        **own_counts(chance, staff),
    }


def own_counts(chance: Random, staff: Decimal) -> dict[str, Any]:
    """Counts of these measures, which one firm in four has; each may be blank."""
    if chance.random() < 3 / 4:
        return {}
    heads = max(staff, Decimal(0)) + chance.choice([0, *HAIRS, 1])
    counts = {
        "tech_sme_staff_total": heads,
        "tech_sme_st_staff": heads * Decimal(chance.choice(["0.3", "0.1", "0.09"])),
        "tech_sme_class1_count": chance.choice([0, 0, 1]),
        "tech_sme_class2_count": chance.randrange(5),
    }
    return {name: None if chance.random() < 1 / 4 else max(n, 0) for name, n in counts.items()}


@given(st.integers(0, 2**32))
@settings(max_examples=15)
def test_the_scheme_agrees_with_a_second_reading_of_the_measures(seed: int) -> None:
    """Fifteen tables of a hundred firms, each row by row."""
    chance = Random(seed)
    given_firms = [firm_of(chance) for _ in range(100)]
    found = records(assess_table(table(*given_firms, scheme=SCHEME), SCHEME))
    for firm, said in zip(given_firms, found, strict=True):
        expected = judge(firm)
        statuses = {finding["id"]: finding["status"] for finding in said["findings"]}
        points = {item["id"]: (item["low"], item["high"]) for item in said["score"]["items"]}
        assert statuses == expected["findings"], firm
        assert points == expected["items"], firm
        assert (said["score"]["low"], said["score"]["high"]) == expected["score"], firm
        assert said["verdict"] == expected["verdict"], firm


def test_the_firms_compared_are_of_every_kind() -> None:
    """So that the comparison above can fail: every status of every condition, and every verdict."""
    judged = [judge(firm_of(Random(seed))) for seed in range(1000)]
    statuses = {("verdict", said["verdict"]) for said in judged}
    statuses |= {pair for said in judged for pair in said["findings"].items()}
    names = {name for name, _ in statuses}
    assert len(names) == 12
    assert len(statuses) == 3 * len(names)
    assert sum(said["score"] == (60, 60) for said in judged) > 5


# --- what a person reads ----------------------------------------------------------------------------


def gaps_of(**changes: Any) -> list[str | None]:
    (assessment,) = assess_table(table({**BASE, **changes}, scheme=SCHEME), SCHEME)
    columns = first_gaps(assessment.gaps, 1, 3, SCHEME, ENGLISH)
    return [column[0].as_py() for column in columns]


def test_a_gap_says_how_far_a_limit_is_passed() -> None:
    assert gaps_of(staff_total=512.4, st_staff=200, sales_revenue_y3=200_000_100.5)[:2] == [
        "Limit of staff [第六条（二）]: 13 over the limit",
        "Limit of sales [第六条（二）]: CNY 101 over the limit",
    ]


def test_a_gap_says_how_many_staff_and_points_are_short() -> None:
    staff, score, _ = gaps_of(st_staff=7.5, rd_super_deduction_y3=0)
    assert staff == (
        "Points for S&T staff [第六条（五）；第八条]: 7.5%, at least 10% needed, "
        "S&T staff short by 3 with the staff unchanged"
    )
    assert score == "Evaluation score [第六条（五）；第八条]: at most 30 points, at least 60 needed"


def test_the_gap_in_staff_when_filled_meets_the_condition_and_one_less_does_not() -> None:
    for staff, needed in ((101, 11), (500, 50), (7, 1), (33, 4)):
        held = {**BASE, "staff_total": staff, "st_staff": 0}
        (assessment,) = assess_table(table(held, scheme=SCHEME), SCHEME)
        short = assessment.gaps.by_condition["staff_points"].shortfall[0]
        assert short == needed
        filled = [{**held, "st_staff": short - less} for less in (0, 1)]
        (after,) = assess_table(table(*filled, scheme=SCHEME), SCHEME)
        assert after.findings["staff_points"].status.tolist() == [MET, UNMET]


def test_a_firm_confirmed_directly_is_shown_no_mark_to_reach() -> None:
    firm = {**BASE, "st_staff": 1, "hightech_certificate": True}
    said = records(assess_table(table(firm, scheme=SCHEME), SCHEME))[0]
    score = next(one for one in said["findings"] if one["id"] == "evaluation_score")
    assert (score["status"], score["required"], score["margin"]) == ("met", None, None)
    assert (said["score"]["pass_at_least"], said["score"]["pass_above"]) == (60, None)


def test_the_commands_take_the_scheme(tmp_path: Path) -> None:
    def run(*words: object) -> str:
        done = commands.run(*words, "--scheme", SCHEME.id, "--lang", "en")
        return done.stdout + done.stderr

    sample = ROOT / "sample_data" / "candidates.csv"
    assert "rd_super_deduction_y3" in run("fields")
    assert "Limit of sales: 50000000 (at most 200000000)" in run("assess", sample)
    assert "200 rows read = 200 scored + 0 rejected" in run(
        "score", sample, "-o", tmp_path / "o.csv"
    )
    for ending in ("csv", "xlsx"):
        run("template", "-o", tmp_path / f"t.{ending}")
        assert "0 rows read" in run("assess", tmp_path / f"t.{ending}")


# --- the measures turned round ----------------------------------------------------------------------


def test_every_condition_and_item_has_its_inverse() -> None:
    for law in SCHEME.editions:
        assert all(SCHEME.has_remedy(name) for name in (*law.conditions_by_id, *law.items))


@given(st.integers(0, 2**32))
@settings(max_examples=4)
def test_a_step_when_filled_gives_its_points(seed: int) -> None:
    """Every better grade of every item, by each way alone."""
    chance = Random(seed)
    firms = [
        {**BASE, **{k: v for k, v in firm_of(chance).items() if v is not None}} for _ in range(20)
    ]
    firms = [{**firm, "st_staff": min(firm["st_staff"], firm["staff_total"])} for firm in firms]
    before = table(*firms, scheme=SCHEME)
    law = SCHEME.in_force(date(2026, 6, 15))
    levers = SCHEME.levers(before, law)
    tried = 0
    for item in law.items:
        for step in SCHEME.steps(item, before, law):
            for group in remedies(step.needs, levers, SCHEME):
                for way in group:
                    if way.lever == "st_staff_hired":
                        continue
                    moved = apply_levers(before, law, SCHEME, {way.lever: way.amount})
                    after = SCHEME.indicator(item)(moved, law).low
                    reached = np.isfinite(way.amount) & (count(before, "staff_total") > 0)
                    assert (after[reached] >= step.points[0]).all(), (item, step.grade, way.lever)
                    tried += int(reached.sum())
    assert tried > 100


def test_a_lever_moves_the_count_that_is_judged_and_the_one_beside_it() -> None:
    held = {**BASE, "st_staff": 5, "tech_sme_st_staff": 8, "tech_sme_class1_count": 0}
    firm = table(held, scheme=SCHEME)
    law = SCHEME.in_force(date(2026, 6, 15))
    assert SCHEME.levers(firm, law)["st_staff_converted"].present[0] == 8
    assert np.ceil(SCHEME.steps("st_staff_share", firm, law)[0].needs[0].short[0]) == 2
    moves = {"st_staff_hired": np.array([4.0]), "class1_rights": np.array([1.0])}
    moved = apply_levers(firm, law, SCHEME, moves)
    after = {name: moved.numbers(name)[0] for name in (*OWN, *OWN.values())}
    assert (after["st_staff"], after["tech_sme_st_staff"]) == (9, 12)
    assert (after["ip_class1_count"], after["tech_sme_class1_count"]) == (3, 1)
    # what was blank stays so, and the count for certification stands in for it
    assert after["staff_total"] == 104
    assert np.isnan(after["tech_sme_staff_total"])


def test_one_count_that_stands_in_is_said_and_one_that_may_be_nothing_is_not() -> None:
    own = dict.fromkeys(OWN.values(), 0)
    firms = [
        {**BASE, **own, "tech_sme_class1_count": None, "ip_class1_count": count} for count in (1, 0)
    ]
    assert stand_in(table(*firms, scheme=SCHEME)).tolist() == [True, False]
    unsaid = table({**firms[0], "ip_class1_count": None}, scheme=SCHEME)
    most = unsaid.with_columns({"ip_class1_count:most": np.array([1.0])})
    assert not stand_in(most)[0]


def test_a_plan_takes_the_better_of_the_two_measures_of_research_alone() -> None:
    """The group takes its best item, so that points of both are never added."""
    weak = {
        "st_staff": 10,
        "ip_class1_count": 0,
        "ip_class2_count": 4,
        "rd_super_deduction_y3": 300_000,
    }
    firm = table({**BASE, **weak, "application_date": date(2026, 8, 31)}, scheme=SCHEME)
    answer = plan(firm, SCHEME, date(2025, 2, 1))
    assert answer.plans
    for made in answer.plans:
        done = dict.fromkeys(made.levers, 0.0) | dict(made.levers)
        amounts = {name: np.array([amount]) for name, amount in done.items()}
        (after,) = assess_table(
            apply_levers(firm, SCHEME.in_force(date(2026, 8, 31)), SCHEME, amounts), SCHEME
        )
        assert after.verdict[0] == MET
