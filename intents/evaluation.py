"""How well a matcher does on questions whose right article is known."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .decision import decide
from .matcher import Matcher
from .measures import aurc, auroc, calibration_error, risk_coverage, share
from .model import Answer, Choice, Decision, MatchingSettings, Understanding

_CURVE_POINTS = 20


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the articles that are right for it; none means that the knowledge does not cover it."""

    text: str
    articles: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and what a matcher made of it."""

    question: Question
    understanding: Understanding

    @property
    def confidence(self) -> float:
        """The confidence (0 to 1) of the first match; 0 without one."""
        return self.understanding.matches[0].confidence if self.understanding.matches else 0.0

    def right_within(self, places: int) -> bool:
        """Whether a right article is among the first so many; never for a question that is out of scope."""
        return any(match.article in self.question.articles for match in self.understanding.matches[:places])


@dataclass(frozen=True, slots=True)
class Mistake:
    """A question that was not served: a wrong answer, a choice without the right article, or no offer although there is an article."""

    question: Question
    said: str
    articles: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class KindFigures:
    """The figures of one kind of question; `questions` is a count, the others shares (0 to 1) of it."""

    kind: str
    questions: int
    first_right: float
    right_within_three: float
    answered: float
    answered_wrongly: float
    offered: float


@dataclass(frozen=True, slots=True)
class Report:
    """Counts, then shares between 0 and 1, under given settings.

    `first_right`, `right_within_three`: of questions in scope. `outside_not_answered`, `outside_silent`: of questions out of scope, those
    without an Answer, and those with neither Answer nor Choice. `wrong_answers`, `answered`, `offered`: of all questions.
    `wrong_of_answers`: of the Answers. `choice_has_right`: of the Choices. `curve`: (share answered, share of those wrong), surest first.
    """

    questions: int
    inside: int
    outside: int
    first_right: float
    right_within_three: float
    auroc: float
    outside_not_answered: float
    outside_silent: float
    wrong_answers: float
    wrong_of_answers: float
    answered: float
    offered: float
    choice_has_right: float
    curve: tuple[tuple[float, float], ...]
    aurc: float
    calibration_error: float
    kinds: tuple[KindFigures, ...]
    mistakes: tuple[Mistake, ...]


def judge(matcher: Matcher, questions: Sequence[Question], *, limit: int = 5) -> list[Judged]:
    """What the matcher makes of every question, in their order."""
    return [Judged(question, matcher.match(question.text, limit=limit)) for question in questions]


def evaluate(matcher: Matcher, questions: Sequence[Question], settings: MatchingSettings) -> Report:
    """The report on the matcher's decisions about these questions."""
    return report(judge(matcher, questions, limit=settings.candidates), settings)


def report(judged: Sequence[Judged], settings: MatchingSettings) -> Report:
    """The report on questions that were judged before."""
    decided = [(one, decide(one.understanding, settings)) for one in judged]
    inside = [pair for pair in decided if pair[0].question.articles]
    outside = [pair for pair in decided if not pair[0].question.articles]
    answers = sum(isinstance(decision, Answer) for _, decision in decided)
    wrong = sum(answered_wrongly(one, decision) for one, decision in decided)
    choices = [pair for pair in decided if isinstance(pair[1], Choice)]
    confidences, right = [one.confidence for one in judged], [one.right_within(1) for one in judged]
    points = risk_coverage(confidences, right)
    return Report(
        questions=len(judged),
        inside=len(inside),
        outside=len(outside),
        first_right=share(sum(one.right_within(1) for one, _ in inside), len(inside)),
        right_within_three=share(sum(one.right_within(3) for one, _ in inside), len(inside)),
        auroc=auroc([one.confidence for one, _ in inside], [one.confidence for one, _ in outside]),
        outside_not_answered=share(sum(not isinstance(decision, Answer) for _, decision in outside), len(outside)),
        outside_silent=share(sum(not isinstance(decision, Answer | Choice) for _, decision in outside), len(outside)),
        wrong_answers=share(wrong, len(judged)),
        wrong_of_answers=share(wrong, answers),
        answered=share(answers, len(judged)),
        offered=share(len(choices), len(judged)),
        choice_has_right=share(sum(right_among_offered(one, decision) for one, decision in choices), len(choices)),
        curve=_thin(points),
        aurc=aurc(points),
        calibration_error=calibration_error(confidences, right),
        kinds=_by_kind(decided),
        mistakes=tuple(mistake for one, decision in decided if (mistake := _mistake(one, decision))),
    )


def answered_wrongly(judged: Judged, decision: Decision) -> bool:
    """Whether the decision is an Answer with an article that is not right."""
    return isinstance(decision, Answer) and decision.match.article not in judged.question.articles


def right_among_offered(judged: Judged, decision: Decision) -> bool:
    """Whether the decision is a Choice with a right article in it."""
    return isinstance(decision, Choice) and any(match.article in judged.question.articles for match in decision.matches)


def _thin(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """At most _CURVE_POINTS of the points, evenly spread, the last among them."""
    if len(points) <= _CURVE_POINTS:
        return tuple(points)
    return tuple(points[round(step * len(points) / _CURVE_POINTS) - 1] for step in range(1, _CURVE_POINTS + 1))


def _by_kind(decided: Sequence[tuple[Judged, Decision]]) -> tuple[KindFigures, ...]:
    """The figures of every kind, by its name."""
    groups: dict[str, list[tuple[Judged, Decision]]] = defaultdict(list)
    for one, decision in decided:
        groups[one.question.kind].append((one, decision))
    return tuple(_figures(kind, groups[kind]) for kind in sorted(groups))


def _figures(kind: str, decided: Sequence[tuple[Judged, Decision]]) -> KindFigures:
    """The figures of one kind."""
    size = len(decided)
    return KindFigures(
        kind=kind,
        questions=size,
        first_right=share(sum(one.right_within(1) for one, _ in decided), size),
        right_within_three=share(sum(one.right_within(3) for one, _ in decided), size),
        answered=share(sum(isinstance(decision, Answer) for _, decision in decided), size),
        answered_wrongly=share(sum(answered_wrongly(one, decision) for one, decision in decided), size),
        offered=share(sum(isinstance(decision, Choice) for _, decision in decided), size),
    )


def _mistake(judged: Judged, decision: Decision) -> Mistake | None:
    """What went wrong, or None: an Unknown is right for a question out of scope, and there a Choice is no mistake either."""
    given: tuple[str, ...] = ()
    right = not judged.question.articles
    if isinstance(decision, Answer):
        given, right = (decision.match.article,), not answered_wrongly(judged, decision)
    elif isinstance(decision, Choice):
        given = tuple(match.article for match in decision.matches)
        right = right or right_among_offered(judged, decision)
    return None if right else Mistake(judged.question, type(decision).__name__.lower(), given, judged.confidence)
