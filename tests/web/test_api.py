"""The chat's interface as other programs use it: shapes, repeated messages, errors, history."""

from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from starlette.testclient import TestClient

from bot.assistant import LONGEST_TEXT
from bot.web.chat import SHORTEST_SAFE_REF, VISITOR_COOKIE
from tests.web.conftest import Browser
from tests.web.house import ANSWERED, UNANSWERED, House, asked, build_house, call_person, new_ref, say

REPLY_KEYS = {"seq", "speaker", "author", "at", "kind", "text", "html", "article", "choices", "confidence", "ref"}
SHORT_REF = "m1"


@pytest.fixture(scope="module")
def described(running: TestClient) -> dict[str, Any]:
    """The interface's own description."""
    description: dict[str, Any] = running.get("/openapi.json").json()
    return description


def fits(described: dict[str, Any], name: str, value: object) -> bool:
    """Whether the value has the shape that the description calls `name`; raises when it has not."""
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{name}", "components": described["components"]})
    return True


def test_first_message_has_no_conversation_and_gets_one(client: TestClient, described: dict[str, Any]) -> None:
    response = client.post("/api/chat", json={"conversation": None, "ref": new_ref(), "text": ANSWERED})
    answer = response.json()
    assert response.status_code == 200
    assert fits(described, "AskOut", answer)
    assert set(answer) == {"conversation", "seq", "holder", "repeated", "replies"}
    assert len(answer["conversation"]) >= 32
    assert (answer["seq"], answer["holder"], answer["repeated"]) == (1, "bot", False)
    [reply] = answer["replies"]
    assert set(reply) == REPLY_KEYS
    assert (reply["kind"], reply["speaker"], reply["seq"]) == ("answer", "bot", 2)
    assert set(reply["article"]) == {"id", "title", "url"}
    assert reply["article"]["id"] == "vpn-drops"
    assert 0 < reply["confidence"] <= 1
    assert [set(choice) for choice in reply["choices"]] == [{"id", "label"}] * 3


@pytest.mark.parametrize(
    ("text", "choice", "kind"),
    [
        (ANSWERED, None, "answer"),
        (UNANSWERED, None, "unknown"),
        ("hello", None, "text"),
        ("", None, "text"),
        ("Talk to a person", "person", "handoff"),
        ("talk to a human please", None, "handoff"),
    ],
)
def test_every_kind_of_reply_has_the_described_shape(
    client: TestClient, described: dict[str, Any], text: str, choice: str | None, kind: str
) -> None:
    answer = say(client, text, choice=choice)
    assert fits(described, "AskOut", answer)
    assert answer["replies"][-1]["kind"] == kind
    assert answer["holder"] == ("person" if kind == "handoff" else "bot")


def test_choice_offers_articles_by_id(client: TestClient, described: dict[str, Any]) -> None:
    conversation = say(client, ANSWERED)["conversation"]
    answer = say(client, "No", conversation, choice="not_helped:vpn-drops")
    assert fits(described, "AskOut", answer)
    [offer] = answer["replies"]
    assert offer["kind"] == "choice"
    first = offer["choices"][0]
    chosen = say(client, first["label"], conversation, choice=first["id"])["replies"][0]
    assert chosen["kind"] == "answer"
    assert first["id"] == f"article:{chosen['article']['id']}"


@pytest.mark.parametrize(
    "pressed", ["article:no-such", "solved:4711", "not_solved:99999999999999999999", "solved:²", "withdraw:1", "??", "none"]
)
def test_unknown_or_old_choices_are_answered_kindly(client: TestClient, pressed: str) -> None:
    assert say(client, "a button", choice=pressed)["replies"]


def test_numbers_go_on_without_holes(client: TestClient) -> None:
    conversation = say(client, "hello")["conversation"]
    for text in (ANSWERED, "no", "my tickets", UNANSWERED):
        say(client, text, conversation)
    turns = client.get(f"/api/chat/{conversation}").json()["turns"]
    assert [turn["seq"] for turn in turns] == list(range(1, len(turns) + 1))


