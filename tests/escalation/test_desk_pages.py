"""The desk as an agent uses it: forms are posted, pages are looked at."""

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Browser
from tests.web.house import ANSWERED, House, asked, build_house, call_person, say

TITLE = "The VPN keeps disconnecting"
TYPED = "I have looked into it: please <b>restart</b> the router & write back."


@pytest.fixture
def ana(browser: Browser) -> TestClient:
    """An agent."""
    return browser("agent")


@pytest.fixture
def ben(browser: Browser) -> TestClient:
    """Another one."""
    return browser("admin")


def claimed_by(agent: TestClient, employee: TestClient) -> tuple[str, int]:
    conversation, number = call_person(employee)
    assert agent.post(f"/desk/{number}/claim").status_code == 303
    return conversation, number


def text_of(page: str) -> str:
    """What a reader sees."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def last_turn(client: TestClient, conversation: str) -> dict[str, object]:
    turn: dict[str, object] = client.get(f"/api/chat/{conversation}").json()["turns"][-1]
    return turn


def test_an_empty_desk_says_so(template: Path, tmp_path: Path) -> None:
    house = build_house(template, tmp_path)
    with asked(house) as client:
        client.cookies.set("zerolevel_sign_in", house.cookie("agent"))
        assert "Nobody is waiting." in client.get("/desk").text


def test_the_longest_waiting_stands_first(ana: TestClient, client: TestClient) -> None:
    numbers = [call_person(client)[1] for _ in range(3)]
    page = ana.get("/desk").text
    places = [page.index(f'href="/desk/{number}"') for number in numbers]
    assert places == sorted(places)
    assert text_of(page).count("waiting just now") >= 3


def test_lists_tell_mine_from_those_of_colleagues(ana: TestClient, ben: TestClient, client: TestClient) -> None:
    mine, theirs = claimed_by(ana, client)[1], claimed_by(ben, client)[1]
    part = ana.get("/desk/queue").text
    assert part.index('id="mine"') < part.index(f"/desk/{mine}") < part.index('id="others"') < part.index(f"/desk/{theirs}")
    assert "<html" not in part
    assert 'id="waiting"' in part


def test_the_ticket_tells_the_whole_story(ana: TestClient, client: TestClient) -> None:
    conversation = say(client, "VPN keeps droping since monday")["conversation"]
    say(client, "No", conversation, choice="not_helped:vpn-drops")
    say(client, "None of these", conversation, choice="none")
    answer = say(client, "Talk to a person", conversation, choice="person")
    number = int(answer["replies"][-1]["choices"][-1]["id"].partition(":")[2])
    say(client, "Kim Sommer", conversation)
    say(client, "My laptop, error 809", conversation)
    page = text_of(ana.get(f"/desk/{number}").text)
    transcript = text_of(ana.get(f"/desk/{number}/transcript").text)
    for said in ("VPN keeps droping since monday", "use a network cable", "None of these", "Talk to a person", "My laptop, error 809"):
        assert said in transcript
        assert said in page
    for told in (
        f"{number}",
        "after the bot could not help",
        "Kim Sommer",
        "Support desk",
        "Device or program, error message My laptop, error 809",
        TITLE,
        "%",
    ):
        assert told in page
    turns = client.get(f"/api/chat/{conversation}").json()["turns"]
    assert ana.get(f"/desk/{number}").text.count('<li class="turn') == len(turns)


def test_transcript_goes_on_through_idle_time(house: House, ana: TestClient, client: TestClient) -> None:
    """Closed, and days later, in a new conversation at the same place: “not solved”. The agent reads both."""
    conversation, number = claimed_by(ana, client)
    ana.post(f"/desk/{number}/close", data={"article": "none"})
    house.clock.ahead += timedelta(days=2)
    signed_in_again = house.cookie("agent")
    ana.cookies.set("zerolevel_sign_in", signed_in_again)
    say(client, "hello again, it is me", conversation)
    say(client, "No, not yet", conversation, choice=f"not_solved:{number}")
    page = ana.get(f"/desk/{number}").text
    assert ANSWERED in text_of(page)
    assert "hello again, it is me" in text_of(page)
    assert "reopened" in text_of(page)
    assert page.count('<li class="turn') == len(client.get(f"/api/chat/{conversation}").json()["turns"])


def test_claim_say_close_and_what_the_employee_reads(ana: TestClient, client: TestClient) -> None:
    conversation, number = call_person(client)
    answer = ana.post(f"/desk/{number}/claim")
    assert answer.headers["location"] == f"/desk/{number}?done=claimed"
    assert "This one is yours now." in ana.get(answer.headers["location"]).text
    assert "Agent Smith has joined" in str(last_turn(client, conversation)["text"])
    answer = ana.post(f"/desk/{number}/say", data={"text": TYPED})
    assert answer.headers["location"] == f"/desk/{number}?done=said#end"
    assert f'data-sent="say-{number}"' in ana.get(answer.headers["location"]).text
    said = last_turn(client, conversation)
    assert (said["speaker"], said["author"], said["text"]) == ("agent", "Agent Smith", TYPED)
    answer = ana.post(f"/desk/{number}/close", data={"article": TITLE})
    assert answer.headers["location"] == "/desk?done=closed"
    asked_back = last_turn(client, conversation)
    assert "Is it solved?" in str(asked_back["text"])
    assert "/a/vpn-drops" in str(asked_back["text"])
    say(client, "Yes, solved", conversation, choice=f"solved:{number}")
    page = text_of(ana.get(f"/desk/{number}").text)
    assert "The employee says it is solved" in page
    assert f"with {TITLE}" in page
    assert 'href="/a/vpn-drops"' in ana.get(f"/desk/{number}").text


@pytest.mark.parametrize(("article", "told"), [("none", "no article says this yet"), ("vpn-drops", TITLE), ("  vpn-drops ", TITLE)])
def test_closing_by_id_or_without_an_article(article: str, told: str, ana: TestClient, client: TestClient) -> None:
    _, number = claimed_by(ana, client)
    assert ana.post(f"/desk/{number}/close", data={"article": article}).status_code == 303
    assert told in text_of(ana.get(f"/desk/{number}").text)


def test_hand_back_release_and_who_is_told(ana: TestClient, ben: TestClient, client: TestClient) -> None:
    conversation, number = claimed_by(ana, client)
    assert ana.post(f"/desk/{number}/release").headers["location"] == "/desk?done=released"
    assert "passed your request back to the team" in str(last_turn(client, conversation)["text"])
    ben.post(f"/desk/{number}/claim")
    assert ben.post(f"/desk/{number}/hand-back").headers["location"] == "/desk?done=handed_back"
    assert "given our chat back to me" in str(last_turn(client, conversation)["text"])
    assert client.get(f"/api/chat/{conversation}").json()["holder"] == "bot"


def test_employee_says_no_and_it_waits_again(ana: TestClient, client: TestClient) -> None:
    conversation, number = claimed_by(ana, client)
    ana.post(f"/desk/{number}/close", data={"article": "vpn-drops"})
    answer = say(client, "No, not yet", conversation, choice=f"not_solved:{number}")
    assert answer["holder"] == "person"
    page = text_of(ana.get(f"/desk/{number}").text)
    assert "reopened" in page
    assert "Claim and answer" in page
    assert "Closed" not in page.split("History")[0]


def test_withdrawn_by_the_employee(ana: TestClient, client: TestClient) -> None:
    conversation, number = call_person(client)
    say(client, "I no longer need this", conversation, choice=f"withdraw:{number}")
    page = text_of(ana.get(f"/desk/{number}").text)
    assert "the employee no longer needs it" in page
    assert "Claim" not in page


@pytest.mark.parametrize("done", ["claimed", "said", "closed", "no-such", ""])
def test_messages_are_ours_alone(done: str, ana: TestClient) -> None:
    assert ('class="notice" role="status"' in ana.get(f"/desk?done={done}").text) == (done in ("claimed", "said", "closed"))


# What is refused, and that nothing typed is lost


def test_what_was_typed_stays_when_a_colleague_has_it(ana: TestClient, ben: TestClient, client: TestClient) -> None:
    conversation, number = claimed_by(ben, client)
    before = last_turn(client, conversation)
    answer = ana.post(f"/desk/{number}/say", data={"text": TYPED})
    assert answer.status_code == 409
    assert f"Admin Smith is already working on ticket {number}." in answer.text
    assert TYPED in html.unescape(answer.text)
    assert "Your text, not sent" in answer.text
    assert last_turn(client, conversation) == before


def test_what_was_typed_stays_when_it_was_not_claimed(ana: TestClient, client: TestClient) -> None:
    _, number = call_person(client)
    answer = ana.post(f"/desk/{number}/say", data={"text": TYPED})
    assert answer.status_code == 409
    assert f"Claim ticket {number} first" in answer.text
    assert TYPED in html.unescape(answer.text)


def test_what_was_typed_stays_when_it_was_closed_meanwhile(ana: TestClient, client: TestClient) -> None:
    conversation, number = claimed_by(ana, client)
    say(client, "I no longer need this", conversation, choice=f"withdraw:{number}")
    answer = ana.post(f"/desk/{number}/say", data={"text": TYPED})
    assert answer.status_code == 409
    assert f"Ticket {number} is closed. It opens again when the employee says that it is not solved." in answer.text
    assert TYPED in html.unescape(answer.text)


def test_an_empty_answer_is_not_sent(ana: TestClient, client: TestClient) -> None:
    _, number = claimed_by(ana, client)
    answer = ana.post(f"/desk/{number}/say", data={"text": " \n "})
    assert answer.status_code == 409
    assert "Write something first, then send it." in answer.text


@pytest.mark.parametrize("article", ["No such title", ""])
def test_an_unknown_article_closes_nothing(article: str, ana: TestClient, client: TestClient) -> None:
    conversation, number = claimed_by(ana, client)
    answer = ana.post(f"/desk/{number}/close", data={"article": article})
    assert answer.status_code == 409
    assert "Choose" in text_of(answer.text)
    assert f'value="{article}"' in answer.text
    assert client.get(f"/api/chat/{conversation}").json()["holder"] == "person"


def test_two_who_claim_are_told_who_has_it(ana: TestClient, ben: TestClient, client: TestClient) -> None:
    _, number = claimed_by(ana, client)
    answer = ben.post(f"/desk/{number}/claim")
    assert answer.status_code == 409
    assert f"Agent Smith is already working on ticket {number}." in answer.text
    assert "Agent Smith is working on this one." in text_of(answer.text)
    assert ana.post(f"/desk/{number}/claim").status_code == 303


def test_a_double_click_says_it_once(ana: TestClient, client: TestClient) -> None:
    conversation, number = call_person(client)
    for _ in range(2):
        assert ana.post(f"/desk/{number}/claim").status_code == 303
    joined = [turn for turn in client.get(f"/api/chat/{conversation}").json()["turns"] if "has joined" in turn["text"]]
    assert len(joined) == 1


def test_what_the_bot_knows_is_not_for_the_employee(ana: TestClient, client: TestClient) -> None:
    conversation, _ = claimed_by(ana, client)
    shown = client.get(f"/api/chat/{conversation}").text
    assert "candidates" not in shown
    assert "explanation" not in shown
