"""The stream of a conversation, from a real server: every turn once, at once, and from where it broke off."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from bot.web.sign_in import COOKIE
from tests.web.house import ANSWERED, House, served, wait_until

AT_ONCE = 2.0  # seconds


@dataclass
class Event:
    """One event as a browser gets it."""

    kind: str
    id: str
    data: dict[str, Any]
    at: float = field(default_factory=time.monotonic)


class Listener:
    """An open stream; `events` grows as they come."""

    def __init__(self, response: httpx2.Response) -> None:
        self.events: list[Event] = []
        self._response = response
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def turns(self) -> list[int]:
        """The numbers of the turns so far."""
        return [int(event.id) for event in self.events if event.kind == "turn"]

    def holders(self) -> list[str]:
        """Who has held the conversation, in order."""
        return [event.data["holder"] for event in self.events if event.kind == "holder"]

    def _read(self) -> None:
        kind = identity = data = ""
        try:
            for line in self._response.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "id":
                    identity = value
                elif name == "data":
                    data = value
                elif not line and data:
                    self.events.append(Event(kind, identity, json.loads(data)))
                    kind = identity = data = ""
        except (httpx2.HTTPError, httpx2.StreamError, OSError):
            return


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    with served(house) as base:
        yield base


@pytest.fixture
def employee(address: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=address, timeout=10) as client:
        yield client


@pytest.fixture
def agent(address: str, house: House) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=address, timeout=10, cookies={COOKIE: house.cookie("agent")}) as client:
        yield client


@contextmanager
def listening(client: httpx2.Client, conversation: str, *, query: str = "", headers: dict[str, str] | None = None) -> Iterator[Listener]:
    with client.stream("GET", f"/api/chat/{conversation}/events{query}", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] in ("no-cache", "no-store")
        assert response.headers["x-content-type-options"] == "nosniff"
        yield Listener(response)


def say(client: httpx2.Client, text: str, conversation: str | None = None, choice: str | None = None) -> dict[str, Any]:
    body = {"conversation": conversation, "ref": f"ref-{time.monotonic_ns()}", "text": text, "choice": choice}
    answer: dict[str, Any] = client.post("/api/chat", json=body).raise_for_status().json()
    return answer


def handed_over(client: httpx2.Client) -> tuple[str, int]:
    conversation = say(client, ANSWERED)["conversation"]
    reply = say(client, "Talk to a person", conversation, "person")["replies"][-1]
    [number] = [choice["id"].partition(":")[2] for choice in reply["choices"] if choice["id"].startswith("withdraw:")]
    return conversation, int(number)


def test_stream_tells_everything_from_the_beginning(employee: httpx2.Client) -> None:
    conversation = say(employee, ANSWERED)["conversation"]
    history = employee.get(f"/api/chat/{conversation}").json()["turns"]
    with listening(employee, conversation) as heard:
        wait_until(lambda: len(heard.events) == 3)
        assert [event.kind for event in heard.events] == ["turn", "turn", "holder"]
        assert [event.data for event in heard.events[:2]] == history
        assert heard.turns() == [1, 2]
        assert heard.holders() == ["bot"]


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        ("", {"last-event-id": "2"}, [3, 4]),
        ("?after=2", {}, [3, 4]),
        ("?after=1", {"last-event-id": "3"}, [4]),
        ("?after=3", {"last-event-id": "1"}, [4]),
        ("?after=4", {}, []),
        ("?after=99", {}, []),
    ],
)
def test_stream_goes_on_where_it_broke_off(employee: httpx2.Client, query: str, headers: dict[str, str], expected: list[int]) -> None:
    conversation = say(employee, "hello")["conversation"]
    say(employee, ANSWERED, conversation)
    with listening(employee, conversation, query=query, headers=headers) as heard:
        wait_until(lambda: bool(heard.holders()))
        assert heard.turns() == expected


@pytest.mark.parametrize("bad", ["-1", "x", "9" * 30])
def test_stream_from_nonsense_is_refused(employee: httpx2.Client, bad: str) -> None:
    conversation = say(employee, "hello")["conversation"]
    assert employee.get(f"/api/chat/{conversation}/events?after={bad}").status_code == 422
    assert employee.get(f"/api/chat/{conversation}/events", headers={"last-event-id": bad}).status_code == 422


def test_what_is_said_meanwhile_comes_once_and_at_once(employee: httpx2.Client) -> None:
    conversation = say(employee, "hello")["conversation"]
    with listening(employee, conversation, query="?after=2") as heard:
        wait_until(lambda: bool(heard.holders()))
        for text in ("hello", ANSWERED, "thanks"):
            said = time.monotonic()
            answer = say(employee, text, conversation)
            wait_until(lambda last=answer["replies"][-1]["seq"]: last in heard.turns())
            assert heard.events[-1].at - said < AT_ONCE
        assert heard.turns() == [3, 4, 5, 6, 7, 8]


def test_the_agents_words_arrive_at_once(employee: httpx2.Client, agent: httpx2.Client) -> None:
    conversation, number = handed_over(employee)
    with listening(employee, conversation) as heard:
        wait_until(lambda: heard.holders() == ["person"])
        agent.post(f"/desk/{number}/claim")
        wait_until(lambda: "has joined" in heard.events[-1].data.get("text", ""))
        said = time.monotonic()
        agent.post(f"/desk/{number}/say", data={"text": "Which <b>network</b> are you in?"})
        wait_until(lambda: heard.events[-1].data.get("speaker") == "agent", seconds=AT_ONCE)
        newest = heard.events[-1]
        assert newest.at - said < AT_ONCE
        assert (newest.data["text"], newest.data["author"]) == ("Which <b>network</b> are you in?", "Agent Smith")
        agent.post(f"/desk/{number}/close", data={"article": "vpn-drops"})
        wait_until(lambda: heard.holders() == ["person", "bot"], seconds=AT_ONCE)
        say(employee, "No, not yet", conversation, f"not_solved:{number}")
        wait_until(lambda: heard.holders() == ["person", "bot", "person"], seconds=AT_ONCE)
        assert heard.turns() == list(range(1, len(heard.turns()) + 1))


def test_every_tab_hears_everything(employee: httpx2.Client, agent: httpx2.Client) -> None:
    conversation, number = handed_over(employee)
    with ExitStack() as open_streams:
        tabs = [open_streams.enter_context(listening(employee, conversation)) for _ in range(3)]
        agent.post(f"/desk/{number}/claim")
        agent.post(f"/desk/{number}/say", data={"text": "Hello to all tabs"})
        wait_until(lambda: all(tab.events and tab.events[-1].data.get("text") == "Hello to all tabs" for tab in tabs))
        assert len({tuple(tab.turns()) for tab in tabs}) == 1


def test_others_hear_nothing(employee: httpx2.Client) -> None:
    mine, other = (say(employee, "hello")["conversation"] for _ in range(2))
    with listening(employee, other) as heard:
        wait_until(lambda: bool(heard.holders()))
        say(employee, ANSWERED, mine)
        time.sleep(0.2)
        assert heard.turns() == [1, 2]
