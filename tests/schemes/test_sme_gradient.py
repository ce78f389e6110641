"""The rungs of 优质中小企业 agree with a plain second reading of the annexes, in exact fractions."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligibility.assessment.assess import assess_table
from eligibility.assessment.record import records
from eligibility.assessment.shortfalls import apply_levers, remedies, step_size
from eligibility.domain.results import MET, UNMET
from eligibility.planning.cheapest_plan import plan
from eligibility.schemes.registry import SCHEMES, load_scheme, scheme_ids
from eligibility.schemes.yaml_file import read_yaml
from tests.firms import table
from tests.schemes import sme_gradient_reference as reference

Firm = Mapping[str, Any]
BEFORE, AFTER = date(2026, 3, 31), date(2026, 4, 1)
#: scheme, day of application, the second reading
READINGS: dict[str, tuple[str, date, Callable[[Firm], dict[str, Any]]]] = {
    "innovative": ("innovative_sme", AFTER, reference.innovative),
    "specialised of 2022": ("specialised_sme", BEFORE, reference.specialised_2022),
    "specialised of 2026": ("specialised_sme", AFTER, reference.specialised_2026),
    "little giant of 2022": ("little_giant", BEFORE, reference.little_giant_2022),
    "little giant of 2026": ("little_giant", AFTER, reference.little_giant_2026),
}
HAIRS = [Decimal(0), Decimal(0), Decimal("0.01"), Decimal("-0.01")]
LINES = [100, 200, 300, 400, 500, 600, 1000, 1200, 1500, 2000, 3000, 5000, 6000, 8000, 10_000]


class Chance:
    """Figures of a firm in exact decimals, often on a line of the annexes or a hair beside it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        #: most firms are complete and sound but in a few places
        self.blanks = self.random.choice([0.0, 0.03, 0.1])
        self.faults = self.random.choice([0.0, 0.05, 0.3])

    def maybe(self, value: Any) -> Any:
        return None if self.random.random() < self.blanks else value

    def answer(self, right: bool) -> bool | None:
        return self.maybe(right != (self.random.random() < self.faults))

    def rarely(self) -> bool | None:
        return self.maybe(self.random.random() < 1 / 12)

    def money(self, *lines: int) -> Decimal:
        if self.random.random() < 1 / 20:
            return Decimal(0)
        if self.random.random() < 1 / 3:
            line = Decimal(self.random.choice(lines or LINES)) * 10_000
            return line + self.random.choice(HAIRS)
        return Decimal(self.random.randrange(10 ** self.random.randint(7, 11))) / 100

    def part(self, whole: Decimal, lines: str) -> Decimal:
        line = Decimal(self.random.choice(lines.split()))
        if self.random.random() < 1 / 3:
            line = Decimal(self.random.randrange(1100)) / 1000
        return max(Decimal(0), (whole * line).quantize(Decimal("0.01")) + self.random.choice(HAIRS))

    def figure(self, *figures: Any) -> Any:
        return self.maybe(self.random.choice(figures))


