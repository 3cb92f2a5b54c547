"""Choosing constants without touching the test questions: cross-validation over the knowledge's own phrasings."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from zlib import crc32

import numpy as np
from sklearn.linear_model import LogisticRegression

from .confidence import Calibration
from .decision import decide
from .evaluation import Judged, Question, judge, right_among_offered
from .matcher import Matcher
from .model import Choice, Entry, MatchingSettings

OUTSIDE_SHARE = 0.2
"""The share of questions out of scope that constants are chosen for, whatever their share among the validation questions."""

_MARGINS = (0.05, 0.1, 0.15, 0.2, 0.3)
_STEPS = 100

Builder = Callable[[Sequence[Entry]], Matcher]


def cross_validate(entries: Sequence[Entry], *, folds: int = 5, build: Builder = Matcher.build) -> list[Judged]:
    """Every phrasing of the knowledge, judged by a matcher that was built without it (and without the others of its fold)."""
    return [one for kept, held_out in split_phrasings(entries, folds) for one in judge(build(kept), held_out)]


def split_phrasings(entries: Sequence[Entry], folds: int) -> Iterator[tuple[list[Entry], list[Question]]]:
    """For every fold the entries without that fold's phrasings, and those phrasings as questions; always the same folds."""
    ordered = sorted(entries, key=lambda entry: entry.article)
    numbers = [(entry, [(place + crc32(entry.article.encode())) % folds for place in range(len(entry.phrasings))]) for entry in ordered]
    for fold in range(folds):
        kept = [replace(entry, phrasings=_outside_fold(entry, places, fold)) for entry, places in numbers]
        asked = [(entry, set(entry.phrasings) - set(_outside_fold(entry, places, fold))) for entry, places in numbers]
        yield kept, [Question(text, (entry.article,), "phrasing") for entry, texts in asked for text in sorted(texts)]


def _outside_fold(entry: Entry, places: Sequence[int], fold: int) -> tuple[str, ...]:
    """The entry's phrasings that are not of this fold."""
    return tuple(text for text, place in zip(entry.phrasings, places, strict=True) if place != fold)


def weigh(judged: Sequence[Judged], outside_share: float = OUTSIDE_SHARE) -> list[float]:
    """A weight for every question, 1 in all, so that those out of scope have `outside_share` of it; even weights if one side is empty."""
    outside = sum(not one.question.articles for one in judged)
    inside = len(judged) - outside
    if not inside or not outside:
        return [1.0 / len(judged)] * len(judged)
    return [(1.0 - outside_share) / inside if one.question.articles else outside_share / outside for one in judged]


def choose_settings(judged: Sequence[Judged], *, wrong_at_most: float = 0.05, outside_share: float = OUTSIDE_SHARE) -> MatchingSettings:
    """The settings which answer most questions rightly with at most `wrong_at_most` of all questions (0 to 1) answered wrongly.

    `choose_at` is then set so that the choices which have the right article outnumber those without it by as many as possible.
    Use validation questions only (see `cross_validate`), never those the result is reported on. Without questions: the defaults.
    """
    if not judged:
        return MatchingSettings()
    weights = weigh(judged, outside_share)
    sure = [(one.confidence, _lead(one), one.right_within(1), weight) for one, weight in zip(judged, weights, strict=True)]
    options = ((margin, step / _STEPS) for margin in _MARGINS for step in range(_STEPS + 1))
    allowed = [(margin, at, gained) for margin, at in options for gained, wrong in [_answered(sure, margin, at)] if wrong <= wrong_at_most]
    margin, answer_at, _ = max(allowed, key=lambda option: (round(option[2], 9), option[0], option[1]), default=(0.0, 1.0, 0.0))
    settings = MatchingSettings(answer_at=answer_at, choose_at=answer_at, margin=margin)
    steps = [settings.model_copy(update={"choose_at": step / _STEPS}) for step in range(round(answer_at * _STEPS) + 1)]
    return max(steps, key=lambda option: (round(_choice_gain(judged, weights, option), 9), option.choose_at))


def _lead(judged: Judged) -> float:
    """How much surer the first match is than the second."""
    matches = judged.understanding.matches
    return round(judged.confidence - (matches[1].confidence if len(matches) > 1 else 0.0), 6)


def _answered(sure: Iterable[tuple[float, float, bool, float]], margin: float, at: float) -> tuple[float, float]:
    """The weight of right answers and of wrong answers under these thresholds."""
    given = [(right, weight) for confidence, lead, right, weight in sure if confidence >= at and lead >= margin and confidence > 0.0]
    return sum(weight for right, weight in given if right), sum(weight for right, weight in given if not right)


def _choice_gain(judged: Sequence[Judged], weights: Sequence[float], settings: MatchingSettings) -> float:
    """The weight of the choices that have the right article less that of those which do not."""
    gain = 0.0
    for one, weight in zip(judged, weights, strict=True):
        decision = decide(one.understanding, settings)
        if isinstance(decision, Choice):
            gain += weight if right_among_offered(one, decision) else -weight
    return gain


def fit_calibration(judged: Sequence[Judged], *, outside_share: float = OUTSIDE_SHARE) -> Calibration:
    """The logistic model of `confidence.py` fitted to these judged questions; each of their first three matches is an example."""
    rows, labels, weights = [], [], []
    for one, weight in zip(judged, weigh(judged, outside_share), strict=True):
        for match in one.understanding.matches[:3]:
            others = max((other.score for other in one.understanding.matches if other is not match), default=0.0)
            rows.append((match.score, match.score - others, one.understanding.known, match.covered))
            labels.append(match.article in one.question.articles)
            weights.append(weight * len(judged))
    model = LogisticRegression(C=10.0, max_iter=1000).fit(np.array(rows), np.array(labels), sample_weight=np.array(weights))
    score, lead, known, covered = (round(float(value), 2) for value in model.coef_[0])
    return Calibration(offset=round(float(model.intercept_[0]), 2), score=score, lead=lead, known=known, covered=covered)