def test_same_ref_in_a_conversation_is_recorded_once(client: TestClient) -> None:
    conversation = say(client, "hello")["conversation"]
    first = say(client, ANSWERED, conversation, ref="again")
    second = say(client, ANSWERED, conversation, ref="again")
    assert (first["repeated"], second["repeated"]) == (False, True)
    assert second["replies"] == first["replies"]
    assert second["seq"] == first["seq"]
    assert len(client.get(f"/api/chat/{conversation}").json()["turns"]) == 4


def test_same_ref_in_another_conversation_is_another_message(client: TestClient) -> None:
    one, two = say(client, "hello")["conversation"], say(client, "hello")["conversation"]
    assert not say(client, ANSWERED, one, ref="shared")["repeated"]
    assert not say(client, ANSWERED, two, ref="shared")["repeated"]


def test_first_message_repeated_by_the_same_browser_leads_to_the_same_conversation(client: TestClient) -> None:
    client.get("/")
    assert VISITOR_COOKIE in client.cookies
    first, second = (say(client, ANSWERED, ref=SHORT_REF) for _ in range(2))
    assert second["conversation"] == first["conversation"]
    assert second["repeated"]
    assert second["replies"] == first["replies"]


def test_first_message_repeated_without_cookie_needs_a_long_ref(client: TestClient) -> None:
    long = "x" * (SHORTEST_SAFE_REF - 1) + "7"
    first, second = (say(client, ANSWERED, ref=long) for _ in range(2))
    assert second["conversation"] == first["conversation"]
    assert second["repeated"]
    short, again = (say(client, ANSWERED, ref=SHORT_REF) for _ in range(2))
    assert short["conversation"] != again["conversation"]
    assert not again["repeated"]


def test_somebody_elses_ref_leads_to_a_conversation_of_their_own(browser: Browser) -> None:
    ana, ben = browser(), browser()
    ana.get("/")
    ben.get("/")
    ref = new_ref()
    assert say(ana, ANSWERED, ref=ref)["conversation"] != say(ben, ANSWERED, ref=ref)["conversation"]
    assert not say(browser(), ANSWERED, ref=ref)["repeated"]


@pytest.mark.parametrize("address", ["no-such", "x" * 100, "../../etc/passwd", "'; drop table turn; --"])
def test_unknown_conversation_is_not_found(client: TestClient, address: str) -> None:
    answer = client.post("/api/chat", json={"conversation": address, "ref": "r", "text": "hello"})
    assert answer.status_code == 404
    assert "no such conversation" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/api/chat/no-such", "/api/chat/no-such/events"])
