"""What the dialogue remembers, written down and read again."""

import json

import pytest

from bot.turnout import State

FULL = State(
    question="VPN keeps dropping",
    offered=("a", "b"),
    shown=("a",),
    awaiting_help="a",
    said_no=1,
    asked_back=True,
    asked_again=True,
    person_offered=True,
    facts=("name", "device"),
    solved_question=1001,
)


@pytest.mark.parametrize("state", [State(), State(question="x"), State(solved_question=1001), State(shown=("a", "b")), FULL])
def test_written_down_and_read_again(state: State) -> None:
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_only_what_differs_is_written() -> None:
    assert State().to_json() == {}
    assert State(said_no=1).to_json() == {"said_no": 1}
    assert set(FULL.to_json()) == set(State.__dataclass_fields__)


def test_what_another_release_wrote_besides_is_left_out() -> None:
    assert State.from_json({"question": "x", "mood": "good"}) == State(question="x")


def test_showing_remembers_each_article_once() -> None:
    state = State(question="x", asked_back=True, person_offered=True).showing("a").showing("b").showing("a")
    assert (state.shown, state.awaiting_help) == (("a", "b"), "a")
    assert not state.asked_back
    assert not state.person_offered
