"""Conditions that several schemes ask alike: questions with one right answer."""

from __future__ import annotations

from eligibility.domain.facts import FirmTable
from eligibility.domain.law import Edition
from eligibility.domain.results import Finding
from eligibility.schemes.kleene import decide, no, yes


def legal_person(firms: FirmTable, law: Edition) -> Finding:
    """A legal person of mainland China."""
    return wants_yes("independent_legal_person", firms)


def sme_size(firms: FirmTable, law: Edition) -> Finding:
    """An SME by the national standard, whose lines are not held here."""
    return wants_yes("sme_by_standard", firms)


def permitted_products(firms: FirmTable, law: Edition) -> Finding:
    """Nothing prohibited, restricted or phased out."""
    return wants_no("restricted_products", firms)


def not_listed(firms: FirmTable, law: Edition) -> Finding:
    """On no list of irregular or dishonest firms."""
    return wants_no("on_dishonesty_list", firms)


def wants_yes(field: str, firms: FirmTable) -> Finding:
    """The finding of a question whose right answer is yes."""
    return decide(yes(field, firms), observed=firms.numbers(field))


def wants_no(field: str, firms: FirmTable) -> Finding:
    """The finding of a question whose right answer is no."""
    return decide(no(field, firms), observed=firms.numbers(field))