def test_unknown_conversation_cannot_be_read(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "no such conversation" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"hello"',
        "null",
        "{}",
        '{"ref": "r"}',
        '{"ref": "", "text": "hello"}',
        '{"ref": "r", "text": null}',
        '{"ref": "r", "text": 5}',
        '{"ref": 5, "text": "hello"}',
        '{"ref": "r", "text": "hello", "colour": "red"}',
        '{"ref": "r", "text": "hello", "conversation": 5}',
        '{"ref": "r", "text": "half a pair \\ud800"}',
        '{"ref": "\\ud800", "text": "hello"}',
        '{"ref": "nul \\u0000", "text": "hello"}',
        '{"ref": "r", "text": "hello", "choice": "nul \\u0000"}',
        '{"ref": "r", "text": "hello", "conversation": "nul \\u0000"}',
        '{"ref": "' + "r" * 151 + '", "text": "hello"}',
        '{"ref": "r", "text": "' + "x" * 200_001 + '"}',
    ],
)
def test_malformed_messages_are_refused_without_echo(client: TestClient, body: str) -> None:
    answer = client.post("/api/chat", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert len(answer.content) < 1000


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_of_another_page_is_no_message(client: TestClient, kind: str) -> None:
    answer = client.post("/api/chat", content='{"ref": "r", "text": "hello"}', headers={"content-type": kind})
    assert answer.status_code == 422


def test_a_long_text_is_cut_and_says_so(client: TestClient) -> None:
    answer = say(client, "x" * 100_000)
    assert "first part" in answer["replies"][0]["text"]
    heard = client.get(f"/api/chat/{answer['conversation']}").json()["turns"][0]
    assert len(heard["text"]) == LONGEST_TEXT


def test_text_keeps_every_character_but_nul(client: TestClient) -> None:
    text = "a\x00b 😀 \u202eabc \u0301 \ufffe\t\r\n<&>\"'"
    answer = say(client, text)
    heard = client.get(f"/api/chat/{answer['conversation']}").json()["turns"][0]
    assert heard["text"] == text.replace("\x00", "")


def test_more_than_two_megabytes_are_refused(client: TestClient) -> None:
    answer = client.post("/api/chat", json={"ref": "r", "text": "x" * 2_100_000})
    assert answer.status_code == 413
    assert "too much" in answer.json()["detail"]
    chunks = (b"x" * 100_000 for _ in range(30))
    assert client.post("/api/chat", content=chunks, headers={"content-type": "application/json"}).status_code == 400


def test_history_is_what_was_said(client: TestClient, described: dict[str, Any]) -> None:
    answer = say(client, ANSWERED, ref="my-own-ref-of-it-1")
    read = client.get(f"/api/chat/{answer['conversation']}").json()
    assert fits(described, "HistoryOut", read)
    assert set(read) == {"conversation", "holder", "turns"}
    heard, *replies = read["turns"]
    assert (heard["speaker"], heard["text"], heard["ref"], heard["html"]) == ("employee", ANSWERED, "my-own-ref-of-it-1", "")
    assert replies == answer["replies"]


def test_history_goes_on_after_a_number(client: TestClient) -> None:
    conversation = say(client, "hello")["conversation"]
    say(client, ANSWERED, conversation)
    turns = client.get(f"/api/chat/{conversation}?after=2").json()["turns"]
    assert [turn["seq"] for turn in turns] == [3, 4]
    assert client.get(f"/api/chat/{conversation}?after=4").json()["turns"] == []


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 30])
def test_history_after_nonsense_is_refused(client: TestClient, after: str) -> None:
    conversation = say(client, "hello")["conversation"]
    assert client.get(f"/api/chat/{conversation}?after={after}").status_code == 422


def test_history_survives_the_end_of_a_conversation(client: TestClient) -> None:
    conversation = say(client, ANSWERED)["conversation"]
    say(client, "start over", conversation, choice="start_over")
    say(client, "hello", conversation)
    assert [turn["seq"] for turn in client.get(f"/api/chat/{conversation}").json()["turns"]] == [1, 2, 3, 4, 5, 6]


def test_employee_is_told_who_holds_the_conversation(client: TestClient) -> None:
    conversation, _ = call_person(client)
    assert client.get(f"/api/chat/{conversation}").json()["holder"] == "person"
    answer = say(client, "are you there?", conversation)
    assert answer["holder"] == "person"


def test_staff_is_known_by_name(browser: Browser, house: House) -> None:
    agent = browser("agent")
    conversation = say(agent, ANSWERED)["conversation"]
    turns = browser().get(f"/api/chat/{conversation}").json()["turns"]
    assert turns[0]["author"] == house.staff["agent"].display_name


def test_sign_in_can_be_required(template: Path, tmp_path: Path) -> None:
    house = build_house(template, tmp_path, chat={"sign_in_required": True})
    with asked(house) as client:
        assert client.get("/").headers["location"] == "/sign-in?next=/"
        for path in ("/api/chat/x", "/api/chat/x/events"):
            assert client.get(path).status_code == 403
        assert client.post("/api/chat", json={"ref": "r", "text": "hello"}).status_code == 403
        client.cookies.set("zerolevel_sign_in", house.cookie("manager"))
        assert client.get("/").status_code == 200
        assert say(client, "hello")["replies"]


def test_only_the_interface_is_described(described: dict[str, Any]) -> None:
    assert set(described["paths"]) == {
        "/api/chat",
        "/api/chat/{conversation}",
        "/api/chat/{conversation}/events",
        "/healthz",
        "/readyz",
        "/metrics",
    }
