"""Whether to answer, to offer a choice, or to say that we do not know; and why, in words for a page."""

from .model import Answer, Choice, Decision, Match, MatchingSettings, Understanding, Unknown

MOST_OFFERED = 3
"""Articles in a choice at most."""

NEAR = 0.2
"""A third article is offered if its confidence is at least this share of the first one's."""


def decide(understanding: Understanding, settings: MatchingSettings) -> Decision:
    """Answer if the first match is sure and well ahead, Choice if it is likely, else Unknown. Every figure is reached by being equal to it.

    A Choice has two or three matches; one only where nothing else in the knowledge has anything in common with the question.
    """
    if not understanding.matches:
        return Unknown(_why_nothing(understanding))
    first = understanding.matches[0]
    second = understanding.matches[1].confidence if len(understanding.matches) > 1 else 0.0
    lead = round(first.confidence - second, 6)
    if first.confidence >= settings.answer_at:
        if lead >= settings.margin:
            return Answer(first, f"“{first.title}” is {_percent(first)} likely; answers are given from {settings.answer_at:.0%}.")
        return Choice(_offered(understanding), f"“{first.title}” is {_percent(first)} likely, but another article is nearly as likely.")
    if first.confidence >= settings.choose_at:
        why = f"“{first.title}” is {_percent(first)} likely: too little for an answer ({settings.answer_at:.0%}), enough to ask."
        return Choice(_offered(understanding), why)
    return Unknown(f"The nearest article, “{first.title}”, is only {_percent(first)} likely; choices start at {settings.choose_at:.0%}.")


def _offered(understanding: Understanding) -> tuple[Match, ...]:
    """The first two matches, and the third if it is near."""
    first, *others = understanding.matches[:MOST_OFFERED]
    return (first, *others[:1], *(match for match in others[1:] if match.confidence >= NEAR * first.confidence))


def _percent(match: Match) -> str:
    """The match's confidence as a whole percentage."""
    return f"{match.confidence:.0%}"


def _why_nothing(understanding: Understanding) -> str:
    """Why there is no candidate at all."""
    return "No article shares a word with the question." if understanding.words else "The message has no words in it."
