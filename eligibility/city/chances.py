"""Certification probabilities of firms: from a trained model, or assumed by verdict.

The law stands above both: a firm with an unmet condition is not certified this year.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from eligibility.assessment.assess import Assessment
from eligibility.city.application_model import ApplicationHistory, ApplicationModel, traits
from eligibility.city.forecast import years_of_shock
from eligibility.city.poisson_binomial import in_year
from eligibility.city.portfolio_state import PortfolioState
from eligibility.city.settings import City
from eligibility.domain.arrays import Bools, Floats
from eligibility.domain.results import UNDETERMINED, UNMET, TrainingSummary
from eligibility.domain.text import Message, msgid

#: joint draws of a model; the year's total is a mixture over them
DRAWS = 50
Draws = Callable[[Assessment, int], Floats]
Rows = Callable[[Assessment], Bools]


@dataclass(frozen=True)
class FirmChances:
    """Certification probability of every firm of a table, in k draws from its uncertainty.

    Attributes
    ----------
    now : array of shape (k, n)
        As the firms stand; 0 where a condition is unmet.
    if_met : array of shape (k, n)
        Were every unmet condition met and nothing else changed.
    basis : Message
        What the numbers rest on, shown wherever they are.
    not_yet_certified : array of shape (n,), optional
        How likely each firm is not certified in an earlier year of those looked at; it is in
        ``now`` and ``if_met`` already. All are left if omitted.
    year_shock : float
        Standard deviation of the year's common shift of all log-odds.
    is_calibrated : bool
        Whether outcomes of real applications were learned from.
    applicants, applicants_if_met : arrays of shape (k, n), optional
        P(applies) as each firm stands, and were every unmet condition met; they are in ``now`` and
        ``if_met`` already. All apply if omitted.
    at_prior : array of bool, shape (n,), optional
        Firms below all that the model has seen, whose chance is the law's prior. None if omitted.
    """

    now: Floats
    if_met: Floats
    basis: Message
    not_yet_certified: Floats | None = None
    year_shock: float = 0.0
    is_calibrated: bool = False
    applicants: Floats | None = None
    applicants_if_met: Floats | None = None
    at_prior: Bools | None = None

    @property
    def applies(self) -> Floats:
        """P(applies) of every firm as it stands, shape (k, n)."""
        return np.ones_like(self.now) if self.applicants is None else self.applicants

    @property
    def applies_if_met(self) -> Floats:
        """P(applies) of every firm were every unmet condition met, shape (k, n)."""
        return self.applies if self.applicants_if_met is None else self.applicants_if_met

    @cached_property
    def expectation(self) -> Floats:
        """Chance of each firm as it stands, over draws and years, shape (n,).

        Its sum over any firms is the number of them expected, and over all firms the forecast's.
        """
        result = np.zeros(self.now.shape[1])
        for weight, odds in zip(*years_of_shock(self.year_shock, self.now[:, :1]), strict=True):
            result += weight * in_year(self.now, odds).mean(axis=0)
        return result

    def of_applicants(self, applies: Floats, if_met: Floats, sample: Message) -> FirmChances:
        """Chances to apply and be certified.

        Parameters
        ----------
        applies, if_met : arrays of shape (k, n)
            P(applies) of each firm as it stands, and were every unmet condition met.
        sample : Message
            What they rest on.
        """
        basis = Message(msgid("{chances}; {sample}"), {"chances": self.basis, "sample": sample})
        return replace(
            self,
            now=self.now * applies,
            if_met=self.if_met * if_met,
            basis=basis,
            applicants=applies,
            applicants_if_met=if_met,
        )

    def of_ready(self, ready: Bools) -> float | None:
        """The mean chance of these firms were they left for certain; None where there are none."""
        left = np.ones(len(ready)) if self.not_yet_certified is None else self.not_yet_certified
        there_are = float(left[ready].sum())
        return float(self.now[:, ready].mean(axis=0).sum()) / there_are if there_are else None


def year_after(before: FirmChances, then: FirmChances) -> FirmChances:
    """Chances of the year after: a firm that is certified the year before does not apply again.

    Parameters
    ----------
    before, then
        Of the same firms in the same order; ``before.now`` is 0 where a firm cannot be certified
        in that year, ``then`` as if nobody had been.
    """
    left = 1 - before.now.mean(axis=0)
    if before.not_yet_certified is not None:
        left = left - (1 - before.not_yet_certified)
    return replace(then, now=then.now * left, if_met=then.if_met * left, not_yet_certified=left)


def chances(
    if_met: Floats, standing: PortfolioState, basis: Message, year_shock: float = 0.0
) -> FirmChances:
    """Chances from a model that speaks of each firm as if no condition were unmet, shape (k, n)."""
    now = np.where(standing.verdict == UNMET, 0.0, if_met)
    return FirmChances(now, if_met, basis, year_shock=year_shock)


def chances_without_model(standing: PortfolioState, city: City) -> FirmChances:
    """Chances by verdict alone, as the city assumes them; one draw."""
    assumed = city.assumed_chances
    open_somewhere = np.logical_or.reduce(list(standing.undetermined_conditions.values()))
    if_met = np.where(
        (standing.verdict == UNDETERMINED) | open_somewhere,
        assumed.undetermined.value,
        assumed.eligible.value,
    )
    basis = Message(
        msgid(
            "assumed, no model: eligible {eligible:.0%}, undetermined {undetermined:.0%}, ineligible 0%"
        ),
        {"eligible": assumed.eligible.value, "undetermined": assumed.undetermined.value},
    )
    return chances(if_met[None], standing, basis, city.forecast.year_shock.value)


def chances_by_model(
    draws: Draws,
    training: TrainingSummary,
    standing: PortfolioState,
    city: City,
    at_prior: Rows | None = None,
) -> FirmChances:
    """Chances that a model gives, in joint draws of what is not known of the reviewers.

    ``draws`` gives the chances of an assessment's firms were no condition unmet, as ``Model.draws``
    does, and ``at_prior`` which of them outcomes say nothing of; firms under rules that the model
    does not know stay at the city's assumptions.
    """
    result = np.repeat(chances_without_model(standing, city).if_met, DRAWS, axis=0)
    unseen = np.zeros(result.shape[1], dtype=np.bool_)
    for assessment in standing.assessments:
        if (assessment.scheme.id, assessment.law.id) == (training.scheme, training.edition):
            result[:, assessment.rows] = draws(assessment, DRAWS)
            if at_prior is not None:
                unseen[assessment.rows] = at_prior(assessment)
    of_model = chances(result, standing, training.sentence, city.forecast.year_shock.value)
    return replace(of_model, is_calibrated=not training.synthetic, at_prior=unseen)


def applicant_chances(
    chances: FirmChances,
    standing: PortfolioState,
    city: City,
    renewal: Bools,
    has_applied: Bools,
    history: ApplicationHistory | None = None,
    *,
    is_closed: bool = False,
) -> FirmChances:
    """Chances to apply and be certified, of firms that may apply in a year.

    Where more applications are expected than the city has the capacity for, the chance of each firm
    that has not applied yet is lowered alike. A firm with an unmet condition applies, were it met, as
    one that meets all.

    Parameters
    ----------
    renewal, has_applied : arrays of bool, shape (n,)
        Whose certificate ends in the year; whose application is in.
    history : ApplicationHistory, optional
        Of earlier years.
    is_closed : bool, optional
        Whether the last batch of the year has closed: nobody else applies.
    """
    model = ApplicationModel(city.assumed_applications, history)
    draws = len(chances.now) if len(chances.now) > 1 else DRAWS
    columns = traits(standing, renewal)
    without_gap = columns.copy()
    # the columns of the verdict are: met, undetermined, unmet
    without_gap[:, 0] += without_gap[:, 2]
    without_gap[:, 2] = 0.0
    applies, if_met = (model.draws(each, draws) for each in (columns, without_gap))
    share = 0.0 if is_closed else _capacity_share(applies, has_applied, city)
    for each in (applies, if_met):
        each *= share
        each[:, has_applied] = 1.0
    sample = Message(
        msgid("who applies: as assumed, {eligible:.0%} of the eligible")
        if not model.firms
        else msgid("who applies: learned from {count} firms of earlier years"),
        {"eligible": city.assumed_applications.eligible.value, "count": model.firms},
    )
    if len(chances.now) == 1:
        chances = replace(
            chances,
            now=np.repeat(chances.now, draws, axis=0),
            if_met=np.repeat(chances.if_met, draws, axis=0),
        )
    return chances.of_applicants(applies, if_met, sample)


def _capacity_share(applies: Floats, has_applied: Bools, city: City) -> float:
    """The part of the further applications expected that the city has the capacity for, /1."""
    capacity = city.assumed_applications.capacity
    further = float(applies[:, ~has_applied].mean(axis=0).sum())
    if capacity is None or not further:
        return 1.0
    room = max(0.0, capacity.value - float(np.count_nonzero(has_applied)))
    return min(1.0, room / further)