def firm_of(seed: int, day: date) -> dict[str, Any]:
    chance = Chance(seed)
    revenue = [chance.money(1000, 1500, 5000, 10_000) for _ in range(3)]
    if chance.random.random() < 2 / 3:
        revenue[1] = chance.part(revenue[0], "1.05 1.10 1 1.2")
        revenue[2] = chance.part(revenue[1], "1.05 1.1025 1 1.2")
    if chance.random.random() < 1 / 6 and revenue[0]:
        revenue[2] = (revenue[0] * Decimal("1.1025")).quantize(Decimal("0.01"))
    main = [
        chance.part(revenue[0], "0.5 0.55 0.6 0.7 0.8 0.9 0.95"),
        Decimal(0),
        chance.part(revenue[2], "0.5 0.55 0.6 0.7 0.8 0.9 0.95 0.95"),
    ]
    main[1] = chance.part(main[0], "1 1.04 1.05 1.06 1.08 1.1")
    if chance.random.random() < 1 / 2:
        main[2] = chance.part(main[1], "1 1.04 1.05 1.06 1.08 1.1 1.15")
    sound = chance.random.random() < 1 / 5
    if sound:
        revenue = [Decimal(6000 + 400 * year) * 10_000 for year in range(3)]
        main = [(amount * Decimal("0.95")).quantize(Decimal("0.01")) for amount in revenue]
    assets = chance.money()
    firm: dict[str, Any] = {
        "application_date": day,
        "registered_on": date(2012, 3, 1),
        "independent_legal_person": chance.answer(True),
        "sme_by_standard": chance.answer(True),
        "restricted_products": chance.answer(False),
        "on_dishonesty_list": chance.answer(False),
        "incident_three_years": chance.answer(False),
        "serious_incident_three_years": chance.answer(False),
        "barred_by_notice": chance.answer(False),
        "total_assets_y3": chance.maybe(assets),
        "total_liabilities_y3": chance.maybe(
            chance.part(assets, "0.3 0.4 0.5 0.55 0.6 0.7 0.75 0.8")
        ),
        "net_profit_y3": chance.maybe(
            chance.random.choice([-1, 1, 1]) * chance.part(revenue[2], "0.02 0.04 0.06 0.08 0.1")
        ),
        "new_equity_3y": chance.figure(0, 0, 0, chance.money(500)),
        "new_equity_2y": chance.figure(0, 0, chance.money(2000, 6000, 8000)),
        "segment_since": chance.maybe(
            date(day.year - chance.random.randrange(13), *chance.random.choice([(1, 1), (1, 2), (7, 9)]))
        ),
        "strategic_emerging": chance.answer(True),
        "fills_gap": chance.rarely(),
        "base_or_chain": chance.answer(True),
        "digital_level": chance.figure(1, 2, 3, 4),
        "local_features": chance.figure(0, 5, 12, 15),
        "rd_staff_share": chance.figure("0.04", "0.05", "0.1", "0.2", "0.199", "0.5"),
        "institution_level": chance.figure("A", "B", "C", "D", "E"),
        "platform_score": chance.figure(45, 50, 55, 60, 72),
        "platform_score_last_year": chance.figure(45, 50, 60, 72),
        "specialised_review": chance.rarely(),
        "little_giant_review": chance.rarely(),
        "market_share": chance.figure("0.05", "0.0999", "0.1", "0.2"),
        "market_rank": chance.figure(1, 3, 4, 9),
        "own_class1_in_use": chance.figure(0, 1, 3, 4, 6),
        "related_class1_in_use": chance.figure(0, 1, 2, 3),
        "related_class2": chance.figure(0, 1, 6),
        **{
            name: chance.answer(True)
            for name in (
                "quality_award", "system_certified", "own_brand", "standards_drafted", "information_system",
                "rd_institution_built", "chain_link", "key_product", "priority_product", "market_position",
                "tech_sme_title", "specialised_title",
            )
        },
        **{
            name: chance.rarely()
            for name in (
                "science_award", "hightech_certificate", "ip_demonstration", "rd_institution", "ranked_award",
                "ministerial_award", "national_award_three_years", "maker_china_500", "maker_china_50",
                "innovative_title", "product_certified_abroad",
            )
        },
    }  # fmt: skip
    high, own = chance.random.choice([0, 0, 1]), chance.random.choice([0, 1, 2])
    firm["related_class1_high_value"] = chance.maybe(high)
    firm["related_class1_self"] = chance.maybe(own)
    firm["related_class1"] = chance.maybe(high + own + chance.random.choice([0, 0, 1]))
    for place, year in enumerate(("y1", "y2", "y3")):
        firm[f"operating_revenue_{year}"] = chance.maybe(revenue[place])
        firm[f"main_revenue_{year}"] = chance.maybe(main[place])
        rd = chance.part(revenue[place], "0.01 0.02 0.03 0.05 0.06 0.08 0.1")
        if sound:
            rd = chance.part(revenue[place], "0.1 0.12")
        elif chance.random.random() < 1 / 4:
            rd = chance.money(100, 200, 300, 400, 500, 600, 1000, 3000)
        firm[f"rd_cost_{year}"] = chance.maybe(rd)
    for name in ("rd_staff_share", "market_share"):
        firm[name] = None if firm[name] is None else Decimal(firm[name])
    return firm


@pytest.mark.parametrize("name", READINGS)
@given(st.integers(0, 2**32))
@settings(max_examples=6)
def test_the_scheme_agrees_with_a_second_reading_of_the_annex(name: str, seed: int) -> None:
    """Six tables of a hundred firms, each row by row."""
    scheme_id, day, judge = READINGS[name]
    scheme = load_scheme(scheme_id)
    given_firms = [firm_of(seed + place, day) for place in range(100)]
    found = records(assess_table(table(*given_firms, scheme=scheme), scheme))
    for firm, said in zip(given_firms, found, strict=True):
        expected = judge(firm)
        statuses = {finding["id"]: finding["status"] for finding in said["findings"]}
        points = {item["id"]: (item["low"], item["high"]) for item in said["score"]["items"]}
        assert statuses == expected["findings"], firm
        assert points == expected["items"], firm
        assert (said["score"]["low"], said["score"]["high"]) == expected["score"], firm
        assert said["verdict"] == expected["verdict"], firm


@pytest.mark.parametrize("name", READINGS)
def test_the_firms_compared_are_of_every_kind(name: str) -> None:
    """So that the comparison above can fail: every status of every condition, and every verdict."""
    _scheme, day, judge = READINGS[name]
    judged = [judge(firm_of(seed, day)) for seed in range(1500)]
    statuses = {("verdict", said["verdict"]) for said in judged}
    statuses |= {pair for said in judged for pair in said["findings"].items()}
    names = {name for name, _ in statuses}
    assert len(statuses) == 3 * len(names)
    for item in judged[0]["items"]:
        points = {said["items"][item] for said in judged if len(set(said["items"][item])) == 1}
        assert len(points) >= 2, item


# --- one folder each -------------------------------------------------------------------------------

