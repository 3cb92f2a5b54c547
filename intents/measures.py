"""Figures about confidences and outcomes; every function is plain arithmetic on two lists of equal length."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

BINS = 10
"""Equal-width bins of confidence for the calibration error."""


def share(part: float, whole: float) -> float:
    """`part` of `whole` as a figure between 0 and 1; 0 of nothing is 0."""
    return part / whole if whole else 0.0


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that a figure from `inside` is above one from `outside`, ties counting half; 0.5 when either is empty.

    The area under the ROC curve in Mann and Whitney's form.
    """
    if not inside or not outside:
        return 0.5
    ordered = sorted(outside)
    wins = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in inside)
    return wins / 2.0 / (len(inside) * len(outside))


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """For every number of answered questions, surest first: (share answered, share of those answered wrongly)."""
    ordered = sorted(zip(confidences, right, strict=True), key=lambda pair: -pair[0])
    points: list[tuple[float, float]] = []
    wrong = 0
    for answered, (_, was_right) in enumerate(ordered, start=1):
        wrong += not was_right
        points.append((answered / len(ordered), wrong / answered))
    return points


def aurc(points: Sequence[tuple[float, float]]) -> float:
    """The area under the risk–coverage curve: the mean risk over all its points (Geifman et al. 2019); 0 without points."""
    return share(sum(risk for _, risk in points), len(points))


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """The expected calibration error (Naeini et al. 2015): |share right − mean confidence| over BINS bins, weighted by their size."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, was_right in zip(confidences, right, strict=True):
        bins[min(BINS - 1, int(confidence * BINS))].append((confidence, was_right))
    gaps = (abs(sum(was_right for _, was_right in bin_) - sum(confidence for confidence, _ in bin_)) for bin_ in bins)
    return share(sum(gaps), len(confidences))
