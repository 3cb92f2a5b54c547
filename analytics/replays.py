"""What was said in one episode, with the reasons for every decision."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from . import store
from .episodes import longest_window, replay
from .model import Episode, Event, RecordSettings, Signal, Turn
from .names import names_of, without_names


@dataclass(frozen=True, slots=True)
class Replay:
    """An episode and its turns, first to last, without people's names."""

    episode: Episode
    turns: tuple[Turn, ...]


def replay_episode(session: Session, identity: str, *, settings: RecordSettings) -> Replay | None:
    """The turns of the episode with this id, or None when there is none."""
    episode = store.episode(session, identity)
    if episode is None:
        return None
    since = episode.opened_at - longest_window(settings)
    said = store.said_by_and_to(session, episode.person, since, episode.last_at + timedelta(microseconds=1))
    turns = _its_turns(said, episode, settings)
    named = names_of(session, [episode.person])[episode.person] | {turn.author for turn in turns if turn.author}
    masked = (replace(turn, text=without_names(turn.text, named), author="") for turn in turns)
    return Replay(replace(episode, question=without_names(episode.question, named)), tuple(masked))


def _its_turns(said: list[tuple[Event, Turn]], episode: Episode, settings: RecordSettings) -> list[Turn]:
    """The turns that the fold gives to this episode, and the talk in between.

    Should the settings have changed since it was recorded, everything said in its conversation in its time.
    """
    by_place = {(event.conversation, event.seq): turn for event, turn in said}
    folded = replay((event for event, _ in said), settings)
    its = [by_place[event.conversation, event.seq] for event, changed in folded if changed and changed[0].id == episode.id]
    if not its:
        return [turn for event, turn in said if event.conversation == episode.conversation and turn.at >= episode.opened_at]
    mine, places = {turn.id for turn in its}, {turn.conversation for turn in its}
    first, last = its[0].id, its[-1].id
    return [turn for _, turn in said if turn.id in mine or _is_talk_between(turn, places, first, last)]


def _is_talk_between(turn: Turn, conversations: set[str], first: int, last: int) -> bool:
    return turn.signal is Signal.TALK and turn.conversation in conversations and first < turn.id < last
