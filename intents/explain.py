"""Everything behind a decision in one value, for a terminal or a page to draw."""

from dataclasses import dataclass

from .model import Answer, Choice, Decision, Match, MatchingSettings, Repair, Understanding, Unknown


@dataclass(frozen=True, slots=True)
class PartExplained:
    """One scorer's share in a candidate's score: `contribution` is `value` times `weight`."""

    scorer: str
    meaning: str
    value: float
    weight: float
    contribution: float


@dataclass(frozen=True, slots=True)
class CandidateExplained:
    """One candidate, with its place (1 is first) and whether the decision hands it out."""

    place: int
    article: str
    title: str
    score: float
    confidence: float
    offered: bool
    parts: tuple[PartExplained, ...]
    words: tuple[str, ...]
    nearest: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was read, what was found, the thresholds, and what was decided (`answer`, `choice` or `unknown`) and why."""

    question: str
    words: tuple[str, ...]
    repairs: tuple[Repair, ...]
    known: float
    candidates: tuple[CandidateExplained, ...]
    answer_at: float
    choose_at: float
    margin: float
    decided: str
    why: str


MEANINGS_OF_SCORERS = {
    "coverage": "how much of the question's wording the article's text covers (BM25)",
    "nearest": "how near the nearest title or phrasing is (TF-IDF of words and letters)",
    "centre": "how near the middle of all its titles and phrasings is (TF-IDF of words and letters)",
    "wording": "how near its nearest line is letter by letter",
    "classifier": "how surely the classifier trained on the phrasings puts the question here",
}


def explain(understanding: Understanding, decision: Decision, settings: MatchingSettings) -> Explanation:
    """The explanation of this decision about this question under these settings."""
    offered = {match.article for match in _handed_out(decision)}
    candidates = tuple(_explain_match(place, match, match.article in offered) for place, match in enumerate(understanding.matches, start=1))
    return Explanation(
        question=understanding.question,
        words=understanding.words,
        repairs=understanding.repairs,
        known=understanding.known,
        candidates=candidates,
        answer_at=settings.answer_at,
        choose_at=settings.choose_at,
        margin=settings.margin,
        decided=type(decision).__name__.lower(),
        why=decision.why,
    )


def _handed_out(decision: Decision) -> tuple[Match, ...]:
    """The matches the person gets to see."""
    match decision:
        case Answer(match=only):
            return (only,)
        case Choice(matches=several):
            return several
        case Unknown():
            return ()


def _explain_match(place: int, match: Match, offered: bool) -> CandidateExplained:
    """One candidate with its parts, the largest contribution first."""
    parts = [
        PartExplained(part.scorer, MEANINGS_OF_SCORERS.get(part.scorer, ""), part.value, part.weight, round(part.value * part.weight, 6))
        for part in match.parts
    ]
    ordered = tuple(sorted(parts, key=lambda part: -part.contribution))
    return CandidateExplained(
        place, match.article, match.title, match.score, match.confidence, offered, ordered, match.words, match.nearest
    )
