"""Signing in and out: passwords, locks, one-time links, where one lands, how long it lasts."""

import re
from datetime import timedelta

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from bot import people
from bot.web.sign_in import COOKIE
from tests.web.conftest import Browser
from tests.web.house import PASSWORD, ROLES, House

FIRST_PAGE = {"agent": "/desk", "editor": "/knowledge", "manager": "/statistics", "admin": "/desk"}
ELSEWHERE = (
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "http:/evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/desk\r\nset-cookie: a=b",
    "/desk\\..\\..",
    " //evil.example",
)


def _sign_in(client: TestClient, name: str, password: str = PASSWORD, target: str = "") -> Response:
    return client.post("/sign-in", data={"name": name, "password": password, "next": target})


@pytest.mark.parametrize("role", ROLES)
def test_right_password_leads_to_the_first_page_of_the_role(role: str, client: TestClient) -> None:
    form = client.get("/sign-in").text
    assert re.search(r'name="next" value=""', form)
    answer = _sign_in(client, role)
    assert (answer.status_code, answer.headers["location"]) == (303, FIRST_PAGE[role])
    page = client.get(FIRST_PAGE[role])
    assert page.status_code == 200
    assert f"{role.title()} Smith" in page.text


def test_name_is_forgiving_and_password_is_not(client: TestClient) -> None:
    assert _sign_in(client, "  AGENT ").status_code == 303
    for password in (PASSWORD.upper(), f" {PASSWORD}", f"{PASSWORD} ", ""):
        assert _sign_in(client, "agent", password).status_code == 401


@pytest.mark.parametrize("name", ["manager", "nobody-of-this-name", "", "x" * 5000, "' or 1=1 --"])
def test_a_refusal_does_not_tell_which_names_exist(name: str, client: TestClient) -> None:
    answer = _sign_in(client, name, "wrong password")
    assert answer.status_code == 401
    assert "Name or password is not right. Please try again." in answer.text
    assert "wrong password" not in answer.text
    assert COOKIE not in client.cookies


def test_what_was_typed_as_name_stays(client: TestClient) -> None:
    assert 'value="manager"' in _sign_in(client, "manager", "wrong").text


def test_wrong_passwords_lock_for_a_while(house: House, client: TestClient) -> None:
    _account(house, "locked", "agent")
    for _ in range(house.core.settings.signin.attempts):
        assert "not right" in _sign_in(client, "locked", "wrong").text
    answer = _sign_in(client, "locked")
    assert answer.status_code == 401
    assert "Too many attempts" in answer.text
    house.clock.ahead += timedelta(minutes=house.core.settings.signin.locked_minutes, seconds=1)
    assert _sign_in(client, "locked").status_code == 303


def test_a_right_password_forgets_the_wrong_ones(house: House, client: TestClient) -> None:
    _account(house, "forgetful", "agent")
    for _ in range(3):
        for _ in range(house.core.settings.signin.attempts - 1):
            _sign_in(client, "forgetful", "wrong")
        assert _sign_in(client, "forgetful").status_code == 303