ROOT = Path(__file__).parents[2]
#: what names the three rungs, by their ids and in words
NAMES = re.compile(
    r"\b(?:innovative_sme|specialised_sme|little_giant)\b|创新型中小企业|专精特新|小巨人"
)
#: where they may be named: their folders, and what shows, explains, translates or tries them
PLACES = (
    *(f"eligibility/schemes/{name}/" for name in ("innovative_sme", "specialised_sme", "little_giant")),
    "eligibility/locale/", "sample_data/", "models/", "docs/", "tests/", "README", "CHANGELOG",
)  # fmt: skip


def test_no_file_outside_their_folders_names_them() -> None:
    tracked = []
    for folder, folders, files in os.walk(ROOT):
        # caches, the environment, what tests leave behind
        folders[:] = [name for name in folders if name[0] not in "._" and name != "mutants"]
        tracked += [(Path(folder) / name).relative_to(ROOT).as_posix() for name in files]
    texts = {".py", ".yaml", ".yml", ".toml", ".md", ".css", ".js", ".txt", ".cfg", ".tsv", ""}
    named = [
        name
        for name in tracked
        if not name.startswith(PLACES)
        and Path(name).suffix in texts
        and NAMES.search((ROOT / name).read_text(encoding="utf-8", errors="ignore"))
    ]
    assert named == []
    own = [name for name in tracked if "schemes/little_giant/" in name]
    assert any(NAMES.search((ROOT / name).read_text(encoding="utf-8")) for name in own)


def test_none_of_them_borrows_the_figures_of_the_certification() -> None:
    """R&D, revenue and rights are others than those of high-tech enterprises, and so are their ids."""
    fields = {name: {field.stem for field in load_scheme(name).fields} for name in scheme_ids()}
    for name in ("innovative_sme", "specialised_sme", "little_giant"):
        shared = fields[name] & fields["hnte"]
        assert shared == {
            "uscc", "name", "registered_on", "application_date", "district", "carrier", "industry",
            "total_assets",
        }  # fmt: skip
        assert (SCHEMES / name / "cases" / "base.yaml").exists()


def test_a_target_says_which_title_it_counts() -> None:
    targets = load_scheme("little_giant").targets
    assert [target.counts for target in targets] == [
        "little_giant_title",
        "regional_little_giant_title",
    ]
    assert {target.stock.value for target in targets if target.stock} == {80}
    assert len({target.says.zh for target in targets}) == 2
    for name in scheme_ids():
        scheme = load_scheme(name)
        assert {target.counts for target in scheme.targets} <= scheme.fields_by_id.keys()


# --- the rules turned round ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme_id", "changes", "condition", "amount"),
    [
        ("specialised_sme", {"own_class1_in_use": 0}, "class1_rights", 1),
        ("specialised_sme", {"rd_cost_y3": 900_000.01}, "rd_cost_floor", 99_999.99),
        ("specialised_sme", {"rd_cost_y3": 1_000_000}, "rd_share_floor", 20_000),
        ("little_giant", {"own_class1_in_use": 1}, "class1_rights", 3),
        ("little_giant", {"rd_cost_y2": 4_000_000, "rd_cost_y3": 7_000_000.01}, "rd_cost_floor", 999_999.99),
        ("little_giant", {"rd_cost_y3": 3_000_000.5}, "rd_share_floor", 599_999.5),
    ],
)  # fmt: skip
def test_a_need_when_filled_meets_its_condition_and_a_step_less_does_not(
    scheme_id: str, changes: dict[str, Any], condition: str, amount: float
) -> None:
    scheme = load_scheme(scheme_id)
    base = read_yaml(SCHEMES / scheme_id / "cases" / "base.yaml")["firm"]
    firm = table({**base, **changes}, scheme=scheme)
    (assessment,) = assess_table(firm, scheme)
    law = assessment.law
    assert assessment.findings[condition].status[0] == UNMET
    levers = scheme.levers(firm, law)
    (way,) = (
        way
        for group in remedies(scheme.needs(condition, firm, law), levers, scheme)
        for way in group
        if way.amount[0] > 0
    )
    assert way.amount[0] == pytest.approx(amount)
    step = step_size(levers[way.lever].field, scheme)
    for more, expected in ((amount, MET), (amount - step, UNMET)):
        moved = apply_levers(firm, law, scheme, {way.lever: np.array([more])})
        (after,) = assess_table(moved, scheme)
        assert after.findings[condition].status[0] == expected


def test_a_plan_fills_what_it_can_and_names_what_has_to_be_planned_by_hand() -> None:
    scheme = load_scheme("specialised_sme")
    base = read_yaml(SCHEMES / scheme.id / "cases" / "base.yaml")["firm"] | {
        "application_date": date(2027, 9, 1)
    }
    on = date(2026, 1, 15)
    short = table(base | {"rd_cost_y3": 900_000}, scheme=scheme)
    cheapest = plan(short, scheme, on).plans[0]
    assert cheapest.moves
    assert all(move.open.action.gives == {"rd_at_home": 1} for move in cheapest.moves)
    answer = plan(table(base | {"platform_score": 40}, scheme=scheme), scheme, on)
    assert answer.plans == ()
    assert "plan it by hand" in str(answer.obstacles["evaluation_score"])
