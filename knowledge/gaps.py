"""Questions that nothing answered: found in the record, put into groups, and what an editor decides about a group."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from analytics.episodes import outcome
from analytics.model import Episode, HandoffReason, Outcome
from analytics.store import episode, failed_episodes, undecided_choices
from intents.model import Understanding

from . import store
from .articles import add_phrasings, publish_article, save_article
from .checks import shortened, spelling
from .clustering import cluster
from .dismissals import without_dismissed
from .model import (
    Article,
    AskedQuestion,
    Draft,
    Gap,
    GapAction,
    GapReason,
    InvalidArticle,
    KnowledgeSettings,
    Phrasing,
    PhrasingSource,
    Status,
    Suggestion,
)
from .tables import GapDecisionRow

SUGGESTIONS = 3

_NO_WINDOW = timedelta(0)
_TIME_TO_CHOOSE = timedelta(minutes=30)
"""How long an offered choice is left alone before it counts as not taken."""

_REASONS = {Outcome.UNANSWERED: GapReason.UNANSWERED, Outcome.REJECTED: GapReason.REJECTED}


class Matching(Protocol):
    """What this folder asks of a matcher."""

    def match(self, question: str, *, limit: int = 5) -> Understanding:
        """The candidates for a question, best first."""


def open_gaps(
    session: Session, *, matcher: Matching | None = None, since: datetime, now: datetime, settings: KnowledgeSettings | None = None
) -> list[Gap]:
    """The questions asked from `since` to `now` that were not answered and about which nobody decided yet, similar ones together.

    Those that most people asked come first, those in which only an offered choice was not taken last.
    With a matcher each gap has the nearest articles.
    """
    settings = settings or KnowledgeSettings()
    waiting = _waiting(session, since, now)
    weak = [e for e in waiting if _reason(e) is GapReason.NOT_TAKEN]
    strong = [e for e in waiting if _reason(e) is not GapReason.NOT_TAKEN]
    gaps = [*_grouped(strong, settings), *_grouped(weak, settings)]
    gaps.sort(key=lambda gap: (gap.weak, -gap.people, -gap.asked, -gap.last_at.timestamp(), gap.key))
    return gaps if matcher is None else with_suggestions(gaps, matcher)


def _grouped(waiting: Sequence[Episode], settings: KnowledgeSettings) -> list[Gap]:
    by_question = _newest(_by_question(waiting), settings.most_questions)
    groups = cluster([episodes[0].question for episodes in by_question], similar_at=settings.similar_at)
    return [_gap([by_question[place] for place in group]) for group in groups]


def with_suggestions(gaps: Iterable[Gap], matcher: Matching) -> list[Gap]:
    """The same gaps, each with the articles that are nearest to its first question."""
    return [replace(gap, suggestions=_suggestions(gap, matcher)) for gap in gaps]


def gap_of(session: Session, episodes: Sequence[str]) -> Gap | None:
    """The gap that exactly these episodes make, as far as nobody decided about them yet; None when nothing is left of it."""
    decided = {decision.episode for decision in store.gap_decisions(session, episodes)}
    found = [one for identity in episodes if identity not in decided and (one := episode(session, identity)) is not None]
    by_question = _by_question([one for one in found if one.eligible and _reason(one) is not None])
    return _gap(by_question) if by_question else None


def answer_gap_with_phrasing(session: Session, gap: Gap, *, article: str, texts: Sequence[str], by: str, now: datetime) -> list[Phrasing]:
    """The phrasings that the article has from now on because people asked like this; the gap is closed.

    Raises `InvalidArticle` when there is no text, when the article is not published, or when somebody decided about the gap before.
    """
    found = store.article(session, article)
    if found is None or found.status is not Status.PUBLISHED:
        raise InvalidArticle({"article": "Choose an article that is published."})
    if not any(text.strip() for text in texts):
        raise InvalidArticle({"texts": "Choose or write at least one phrasing."})
    _refuse_if_decided(session, gap)
    wanted = [text for text in texts if text.strip()]
    added = add_phrasings(session, article, wanted, source=PhrasingSource.QUESTION, by=by, now=now)
    _decide(session, gap, GapAction.PHRASING, article=article, by=by, now=now)
    return added


def answer_gap_with_article(session: Session, gap: Gap, *, draft: Draft, by: str, now: datetime) -> Article:
    """The new article, published; the gap is closed. Raises `InvalidArticle`."""
    _refuse_if_decided(session, gap)
    article = save_article(session, draft, by=by, now=now)
    _decide(session, gap, GapAction.ARTICLE, article=article.id, by=by, now=now)
    return publish_article(session, article.id, by=by, now=now, reason=f"Written because of: {shortened(gap.question, 120)}")


def dismiss_gap(session: Session, gap: Gap, *, reason: str, by: str, now: datetime) -> None:
    """Closes the gap without an answer. Raises `InvalidArticle` without a reason."""
    if not reason.strip():
        raise InvalidArticle({"reason": "Say in a few words why these questions need no article."})
    _refuse_if_decided(session, gap)
    _decide(session, gap, GapAction.DISMISSED, reason=reason.strip()[:500], by=by, now=now)


def _refuse_if_decided(session: Session, gap: Gap) -> None:
    if earlier := store.gap_decisions(session, gap.episodes):
        raise InvalidArticle({"": f"{earlier[0].by} has decided about these questions already."})


def _decide(session: Session, gap: Gap, action: GapAction, *, article: str = "", reason: str = "", by: str, now: datetime) -> None:
    session.add_all(
        GapDecisionRow(episode=episode, action=action, article=article, reason=reason, by=by, at=now) for episode in gap.episodes
    )
    session.flush()


def _waiting(session: Session, since: datetime, now: datetime) -> list[Episode]:
    decided = store.decided_episodes(session, since=since)
    failed = failed_episodes(session, since, now + timedelta(seconds=1))
    unchosen = [e for e in undecided_choices(session, since, now) if e.last_at <= now - _TIME_TO_CHOOSE]
    waiting = [e for e in (*failed, *unchosen) if e.id not in decided and _reason(e) is not None]
    return without_dismissed(session, waiting, since=since)


def _reason(episode: Episode) -> GapReason | None:
    """Why the episode is a gap, or None when it is none (answered after all, or handed over because the person wished it)."""
    ended = outcome(episode, _NO_WINDOW)
    if ended is Outcome.HANDED_OFF:
        return GapReason.HANDED_OFF if episode.handoff_reason is HandoffReason.FAILED else None
    if ended is Outcome.ABANDONED:
        return GapReason.NOT_TAKEN if episode.choices_offered and not episode.choice_taken else None
    return _REASONS.get(ended)


def _by_question(episodes: Sequence[Episode]) -> list[list[Episode]]:
    """The episodes by what was asked, oldest first; the question that most people asked first."""
    same: dict[str, list[Episode]] = {}
    for one in sorted(episodes, key=lambda e: (e.opened_at, e.id)):
        same.setdefault(spelling(one.question), []).append(one)
    same.pop("", None)  # nothing but signs: nobody could answer that
    return sorted(same.values(), key=lambda group: (-_people(group), -_asked(group), group[0].opened_at, group[0].id))


def _newest(by_question: list[list[Episode]], at_most: int) -> list[list[Episode]]:
    if len(by_question) <= at_most:
        return by_question
    edge = sorted((group[-1].opened_at for group in by_question), reverse=True)[at_most - 1]
    return [group for group in by_question if group[-1].opened_at >= edge][:at_most]


def _gap(groups: Sequence[Sequence[Episode]]) -> Gap:
    episodes = sorted((e for group in groups for e in group), key=lambda e: (e.opened_at, e.id))
    reasons = Counter(reason for e in episodes if (reason := _reason(e)) is not None)
    return Gap(
        key=episodes[0].id,
        questions=tuple(_question(group) for group in groups),
        asked=_asked(episodes),
        people=_people(episodes),
        reasons=tuple((reason, reasons[reason]) for reason in GapReason if reasons[reason]),
        first_at=episodes[0].opened_at,
        last_at=max(e.last_at for e in episodes),
        episodes=tuple(e.id for e in episodes),
    )


def _question(episodes: Sequence[Episode]) -> AskedQuestion:
    return AskedQuestion(
        text=episodes[0].question,
        asked=_asked(episodes),
        people=_people(episodes),
        first_at=min(e.opened_at for e in episodes),
        last_at=max(e.last_at for e in episodes),
    )


def _people(episodes: Sequence[Episode]) -> int:
    return len({episode.person for episode in episodes})


def _asked(episodes: Sequence[Episode]) -> int:
    return sum(episode.asked for episode in episodes)


def _suggestions(gap: Gap, matcher: Matching) -> tuple[Suggestion, ...]:
    matches = matcher.match(gap.question, limit=SUGGESTIONS).matches
    return tuple(Suggestion(match.article, match.title, match.confidence) for match in matches)
