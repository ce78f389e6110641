"""Reasons of a return or a refusal: codes of our own, with what each one speaks of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eligibility.domain.text import msgid


@dataclass(frozen=True)
class ReviewReason:
    """Reason that a reviewing office gives, as we code it.

    Attributes
    ----------
    id : str
        Its code, stored with a step.
    title : str
        msgid.
    addresses : tuple of str
        Conditions and scored items of the scheme that it speaks of; empty where it is of the papers.
    """

    id: str
    title: str
    addresses: tuple[str, ...] = ()


REVIEW_REASONS = {
    reason.id: reason
    for reason in (
        ReviewReason("registration", msgid("registered for less than a year"), ("registration_age",)),
        ReviewReason(
            "rights_missing",
            msgid("no core intellectual property, or not owned"),
            ("core_ip", "ip_count", "ip_acquisition"),
        ),
        ReviewReason(
            "rights_unrelated",
            msgid("rights do not bear on the main products (services)"),
            ("core_ip", "ip_core_support", "ip_advancement", "ip_standards"),
        ),
        ReviewReason("field", msgid("outside of the technical fields"), ("technical_field",)),
        ReviewReason(
            "staff", msgid("share of scientific and technical staff too low or unproven"),
            ("st_staff_ratio",),
        ),
        ReviewReason("rd_intensity", msgid("R&D expense ratio too low"), ("rd_intensity",)),
        ReviewReason(
            "rd_evidence",
            msgid("R&D activities or R&D expenses not proven"),
            ("rd_intensity", "domestic_rd_share"),
        ),
        ReviewReason(
            "rd_domestic", msgid("share of R&D expenses in China too low"), ("domestic_rd_share",)
        ),
        ReviewReason(
            "hitech_income",
            msgid("share of hi-tech income too low or unproven"),
            ("hitech_income_share",),
        ),
        ReviewReason(
            "conversions",
            msgid("conversions of results too few or unproven"),
            ("innovation_score", "conversion"),
        ),
        ReviewReason(
            "management",
            msgid("management of R&D scored low"),
            (
                "innovation_score", "management_system", "management_institution",
                "management_incentive", "management_talent",
            ),
        ),
        ReviewReason(
            "growth",
            msgid("growth scored low"),
            ("innovation_score", "growth_net_assets", "growth_sales"),
        ),
        ReviewReason("score", msgid("innovation score too low"), ("innovation_score",)),
        ReviewReason(
            "violation",
            msgid("major safety, quality or environmental violation"),
            ("no_major_violation",),
        ),
        ReviewReason("papers", msgid("papers incomplete")),
        ReviewReason("contradiction", msgid("papers contradict each other")),
        ReviewReason("falsification", msgid("serious falsification")),
        ReviewReason("reports", msgid("annual reports missed")),
        ReviewReason("other", msgid("another reason")),
    )
}  # fmt: skip


def reason_titles(codes: Iterable[str]) -> list[str]:
    """The msgids of codes, in their order; a code that is not known here stands for itself."""
    return [REVIEW_REASONS[code].title if code in REVIEW_REASONS else code for code in codes]
