"""How sure a figure is."""

from dataclasses import dataclass
from math import ceil, floor, sqrt

FEWEST_FOR_A_PERCENTAGE = 20
FEWEST_PEOPLE = 5
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """A range from `low` to `high`."""

    low: float
    high: float


def wilson(successes: int, n: int, *, z: float = Z_95) -> Interval:
    """The Wilson score interval of a share (0 to 1); the whole range when n is 0.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), 209–212;
    recommended for small n by Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16 (2001).
    """
    if n == 0:
        return Interval(0.0, 1.0)
    share = successes / n
    centre = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return Interval(max(0.0, low), min(1.0, high))


def median_ranks(n: int, *, z: float = Z_95) -> tuple[int, int, int, int]:
    """Where in n sorted values (counted from 0) the low end, the lower and upper middle, and the high end of the median stand.

    The ends are the order statistics at n/2 ± z·√n/2, rounded outwards.
    Source: W. J. Conover, "Practical Nonparametric Statistics", 3rd edition (1999), section 3.2.
    """
    half = z * sqrt(n) / 2
    low = max(0, floor(n / 2 - half) - 1)
    high = min(n - 1, ceil(n / 2 + half))
    return low, (n - 1) // 2, n // 2, high