def test_one_time_link_signs_in_once(house: House, browser: Browser) -> None:
    token = house.once("agent")
    first, second = browser(), browser()
    answer = first.post(f"/sign-in/once/{token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    assert first.get("/desk").status_code == 200
    refused = second.post(f"/sign-in/once/{token}")
    assert refused.status_code == 401
    assert "used already or is too old" in refused.text
    assert COOKIE not in second.cookies


def test_looking_at_a_one_time_link_does_not_use_it(house: House, client: TestClient) -> None:
    token = house.once("editor")
    for _ in range(3):
        preview = client.get(f"/sign-in/once/{token}")
        assert (preview.status_code, COOKIE in client.cookies) == (200, False)
        assert client.head(f"/sign-in/once/{token}").status_code in (200, 405)
    assert client.post(f"/sign-in/once/{token}").headers["location"] == "/knowledge"


def test_one_time_link_grows_old(house: House, client: TestClient) -> None:
    token = house.once("agent")
    house.clock.ahead += people.ONCE_LASTS
    assert client.post(f"/sign-in/once/{token}").status_code == 401


def test_the_secret_of_a_link_is_no_cookie_and_the_other_way_round(house: House, client: TestClient) -> None:
    client.cookies.set(COOKIE, house.once("agent"))
    assert client.get("/desk").status_code == 303
    client.cookies.clear()
    assert client.post(f"/sign-in/once/{house.cookie('agent')}").status_code == 401


@pytest.mark.parametrize("target", ["/desk/1001", "/statistics/rows?kind=all&value=a%20b", "/", "/a/vpn-drops#top"])
def test_whoever_signs_in_comes_back(target: str, client: TestClient) -> None:
    assert _sign_in(client, "admin", target=target).headers["location"] == target


@pytest.mark.parametrize("path", ["/desk", "/desk/1001", "/statistics/rows?kind=all&value=a%20b%26c"])
def test_the_page_that_was_asked_for_is_remembered(path: str, client: TestClient) -> None:
    sign_in = client.get(client.get(path).headers["location"])
    [target] = re.findall(r'name="next" value="([^"]*)"', sign_in.text)
    assert _sign_in(client, "admin", target=target.replace("&amp;", "&")).headers["location"] == path


def test_after_a_form_without_sign_in_one_comes_back_to_its_page(client: TestClient) -> None:
    answer = client.post("/desk/1001/say", data={"text": "typed"}, headers={"referer": "http://testserver/desk/1001?done=said"})
    assert answer.headers["location"] == "/sign-in?next=/desk/1001"
    answer = client.post("/desk/1001/say", data={"text": "typed"}, headers={"referer": "http://evil.example/desk/1001"})
    assert answer.headers["location"] == "/sign-in?next="


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_never_leads_elsewhere(target: str, client: TestClient) -> None:
    shown = client.get("/sign-in", params={"next": target}).text
    assert re.search(r'name="next" value=""', shown)
    assert _sign_in(client, "agent", target=target).headers["location"] == "/desk"
    refused = _sign_in(client, "agent", "wrong", target)
    assert re.search(r'name="next" value=""', refused.text)


def test_signing_out_ends_it_everywhere_at_once(house: House, browser: Browser) -> None:
    secret = house.cookie("agent")
    one, copy = browser(), browser()
    for client in (one, copy):
        client.cookies.set(COOKIE, secret)
        assert client.get("/desk").status_code == 200
    assert one.post("/sign-out").headers["location"] == "/"
    assert copy.get("/desk").status_code == 303


def test_sign_in_ends_after_idle_time_and_in_any_case(house: House, browser: Browser) -> None:
    settings = house.core.settings.signin
    idle, busy = browser("agent"), browser("agent")
    for _ in range(settings.absolute_hours * 60 // settings.idle_minutes):
        assert busy.get("/desk").status_code == 200
        house.clock.ahead += timedelta(minutes=settings.idle_minutes - 1)
    assert idle.get("/desk").status_code == 303
    assert busy.get("/desk").status_code == 200
    house.clock.ahead += timedelta(minutes=settings.idle_minutes - 1)
    assert busy.get("/desk").status_code == 303


@pytest.mark.parametrize("value", ["", "x", "x" * 5000, "é", "a b"])
def test_a_made_up_cookie_is_nobody(value: str, client: TestClient) -> None:
    answer = client.get("/desk", headers=[(b"cookie", f"{COOKIE}={value}".encode())])
    assert answer.status_code == 303


def test_signing_in_again_does_not_keep_a_planted_secret(house: House, client: TestClient) -> None:
    client.cookies.set(COOKIE, "planted")
    _sign_in(client, "agent")
    assert all(cookie.value != "planted" for cookie in client.cookies.jar if cookie.domain)


def _account(house: House, name: str, role: str) -> None:
    with house.core.database.writing() as session:
        people.add_staff(session, name, roles=[role], password=PASSWORD, now=house.core.now())
