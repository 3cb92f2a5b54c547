"""What was said in one episode, with the reasons for every decision."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from . import store
from .episodes import longest_window, replay
from .model import Episode, Event, RecordSettings, Signal, Speaker, Turn
from .names import names_of, without_names


@dataclass(frozen=True, slots=True)
class Offered:
    """Something that a turn of the bot offered to press, and whether the employee then pressed it."""

    label: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A turn, with what it offered; `took` is what the employee pressed instead of writing."""

    turn: Turn
    offered: tuple[Offered, ...] = ()
    took: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """An episode and what was said in it, first to last, without people's names."""

    episode: Episode
    said: tuple[Said, ...]


def replay_episode(session: Session, identity: str, *, settings: RecordSettings) -> Replay | None:
    """The turns of the episode with this id, or None when there is none."""
    episode = store.episode(session, identity)
    if episode is None:
        return None
    since = episode.opened_at - longest_window(settings)
    said = store.said_by_and_to(session, episode.person, since, episode.last_at + timedelta(microseconds=1))
    turns = _its_turns(said, episode, settings)
    named = names_of(session, [episode.person])[episode.person] | {turn.author for turn in turns if turn.author}
    everything = [turn for _, turn in said]
    taken = {place for turn in everything if (place := _place_taken(turn, everything)) is not None}
    shown = (_said(turn, everything, taken, named) for turn in turns)
    return Replay(replace(episode, question=without_names(episode.question, named)), tuple(shown))


def _said(turn: Turn, everything: Sequence[Turn], taken: Set[tuple[int, str]], named: Collection[str]) -> Said:
    offered = tuple(Offered(without_names(label, named), taken=(turn.id, identity) in taken) for identity, label in _choices(turn).items())
    place = _place_taken(turn, everything)
    took = "" if place is None else next(_choices(other)[place[1]] for other in everything if other.id == place[0])
    return Said(replace(turn, text=without_names(turn.text, named), author=""), offered, without_names(took, named))


def _place_taken(turn: Turn, everything: Sequence[Turn]) -> tuple[int, str] | None:
    """The turn that offered what this one pressed, and its id there; None when nothing was pressed or the offer is no longer known."""
    pressed = turn.reply.get("choice")
    if turn.speaker is not Speaker.EMPLOYEE or not isinstance(pressed, str) or not pressed:
        return None
    before = (other for other in reversed(everything) if other.id < turn.id and other.conversation == turn.conversation)
    return next(((other.id, pressed) for other in before if pressed in _choices(other)), None)


def _choices(turn: Turn) -> dict[str, str]:
    """The labels of what the turn offered, by id; nothing for what the employee said."""
    kept = turn.reply.get("choices")
    options = kept if isinstance(kept, list | tuple) else ()
    return {
        str(option["id"]): str(option["label"])
        for option in options
        if isinstance(option, Mapping) and "id" in option and "label" in option
    }


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
