"""Metrics of predicted probabilities: log-loss, Brier score, AUC, calibration."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from eligibility.domain.arrays import Bools, Floats

BINS = 10


def measures(labels: Bools, chance: Floats) -> dict[str, float]:
    """Log-loss, Brier score, calibration error (all: less is better) and AUC (more is better)."""
    return {
        "log_loss": float(log_loss(labels, chance, labels=[False, True])),
        "brier": float(brier_score_loss(labels, chance)),
        "calibration_error": calibration_error(labels, chance),
        "auc": float(roc_auc_score(labels, chance)),
    }


def calibration_error(labels: Bools, chance: Floats, bins: int = BINS) -> float:
    """Expected calibration error over bins of equal mass, /1."""
    return float(
        sum(
            len(rows) / len(chance) * abs(labels[rows].mean() - chance[rows].mean())
            for rows in np.array_split(np.argsort(chance, kind="stable"), bins)
            if len(rows)
        )
    )


def calibration_bins(labels: Bools, chance: Floats, bins: int = BINS) -> list[dict[str, float]]:
    """Bins of equal mass: mean chance, share certified and its 90 % Wilson band, applications."""
    result = []
    for rows in np.array_split(np.argsort(chance, kind="stable"), min(bins, len(chance))):
        count, share = len(rows), float(labels[rows].mean())
        low, high = wilson(share, count)
        result.append(
            {
                "chance": float(chance[rows].mean()),
                "certified": share,
                "low": low,
                "high": high,
                "applications": count,
            }
        )
    return result


def wilson(share: float, count: int, z: float = 1.645) -> tuple[float, float]:
    """The 90 % interval of a share seen ``count`` times (Wilson)."""
    centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    reach = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return float(max(centre - reach, 0.0)), float(min(centre + reach, 1.0))
