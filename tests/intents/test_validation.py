import pytest

from intents.evaluation import Judged, Question, report
from intents.matcher import Matcher
from intents.model import Entry, Match, MatchingSettings, Understanding
from intents.validation import choose_settings, cross_validate, fit_calibration, split_phrasings, weigh


def judged(right: str, *candidates: tuple[str, float]) -> Judged:
    matches = tuple(Match(article, article, confidence, confidence) for article, confidence in candidates)
    return Judged(Question("q", (right,) if right else ()), Understanding("q", ("q",), matches=matches))


def test_every_phrasing_is_held_out_once(entries: tuple[Entry, ...]) -> None:
    asked: list[tuple[str, ...]] = []
    for kept, held_out in split_phrasings(entries, 3):
        known = {phrasing for entry in kept for phrasing in entry.phrasings}
        assert not known & {question.text for question in held_out}
        assert [entry.title for entry in kept] == [entry.title for entry in sorted(entries, key=lambda entry: entry.article)]
        asked += [(question.text, *question.articles) for question in held_out]
    assert sorted(asked) == sorted((phrasing, entry.article) for entry in entries for phrasing in entry.phrasings)


def test_cross_validation_judges_every_phrasing(entries: tuple[Entry, ...]) -> None:
    results = cross_validate(entries, folds=3)
    assert len(results) == sum(len(entry.phrasings) for entry in entries)
    assert repr(results) == repr(cross_validate(list(reversed(entries)), folds=3, build=Matcher.build))


def test_weights_give_the_outside_its_share() -> None:
    weights = weigh([judged("a")] * 8 + [judged("")], 0.2)
    assert sum(weights) == pytest.approx(1.0)
    assert weights[-1] == pytest.approx(0.2)
    assert weigh([judged("a")] * 4) == [0.25] * 4


def test_settings_keep_wrong_answers_below_the_limit() -> None:
    right = [judged("a", ("a", 0.5 + place / 100), ("b", 0.1)) for place in range(40)]
    wrong = [judged("a", ("b", 0.2 + place / 100), ("a", 0.15)) for place in range(40)]
    outside = [judged("", ("b", place / 40), ("a", 0.01)) for place in range(20)]
    questions = right + wrong + outside
    strict = choose_settings(questions, wrong_at_most=0.0)
    loose = choose_settings(questions, wrong_at_most=0.2)
    assert report(questions, strict).wrong_answers == 0.0
    assert report(questions, loose).answered > report(questions, strict).answered
    assert strict.choose_at <= strict.answer_at


def test_settings_without_questions_are_the_defaults() -> None:
    assert choose_settings([]) == MatchingSettings()


def test_a_fitted_calibration_prefers_higher_scores(entries: tuple[Entry, ...]) -> None:
    fitted = fit_calibration(cross_validate(entries, folds=3))
    low = fitted.confidence(score=0.1, lead=-0.3, known=0.5, covered=0.2)
    high = fitted.confidence(score=0.8, lead=0.3, known=0.5, covered=0.2)
    assert 0.0 <= low < high <= 1.0
