"""Carriers: the kinds of place in which firms start and grow."""

from __future__ import annotations

from enum import StrEnum

from eligibility.domain.text import msgid


class CarrierKind(StrEnum):
    """Kind of a carrier, in the order in which firms move along them."""

    SPACE = "space"
    INCUBATOR = "incubator"
    ACCELERATOR = "accelerator"
    PARK = "park"


CARRIER_WORDS = {
    CarrierKind.SPACE: msgid("maker space"),
    CarrierKind.INCUBATOR: msgid("incubator"),
    CarrierKind.ACCELERATOR: msgid("accelerator"),
    CarrierKind.PARK: msgid("park"),
}
