"""Who applies: assumptions moved by history; parts that add up; outcomes that would tell most."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from eligibility.assessment.assess import assess_table
from eligibility.city.application_model import ApplicationHistory, ApplicationModel, traits
from eligibility.city.chances import applicant_chances, chances
from eligibility.city.outcome_value import most_valuable_outcomes
from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.settings import load_city
from eligibility.city.year import YearRequest, city_year
from eligibility.domain.text import Message
from eligibility.i18n import ENGLISH
from eligibility.reports.year_paper import annual_paper
from eligibility.reports.year_text import city_record, city_text
from tests.firms import base, table

CITY = load_city()
RNG = np.random.default_rng(5)


def firms(count: int) -> PortfolioState:
    """So many firms in two districts, every fifth without enough S&T staff."""
    rows = [
        base(district="新城区" if row % 3 else "赛罕区") | ({"st_staff": 1} if row % 5 == 0 else {})
        for row in range(count)
    ]
    held = table(*rows)
    return PortfolioState(held, assess_table(held))


def test_without_history_a_firm_applies_as_the_city_assumes() -> None:
    model = ApplicationModel(CITY.assumed_applications, None)
    eligible = np.array([[1.0, 0.0, 0.0, 0.0, 0.0]])
    applies = model.draws(eligible, 4000).mean()
    assert applies == pytest.approx(CITY.assumed_applications.eligible.value, abs=0.05)


def test_history_moves_who_applies_and_narrows_it() -> None:
    values = np.tile([1.0, 0.0, 0.0, 0.5, 0.0], (200, 1))
    history = ApplicationHistory(values, RNG.random(200) < 0.2)
    before = ApplicationModel(CITY.assumed_applications, None).draws(values[:1], 500)
    after = ApplicationModel(CITY.assumed_applications, history).draws(values[:1], 500)
    assert after.mean() == pytest.approx(0.2, abs=0.07)
    assert after.std() < before.std() / 2
    # a renewal, of which there was none, leans on the first times
    renewal = values[:1] + np.array([0, 0, 0, 0, 1.0])
    assert ApplicationModel(CITY.assumed_applications, history).draws(renewal, 500).mean() < 0.5


def test_the_year_expects_one_number_in_the_parts_and_the_whole() -> None:
    standing = firms(60)
    draws = np.clip(0.7 + 0.1 * RNG.standard_normal((40, 60)), 0.01, 0.99)
    whole = chances(draws, standing, Message("model"))
    nobody = np.zeros(60, dtype=np.bool_)
    seen = applicant_chances(whole, standing, CITY, nobody, nobody)
    made = city_year(standing, seen, YearRequest(CITY, 2026, date(2026, 3, 1)))
    for parts in (made.by_verdict, made.by_district, made.by_industry, made.by_carrier):
        total = sum(share.expected_certifications for share in parts.values())
        assert total == pytest.approx(made.portfolio.without.mean, abs=1e-6)
    assert made.portfolio.without.mean < 0.8 * whole.now.mean(axis=0).sum()
    assert "who applies" in str(seen.basis)


def test_a_firm_whose_application_is_in_needs_no_chance_to_apply() -> None:
    standing = firms(4)
    whole = chances(np.full((1, 4), 0.9), standing, Message("model"))
    has_applied = np.array([False, True, True, True])
    seen = applicant_chances(whole, standing, CITY, ~has_applied, has_applied)
    np.testing.assert_allclose(seen.now[:, 1:], 0.9)


def test_the_outcome_named_first_is_that_of_the_firm_most_like_the_others() -> None:
    standing = firms(20)
    shared = RNG.standard_normal((200, 1)) * np.r_[0.0, 1.5, np.full(18, 0.4)]
    draws = 1 / (1 + np.exp(-shared))
    seen = replace(chances(draws, standing, Message("model")), now=draws)
    told = most_valuable_outcomes(seen, 3)
    assert told[0].firm == 1
    assert 0 < told[0].share < 1
    assert not most_valuable_outcomes(chances(draws[:1], standing, Message("model")), 3)


def test_firms_that_no_past_application_is_like_are_named_with_the_year() -> None:
    standing = firms(3)
    seen = chances(np.full((2, 3), 0.7), standing, Message("model"))
    unlike = replace(seen, at_prior=np.array([False, True, False]))
    named = standing.firms.texts("name")[1] or standing.firms.texts("uscc")[1]
    for given, count in ((seen, 0), (unlike, 1)):
        made = city_year(standing, given, YearRequest(CITY, 2026, date(2026, 1, 5), target=2))
        told = city_record(made)
        assert [each["firm"] or each["uscc"] for each in told["at_prior"]] == [named] * count
        assert (f"1 firms, among them {named}" in city_text(told, ENGLISH)) is bool(count)
        paper = annual_paper(told, told["forecast"] | {"year": 2027, "target": 2}, ENGLISH)
        assert any(f"among them {named}" in str(line) for line in paper.lines) is bool(count)


def test_traits_are_the_verdict_the_points_and_whether_it_renews() -> None:
    standing = firms(2)
    values = traits(standing, np.array([False, True]))
    assert values[:, :3].sum(axis=1).tolist() == [1, 1]
    assert values[0, 2] == 1
    assert values[:, 4].tolist() == [0, 1]
