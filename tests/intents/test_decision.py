import pytest

from intents.decision import decide
from intents.explain import explain
from intents.model import Answer, Choice, Match, MatchingSettings, Part, Repair, Understanding, Unknown

SETTINGS = MatchingSettings(answer_at=0.6, choose_at=0.3, margin=0.1)


def understood(*confidences: float) -> Understanding:
    parts = (Part("coverage", 0.5, 0.2), Part("centre", 0.5, 0.8))
    matches = tuple(
        Match(f"a{place}", f"Article {place}", confidence, confidence, parts, ("vpn",), "vpn slow")
        for place, confidence in enumerate(confidences)
    )
    return Understanding("vpn slwo", ("vpn", "slwo"), (Repair("slwo", "slow"),), 0.5, matches)


@pytest.mark.parametrize(
    ("confidences", "kind", "articles"),
    [
        ((0.6,), Answer, ["a0"]),
        ((0.6, 0.5), Answer, ["a0"]),
        ((0.6, 0.51), Choice, ["a0", "a1"]),
        ((0.599, 0.1), Choice, ["a0", "a1"]),
        ((0.3, 0.2, 0.1), Choice, ["a0", "a1", "a2"]),
        ((0.3, 0.2, 0.05, 0.05), Choice, ["a0", "a1"]),
        ((0.5, 0.4, 0.4, 0.4), Choice, ["a0", "a1", "a2"]),
        ((0.5,), Choice, ["a0"]),
        ((0.299, 0.2), Unknown, []),
        ((), Unknown, []),
    ],
)
def test_boundaries(confidences: tuple[float, ...], kind: type, articles: list[str]) -> None:
    decision = decide(understood(*confidences), SETTINGS)
    assert type(decision) is kind
    assert decision.why
    if isinstance(decision, Answer):
        assert [decision.match.article] == articles
    if isinstance(decision, Choice):
        assert [match.article for match in decision.matches] == articles


def test_why_is_plain_english() -> None:
    assert decide(understood(0.8), SETTINGS).why == "“Article 0” is 80% likely; answers are given from 60%."
    assert "nearly as likely" in decide(understood(0.8, 0.79), SETTINGS).why
    assert "only 10% likely" in decide(understood(0.1), SETTINGS).why
    assert decide(Understanding("👍"), SETTINGS).why == "The message has no words in it."
    assert decide(Understanding("zzz", ("zzz",)), SETTINGS).why == "No article shares a word with the question."


def test_explanation_has_everything_a_page_draws() -> None:
    understanding = understood(0.5, 0.4, 0.05)
    decision = decide(understanding, SETTINGS)
    explanation = explain(understanding, decision, SETTINGS)
    assert (explanation.decided, explanation.why) == ("choice", decision.why)
    assert (explanation.answer_at, explanation.choose_at, explanation.margin) == (0.6, 0.3, 0.1)
    assert [(candidate.place, candidate.offered) for candidate in explanation.candidates] == [(1, True), (2, True), (3, False)]
    assert [(part.scorer, part.contribution) for part in explanation.candidates[0].parts] == [("centre", 0.4), ("coverage", 0.1)]
    assert all(part.meaning for part in explanation.candidates[0].parts)
    assert explanation.repairs == (Repair("slwo", "slow"),)
    assert explanation.candidates[0].nearest == "vpn slow"


@pytest.mark.parametrize(("confidences", "decided", "offered"), [((0.9,), "answer", 1), ((0.1,), "unknown", 0)])
def test_explanation_of_answer_and_unknown(confidences: tuple[float, ...], decided: str, offered: int) -> None:
    understanding = understood(*confidences)
    explanation = explain(understanding, decide(understanding, SETTINGS), SETTINGS)
    assert explanation.decided == decided
    assert sum(candidate.offered for candidate in explanation.candidates) == offered
