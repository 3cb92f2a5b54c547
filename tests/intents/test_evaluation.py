import pytest

from intents.evaluation import Judged, Question, evaluate, report
from intents.matcher import Matcher
from intents.measures import aurc, auroc, calibration_error, risk_coverage, share
from intents.model import Match, MatchingSettings, Understanding

SETTINGS = MatchingSettings(answer_at=0.6, choose_at=0.3, margin=0.0)


def judged(right: str, *candidates: tuple[str, float], kind: str = "plain") -> Judged:
    question = Question(f"about {right}", tuple(filter(None, right.split("|"))), kind)
    matches = tuple(Match(article, article, confidence, confidence) for article, confidence in candidates)
    return Judged(question, Understanding(question.text, ("about",), matches=matches))


SIX = [
    judged("a", ("a", 0.9), ("b", 0.1)),  # answered rightly
    judged("a|b", ("b", 0.8), ("c", 0.1)),  # answered rightly with the second label
    judged("a", ("b", 0.7), ("a", 0.2), kind="typo"),  # answered wrongly
    judged("a", ("b", 0.4), ("a", 0.3), kind="typo"),  # a choice with the right one
    judged("", ("a", 0.5), ("b", 0.1), kind="none"),  # a choice, out of scope
    judged("", kind="none"),  # silent, out of scope
]


def test_a_report_computed_by_hand() -> None:
    result = report(SIX, SETTINGS)
    assert (result.questions, result.inside, result.outside) == (6, 4, 2)
    assert result.first_right == pytest.approx(2 / 4)
    assert result.right_within_three == 1.0
    assert result.auroc == pytest.approx(7 / 8)
    assert result.outside_not_answered == 1.0
    assert result.outside_silent == 0.5
    assert result.wrong_answers == pytest.approx(1 / 6)
    assert result.wrong_of_answers == pytest.approx(1 / 3)
    assert result.answered == pytest.approx(3 / 6)
    assert result.offered == pytest.approx(2 / 6)
    assert result.choice_has_right == 0.5
    risks = [0, 0, 1 / 3, 2 / 4, 3 / 5, 4 / 6]
    assert [risk for _, risk in result.curve] == pytest.approx(risks)
    assert result.aurc == pytest.approx(sum(risks) / 6)
    # bins: .9 right, .8 right, .7 wrong, .5 wrong, .4 wrong, 0 wrong
    assert result.calibration_error == pytest.approx((0.1 + 0.2 + 0.7 + 0.5 + 0.4 + 0.0) / 6)


def test_kinds_and_mistakes() -> None:
    result = report(SIX, SETTINGS)
    assert [(row.kind, row.questions) for row in result.kinds] == [("none", 2), ("plain", 2), ("typo", 2)]
    typo = result.kinds[2]
    assert (typo.first_right, typo.right_within_three, typo.answered, typo.answered_wrongly, typo.offered) == (0, 1, 0.5, 0.5, 0.5)
    assert [(mistake.said, mistake.articles, mistake.confidence) for mistake in result.mistakes] == [("answer", ("b",), 0.7)]


def test_a_missed_article_is_a_mistake() -> None:
    result = report([judged("a", ("a", 0.1)), judged("a", ("b", 0.4), ("c", 0.3))], SETTINGS)
    assert [mistake.said for mistake in result.mistakes] == ["unknown", "choice"]


def test_nothing_to_report() -> None:
    result = report([], SETTINGS)
    assert (result.questions, result.first_right, result.auroc, result.aurc, result.curve, result.kinds) == (0, 0.0, 0.5, 0.0, (), ())


def test_a_long_curve_is_thinned_and_keeps_its_end() -> None:
    result = report([judged("a", ("a", 0.9))] * 99 + [judged("a", ("b", 0.1))], SETTINGS)
    assert len(result.curve) == 20
    assert result.curve[-1] == (1.0, 0.01)


def test_evaluate_asks_the_matcher(matcher: Matcher) -> None:
    questions = [Question("forgot my password", ("reset-password",)), Question("vpn slow", ("vpn-slow",)), Question("weather in Rome")]
    result = evaluate(matcher, questions, MatchingSettings())
    assert (result.first_right, result.outside_silent) == (1.0, 1.0)


def test_measures_by_hand() -> None:
    assert auroc([0.9, 0.5], [0.5, 0.1]) == 0.875
    assert auroc([], [0.5]) == 0.5
    assert risk_coverage([0.1, 0.9], [False, True]) == [(0.5, 0.0), (1.0, 0.5)]
    assert aurc([(0.5, 0.0), (1.0, 0.5)]) == 0.25
    assert calibration_error([1.0, 0.95], [True, False]) == pytest.approx(0.475)
    assert calibration_error([], []) == 0.0
    assert share(1, 0) == 0.0
