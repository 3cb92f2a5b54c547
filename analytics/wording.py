"""Figures as words, for the page and for the terminal."""

from .measurement import Kind, Measurement, Rows, Unit
from .metric import Metric
from .metrics.endings import ENDING_NAMES
from .metrics.handoffs import REASON_NAMES
from .model import HandoffReason, Outcome

NOTHING = "–"
TOO_FEW = "too few for a percentage"
TOO_EARLY = "too early to say"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400

_KINDS = {
    Kind.ALL: "All questions",
    Kind.HELPED_OR_SILENT: "Said it helped, or silent after an answer",
    Kind.ANSWERED: "Left with an answer",
    Kind.CONTAINED: "No person needed (not a success figure)",
    Kind.PROVISIONAL: "May still change",
    Kind.ASKED_PERSON: "Asked for a person",
    Kind.PERSON_FIRST: "Asked for a person first",
    Kind.PERSON_FIRST_REACHED: "Asked for a person first, and handed over",
    Kind.PERSON_ANSWERED: "Answered by a person",
    Kind.OFFERED: "Choice offered",
    Kind.CHOICE_TAKEN: "Choice taken",
    Kind.UNANSWERED_QUESTION: "No answer known to this question",
    Kind.TIMED: "With a measured time to the first reply",
}
_WITH_VALUE = {
    Kind.RECONTACTED: "Came back within {} days",
    Kind.ANSWERED_BEFORE: "Left with an answer at least {} days ago",
    Kind.ARTICLE_SHOWN: "Article shown: {}",
    Kind.ARTICLE_CONFIRMED: "Article helped: {}",
    Kind.ARTICLE_REJECTED: "Article did not help: {}",
    Kind.ARTICLE_BOUNCED: "Came back after article: {}",
    Kind.CHANNEL: "Asked in channel: {}",
}


def describe(rows: Rows) -> str:
    """What the rows behind a figure have in common; the value itself where it is not one that we know."""
    match rows.kind:
        case Kind.OUTCOME:
            return next((ENDING_NAMES[outcome] for outcome in Outcome if outcome.value == rows.value), rows.value)
        case Kind.HANDED_OFF:
            reason = next((REASON_NAMES[reason] for reason in HandoffReason if reason.value == rows.value), rows.value)
            return f"Handed over: {reason}"
        case _:
            return _KINDS[rows.kind] if rows.kind in _KINDS else _WITH_VALUE[rows.kind].format(rows.value)


def percent(share: float) -> str:
    """A share (0 to 1) in whole percent; never 0 or 100 unless it is exactly that. The sign stays on the number's line."""
    if 0 < share < 0.005:
        return "under 1\u00a0%"
    if 0.995 <= share < 1:
        return "over 99\u00a0%"
    return f"{share * 100:.0f}\u00a0%"


def duration(seconds: float) -> str:
    """A length of time in the largest unit that keeps it readable."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h" if seconds < 2 * _DAY else f"{seconds / _DAY:.1f} days"


def told(metric: Metric, measured: Measurement) -> str:
    """The figure in its unit: "42 %", "31 % to 58 %", "3 of 12", "1,204", "8 ms"."""
    if metric.unit is Unit.COUNT:
        return f"{measured.count:,}"
    if measured.young and not measured.n:
        return TOO_EARLY
    if not measured.enough:
        return f"{measured.count:,} of {measured.n:,}" if metric.unit is Unit.SHARE and measured.n else NOTHING
    return _in_unit(metric.unit, measured.value) if measured.value is not None else range_told(metric, measured)


def range_told(metric: Metric, measured: Measurement) -> str:
    """The range of the figure in its unit, or why there is none."""
    if measured.low is None or measured.high is None:
        return TOO_FEW if metric.unit is Unit.SHARE and measured.n else ""
    return f"{_in_unit(metric.unit, measured.low)} to {_in_unit(metric.unit, measured.high)}"


def _in_unit(unit: Unit, value: float) -> str:
    match unit:
        case Unit.SHARE:
            return percent(value)
        case Unit.SECONDS:
            return duration(value)
        case Unit.MILLISECONDS:
            return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"
        case Unit.COUNT:
            return f"{value:,.0f}"
