"""A city's year: where firms stand, what support and courses change, and the command that says it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from pydantic import BaseModel

from eligibility.assessment.assess import assess_table
from eligibility.city.chances import chances, chances_without_model, year_after
from eligibility.city.portfolio import Aim
from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.settings import SHIPPED, City, Course, load_city
from eligibility.city.support_options import support_options
from eligibility.city.training_needs import course_needs, shared_gaps
from eligibility.city.year import YearRequest, city_year, merge_shares, next_year
from eligibility.domain.errors import InputError
from eligibility.domain.law import Figure
from eligibility.domain.results import MET, UNDETERMINED, UNMET
from eligibility.domain.text import Message
from eligibility.i18n import ENGLISH
from eligibility.reports.paper import Grid, Text
from eligibility.reports.year_paper import year_paper
from eligibility.schemes.registry import load_scheme
from tests.commands import SAMPLES, run
from tests.firms import base, table

CITY = load_city()
KNOWN = load_scheme().edition("e2016")
#: a base firm that lacks staff only, income only, both, points only, a fact only, and what no one can mend
LACKS = {
    "nothing": base(),
    "staff": base(st_staff=5),
    "income": base(hitech_income_y3=1.0),
    "staff and income": base(st_staff=5, hitech_income_y3=1.0),
    "points": base(
        **dict.fromkeys(["management_system", "management_institution"], 0),
        **dict.fromkeys(["management_incentive", "management_talent"], 0),
        conversions_y1=2, conversions_y2=2, conversions_y3=2,
    ),
    "a fact": base(st_staff=None),
    "a clean record": base(major_violation=True),
}  # fmt: skip


def standing(*names: str) -> PortfolioState:
    firms = table(*(LACKS[name] for name in names))
    return PortfolioState(firms, assess_table(firms))


def figures(held: BaseModel) -> Iterator[Figure]:
    for value in vars(held).values():
        inside = value.values() if isinstance(value, dict) else value
        for one in (
            inside if not isinstance(inside, str | BaseModel) and np.iterable(inside) else [value]
        ):
            if isinstance(one, Figure):
                yield one
            elif isinstance(one, BaseModel):
                yield from figures(one)


def test_the_firms_of_these_tests_lack_what_they_say() -> None:
    unmet = {name: rows.tolist() for name, rows in standing(*LACKS).unmet.items() if rows.any()}
    assert unmet == {
        "st_staff_ratio": [False, True, False, True, False, False, False],
        "hitech_income_share": [False, False, True, True, False, False, False],
        "innovation_score": [False, False, False, False, True, False, False],
        "no_major_violation": [False, False, False, False, False, False, True],
    }
    assert standing("nothing", "a fact").verdict.tolist() == [MET, UNDETERMINED]


def test_every_number_a_city_sets_has_a_unit_and_a_source_or_is_assumed() -> None:
    told = list(figures(CITY))
    assert len(told) > 40
    assert sum(figure.source != "assumed" for figure in told) >= 3
    for figure in told:
        assert figure.unit
        assert figure.source == "assumed" or figure.source.article


def test_what_support_and_courses_address_is_a_condition_or_an_item_of_the_law() -> None:
    known = {*KNOWN.conditions_by_id, *KNOWN.items}
    for remedy in (*CITY.support.actions, *CITY.courses):
        assert set(remedy.addresses) <= known, remedy.id
        assert KNOWN.conditions_by_id.keys() - {"innovation_score"} - set(remedy.addresses)
    assert load_scheme().overlay(CITY.region)


def test_the_latest_target_that_has_begun_holds_and_none_before_the_first() -> None:
    assert CITY.target(2023).stock is not None
    assert CITY.target(2023).stock.value == 380
    assert CITY.target(2022).stock is None
    assert CITY.target(2026).certified.value == 50
    assert CITY.target(2026).certified.source == "assumed"
    with pytest.raises(InputError, match="No target is set for 2020"):
        CITY.target(2020)


@pytest.mark.parametrize(
    ("was", "put"),
    [("seats:", "chairs:"), ("eligible:\n    value: 0.80", "eligible:\n    value: 80"), ("id: hohhot", "id: [")],
)  # fmt: skip
def test_a_city_file_that_is_incomplete_or_impossible_is_refused(
    tmp_path: Path, was: str, put: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(SHIPPED.read_text(encoding="utf-8").replace(was, put, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.yaml is no city file"):
        load_city(path)
    with pytest.raises(InputError, match=r"gone\.yaml is no city file"):
        load_city(tmp_path / "gone.yaml")


def test_weights_are_of_the_industry_times_the_district_and_one_where_nothing_is_said() -> None:
    twice = Figure(value=2, unit="weight", source="assumed")
    places = CITY.priorities.model_copy(
        update={"industries": {"乳业": twice}, "districts": {"新城区": twice}}
    )
    firms = table(
        base(industry="乳业", district="新城区"), base(industry="乳业"), base(district="赛罕区")
    )
    weights = CITY.model_copy(update={"priorities": places}).weights(firms)
    assert weights.tolist() == [4, 2, 1]
    assert CITY.weights(firms).tolist() == [1, 1, 1]


def test_without_a_model_the_chance_is_that_of_the_verdict_and_says_it_is_assumed() -> None:
    made = chances_without_model(standing("nothing", "a fact", "staff"), CITY)
    assert made.now.tolist() == [[0.80, 0.45, 0.0]]
    assert made.if_met.tolist() == [[0.80, 0.45, 0.80]]
    assert str(made.basis).startswith("assumed, no model")


def test_no_model_gives_a_chance_to_a_firm_with_an_unmet_condition() -> None:
    made = chances(np.full((4, 2), 0.9), standing("staff", "nothing"), Message("model"))
    assert made.now.tolist() == [[0.0, 0.9]] * 4


def test_who_is_probably_certified_this_year_counts_next_year_for_the_chance_that_is_left() -> None:
    held = standing("nothing", "a fact", "staff")
    first = chances_without_model(held, CITY)
    then = year_after(first, first)
    left = [1 - 0.80, 1 - 0.45, 1]
    assert then.not_yet_certified == pytest.approx(left)
    assert then.now[0] == pytest.approx([0.80 * left[0], 0.45 * left[1], 0])
    assert then.if_met[0] == pytest.approx([0.80 * left[0], 0.45 * left[1], 0.80])
    # the year after that leaves what neither took, and a further ready firm has its whole chance
    last = year_after(then, first)
    assert last.not_yet_certified == pytest.approx(np.array(left) - then.now[0])
    assert then.of_ready(held.verdict == MET) == pytest.approx(0.80)
    made = city_year(held, first, YearRequest(CITY, 2026, date(2026, 3, 1)))
    assert next_year(made, first, target=1).mean == pytest.approx(then.now.sum(), abs=0.02)


def test_rows_keep_their_place_where_several_editions_apply() -> None:
    old = {**LACKS["staff"], "application_date": date(2012, 5, 10), "registered_on": "2008-01-01"}
    firms = table(LACKS["staff"], old, LACKS["nothing"])
    held = PortfolioState(firms, assess_table(firms))
    assert len(held.assessments) == 2
    assert held.verdict[0] == UNMET
    assert held.verdict[2] == MET
    assert held.unmet["st_staff_ratio"].tolist() == [True, False, False]
    assert held.score[2] == pytest.approx(standing("nothing").score[0])


def test_the_score_can_be_met_by_items_whose_full_points_pass_the_mark_and_by_no_fewer() -> None:
    held = standing("points", "nothing")
    management = [name for name in KNOWN.items if name.startswith("management")]
    assert held.could_meet(management)["innovation_score"].tolist() == [True, False]
    assert held.could_meet(["management_talent"])["innovation_score"].tolist() == [False, False]
    better = table(LACKS["points"] | {name: KNOWN.items[name].max for name in management})
    assert PortfolioState(better, assess_table(better)).unmet["innovation_score"].tolist() == [
        False
    ]


def test_support_is_offered_only_where_it_leaves_no_unmet_condition_unaddressed() -> None:
    held = standing(*LACKS)
    options = support_options(held, chances_without_model(held, CITY), CITY.support)
    names = list(LACKS)
    done: dict[str, list[set[str]]] = {name: [] for name in names}
    for firm, actions in zip(options.firm, options.actions, strict=True):
        done[names[firm]].append(set(actions))
    assert done["a clean record"] == []
    assert all("staff_roster" in actions for actions in done["staff"])
    assert all("hitech_income" in actions for actions in done["income"])
    assert all({"staff_roster", "hitech_income"} <= a for a in done["staff and income"])
    assert all({"management", "conversions"} & actions for actions in done["points"])
    assert {"staff_roster"} in done["a fact"]
    assert not any("staff_roster" in actions for actions in done["nothing"])


def test_the_chance_after_support_is_closing_the_gap_times_what_the_firm_then_has() -> None:
    held = standing("staff")
    options = support_options(held, chances_without_model(held, CITY), CITY.support)
    alone = options.actions.index(("staff_roster",))
    assert options.after[0, alone] == pytest.approx(0.40 * 0.80)
    assert options.days[alone] == 1.5


def test_work_that_closes_a_gap_is_not_counted_again_as_work_on_what_is_open() -> None:
    held = standing("points", "nothing")
    options = support_options(held, chances_without_model(held, CITY), CITY.support)
    by_firm = {
        (int(firm), actions): after
        for firm, actions, after in zip(
            options.firm, options.actions, options.after[0], strict=True
        )
    }
    assert by_firm[0, ("management",)] == pytest.approx(0.5 * 0.80)
    polished = [after for (firm, _), after in by_firm.items() if firm == 1]
    assert polished
    assert min(polished) > 0.80


def test_no_offered_bundle_does_less_in_more_days_and_every_one_raises_the_chance() -> None:
    held = standing(*LACKS)
    before = chances_without_model(held, CITY)
    options = support_options(held, before, CITY.support)
    assert (options.after.mean(axis=0) > before.now.mean(axis=0)[options.firm]).all()
    for firm in set(options.firm.tolist()):
        places = np.flatnonzero(options.firm == firm)
        assert (np.diff(options.days[places]) >= 0).all()
        assert (np.diff(options.after[0, places]) > 0).all()


def test_draws_of_a_model_are_kept_apart_in_the_options() -> None:
    held = standing("staff", "nothing")
    drawn = np.array([[0.5, 0.6], [0.9, 0.8]])
    options = support_options(held, chances(drawn, held, Message("model")), CITY.support)
    alone = options.actions.index(("staff_roster",))
    assert options.after[:, alone] == pytest.approx(0.40 * drawn[:, 0])


def test_firms_that_nothing_can_be_done_for_leave_no_options_and_the_year_stands() -> None:
    held = standing("a clean record")
    made = city_year(
        held, chances_without_model(held, CITY), YearRequest(CITY, 2026, date(2026, 3, 1))
    )
    assert len(made.options.firm) == 0
    assert made.portfolio.selection.options == ()
    assert made.portfolio.without.mean == 0
    assert made.more_needed > 50


def test_the_paper_of_a_year_holds_no_empty_table() -> None:
    for names in (["nothing"], ["a clean record"]):
        held = standing(*names)
        made = city_year(
            held,
            chances_without_model(held, CITY),
            YearRequest(CITY, 2026, date(2026, 3, 1), days=0),
        )
        paper = year_paper(made, lambda later: chances_without_model(later, CITY), ENGLISH)
        assert all(block.rows for block in paper.blocks if isinstance(block, Grid))
        said = [block.text for block in paper.blocks if isinstance(block, Text)]
        assert "No firm is chosen for support within these days." in said
        lacks_none = "No firm lacks a condition, and none is open." in said
        assert lacks_none == (names == ["nothing"])


def test_shared_gaps_count_firms_and_those_with_no_other_gap() -> None:
    gaps = {gap.id: gap for gap in shared_gaps(standing(*LACKS))}
    assert (gaps["st_staff_ratio"].unmet, gaps["st_staff_ratio"].alone) == (2, 1)
    assert gaps["st_staff_ratio"].undetermined_firms == 1
    assert gaps["conversion"].by_score
    assert "core_ip" not in gaps


def test_a_course_frees_the_firms_whose_every_gap_it_addresses_as_far_as_there_are_seats() -> None:
    def course(seats: int, *addresses: str) -> Course:
        shipped = CITY.courses[0]
        return shipped.model_copy(
            update={
                "addresses": addresses,
                "seats": Figure(value=seats, unit="firm", source="assumed"),
                "closes": Figure(value=0.5, unit="/1", source="assumed"),
            }
        )

    held = standing("staff", "staff", "staff and income", "income", "a clean record", "nothing")
    (staff,) = course_needs(held, (course(10, "st_staff_ratio"),))
    assert (staff.firms_concerned, staff.could_move, staff.expected_certifications) == (3, 2, 1.0)
    (both,) = course_needs(held, (course(10, "st_staff_ratio", "hitech_income_share"),))
    assert (both.firms_concerned, both.could_move, both.expected_certifications) == (
        4,
        4,
        0.5 * 3 + 0.25,
    )
    (small,) = course_needs(held, (course(1, "st_staff_ratio", "hitech_income_share"),))
    assert (small.could_move, small.expected_certifications) == (4, 0.5)


@pytest.mark.parametrize("aim", list(Aim))
def test_the_choice_for_a_year_beats_highest_score_first(aim: Aim) -> None:
    held = standing(*list(LACKS) * 4)
    made = city_year(
        held,
        chances_without_model(held, CITY),
        YearRequest(CITY, 2026, date(2026, 3, 1), target=8, days=12, aim=aim),
    )
    chosen, rule = made.portfolio.selection, made.portfolio.highest_score_first
    assert chosen.gain > rule.gain
    assert chosen.forecast.reaches_target > rule.forecast.reaches_target


# --- the command --------------------------------------------------------------------------------


def portfolio(*words: Any) -> dict[str, Any]:
    done = run("portfolio", *words, "--format", "json", "--lang", "en")
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def test_the_command_says_the_year_of_the_sample_firms() -> None:
    made = portfolio(SAMPLES / "candidates.csv", "--as-of", "2026-03-01")
    assert made["firms"] == sum(part["firms"] for part in made["funnel"]) == 200
    assert sum(part["firms"] for part in made["districts"]) == 200
    assert made["target"] == {
        "certified": 50, "source": "assumed", "stock": 380, "stock_source": "assumed"
    }  # fmt: skip
    low, high = made["forecast"]["interval_80"]
    assert low < made["forecast"]["expected"] < high
    support = made["support"]
    assert support["proven"]
    assert support["days"] <= support["adviser_days"]
    assert sum(choice["gain"] for choice in support["choices"]) == pytest.approx(support["gain"])
    assert support["gain"] - support["compared_with"]["highest_score_first"]["gain"] > 2.5
    assert made["deadlines"][-1]["task"]["en"] == "Annual report on 2025"
    assert [due["late"] for due in made["deadlines"]] == [True] * 2 + [False] * 9
    assert support["assumed"]


def test_target_days_already_and_aim_are_as_asked() -> None:
    made = portfolio(
        SAMPLES / "candidates.csv", "--as-of", "2026-03-01", "--target", 66, "--days", 3,
        "--already", 5, "--aim", "target",
    )  # fmt: skip
    assert made["target"]["certified"] == 66
    assert made["target"]["source"] == "asked for"
    assert made["forecast"]["already"] == 5
    assert made["support"]["days"] <= 3
    assert made["support"]["aim"] == "target"
    assert made["support"]["at_most"] >= made["support"]["forecast"]["reaches_target"] - 1e-9


def test_a_city_file_of_ones_own_sets_target_and_weights(tmp_path: Path) -> None:
    own = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    own["targets"] = [
        {"year": 2026, "certified": {"value": 7, "unit": "firm", "source": "assumed"}}
    ]
    own["priorities"]["industries"]["软件"] = {"value": 50, "unit": "weight", "source": "assumed"}
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    made = portfolio(
        SAMPLES / "candidates.csv", "--as-of", "2026-03-01", "--city", path, "--days", 8
    )
    assert made["target"]["certified"] == 7
    software = [c for c in made["support"]["choices"] if c["industry"] == "软件"]
    assert sum(choice["days"] for choice in software) >= 7
    assert made["support"]["weighted_gain"] > 40 * made["support"]["gain"]


def test_firms_of_another_year_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("name,application_date\na,2026-05-10\nb,2026-07-10\nc,2025-05-10\n")
    done = run("portfolio", path, "--year", 2026, "--lang", "en")
    assert "Hohhot 2026: 2 firms apply" in done.stdout
    assert "another year, left out: 1" in done.stderr
    refused = run("portfolio", path, "--year", 2019, "--lang", "en", status=2)
    assert "no firm that can be read applies in 2019" in refused.stderr


def test_rejected_rows_are_said_and_the_rest_go_on() -> None:
    done = run("portfolio", SAMPLES / "candidates_messy.csv", "--lang", "en", "--as-of", "2026-03-01", "--year", 2026, status=3)  # fmt: skip
    assert "60 rows read = 38 scored + 22 rejected" in done.stderr
    assert "Annual report on 2025 [国科发火〔2016〕32号 第十三条; one source]" in done.stdout


def test_the_region_of_the_shipped_city_is_a_file_of_its_scheme() -> None:
    assert CITY.region in load_scheme().overlays
    assert isinstance(CITY, City)


def test_shares_of_carriers_of_a_kind_add_up_and_those_of_no_kind_stand_apart() -> None:
    firms = table(*(base(carrier=name) for name in ("甲", "乙", "乙", "丙", None)))
    state = PortfolioState(firms, assess_table(firms))
    request = YearRequest(CITY, 2026, date(2026, 5, 10))
    made = city_year(state, chances_without_model(state, CITY), request)
    kinds = merge_shares(made.by_carrier, {"甲": "park", "乙": "park"})
    assert {kind: share.firms for kind, share in kinds.items()} == {"park": 3, None: 2}
    assert sum(share.expected_certifications for share in kinds.values()) == pytest.approx(
        made.portfolio.without.mean
    )
    assert all(sum(share.verdicts.values()) == share.firms for share in kinds.values())
