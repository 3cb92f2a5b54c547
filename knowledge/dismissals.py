"""What was dismissed: it stays away while it is asked in the same words, can be seen, and can be taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from analytics.model import Episode
from analytics.store import episode

from . import store
from .checks import spelling
from .model import Dismissal, GapAction, GapDecision
from .tables import GapDecisionRow

PEOPLE_TO_RETURN = 3
"""So many further people must ask a dismissed question before it is shown to the editors again."""


def without_dismissed(session: Session, waiting: Sequence[Episode], *, since: datetime) -> list[Episode]:
    """The episodes without those that ask, word for word, what was dismissed after `since`, unless enough further people ask it."""
    dismissed: dict[str, set[str]] = {}
    for decision in store.dismissing_decisions(session, since=since):
        if (one := episode(session, decision.episode)) is not None:
            dismissed.setdefault(spelling(one.question), set()).add(one.person)
    further: dict[str, set[str]] = {}
    for one in waiting:
        further.setdefault(spelling(one.question), set()).add(one.person)
    back = {words for words, before in dismissed.items() if len(further.get(words, set()) - before) >= PEOPLE_TO_RETURN}
    return [one for one in waiting if (words := spelling(one.question)) not in dismissed or words in back]


def dismissals(session: Session, *, since: datetime) -> list[Dismissal]:
    """What was dismissed from `since` on, newest first, the episodes of one decision together."""
    together: dict[tuple[datetime, str, str], list[GapDecision]] = {}
    for decision in store.dismissing_decisions(session, since=since):
        together.setdefault((decision.at, decision.by, decision.reason), []).append(decision)
    return [_dismissal(session, decisions) for decisions in together.values()]


def undo_dismissal(session: Session, episodes: Sequence[str]) -> None:
    """The questions of these episodes are open again. Decisions of another kind stay."""
    chosen = GapDecisionRow.episode.in_(episodes)
    session.execute(delete(GapDecisionRow).where(chosen, GapDecisionRow.action == GapAction.DISMISSED))


def _dismissal(session: Session, decisions: Sequence[GapDecision]) -> Dismissal:
    found = [one for decision in decisions if (one := episode(session, decision.episode)) is not None]
    newest_first = sorted(found, key=lambda one: (one.opened_at, one.id), reverse=True)
    questions = {spelling(one.question): one.question for one in newest_first}
    first = decisions[0]
    return Dismissal(tuple(d.episode for d in decisions), tuple(questions.values())[::-1], first.reason, first.by, first.at)
