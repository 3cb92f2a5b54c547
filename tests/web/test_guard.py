"""What every request passes: where it comes from, how large it is, and the headers of every answer."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.web.chat import VISITOR_COOKIE
from bot.web.guard import HEADERS
from bot.web.sign_in import COOKIE
from tests.web.conftest import Browser
from tests.web.house import PASSWORD, House, asked, build_house, call_person

FOREIGN: tuple[Mapping[str, str], ...] = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    {"origin": "https://evil.example"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://testserver:81"},
    {"origin": "null"},
    {"origin": ""},
)
OWN: tuple[Mapping[str, str], ...] = (
    {},
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"origin": "http://testserver"},
    {"sec-fetch-site": "same-origin", "origin": "http://testserver"},
)


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_of_another_site_is_refused(headers: Mapping[str, str], browser: Browser, running: TestClient) -> None:
    _, number = call_person(running)
    agent = browser("agent")
    answer = agent.post(f"/desk/{number}/claim", headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert "Claim and answer" in agent.get(f"/desk/{number}").text


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_no_other_site_can_speak_or_sign_somebody_in_or_out(headers: Mapping[str, str], browser: Browser) -> None:
    agent = browser("agent")
    assert agent.post("/api/chat", json={"ref": "r", "text": "hello"}, headers=headers).json().keys() == {"detail"}
    assert agent.post("/sign-in", data={"name": "admin", "password": PASSWORD}, headers=headers).status_code == 403
    assert agent.post("/sign-out", headers=headers).status_code == 403
    assert agent.get("/desk").status_code == 200


@pytest.mark.parametrize("headers", OWN, ids=str)
def test_own_forms_are_taken(headers: Mapping[str, str], browser: Browser, running: TestClient) -> None:
    _, number = call_person(running)
    assert browser("agent").post(f"/desk/{number}/claim", headers=headers).status_code == 303


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_links_from_anywhere_may_be_followed(headers: Mapping[str, str], browser: Browser) -> None:
    assert browser("agent").get("/desk", headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_every_method_that_changes_is_guarded(method: str, client: TestClient) -> None:
    assert client.request(method, "/desk", headers={"origin": "https://evil.example"}).status_code == 403
    assert client.request(method, "/desk").status_code == 405


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/desk"),
        ("GET", "/no-such-page"),
        ("GET", "/static/chat.js"),
        ("GET", "/static/no-such-file"),
        ("GET", "/healthz"),
        ("GET", "/metrics"),
        ("GET", "/api/chat/no-such"),
        ("POST", "/api/chat"),
        ("POST", "/desk"),
        ("POST", "/sign-in"),
        ("GET", "/knowledge?page=x"),
        ("GET", "/a/x%00y"),
    ],
)
def test_every_answer_has_the_security_headers(method: str, path: str, client: TestClient) -> None:
    answer = client.request(method, path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")


def test_refusals_have_them_too(client: TestClient) -> None:
    answers = [
        client.post("/sign-out", headers={"origin": "https://evil.example"}),
        client.post("/sign-in", content="x" * 2_100_000),
    ]
    assert [answer.status_code for answer in answers] == [403, 413]
    for answer in answers:
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers.items() >= HEADERS.items()


def test_the_policy_allows_nothing_inline_and_nobody_to_frame() -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in HEADERS["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in HEADERS["content-security-policy"]


def test_pages_keep_to_the_policy(browser: Browser, running: TestClient) -> None:
    """No inline script or style, nothing loaded from elsewhere; charts are drawn with attributes."""
    _, number = call_person(running)
    admin = browser("admin")
    pages = ["/", "/sign-in", "/sign-in/once/x", "/desk", f"/desk/{number}", "/knowledge", "/knowledge/articles", "/knowledge/articles/new"]
    pages += ["/knowledge/articles/vpn-drops", "/a/vpn-drops", "/statistics", "/statistics/rows", "/no-such-page"]
    for page in pages:
        text = admin.get(page).text
        assert not re.search(r"<script(?![^>]*\ssrc=\"/static/)", text), page
        assert not re.search(r"<style|\sstyle=|\son\w+=\"", text), page
        assert not re.search(r"<(?:img|link|script|iframe)[^>]+(?:src|href)=\"(?!/static/)", text), page


def test_nothing_is_asked_of_a_machine_but_the_file_again(client: TestClient) -> None:
    first = client.get("/static/zerolevel.css")
    again = client.get("/static/zerolevel.css", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/static/../guard.py", "/static/%2e%2e/guard.py", "/static/..%2fguard.py", "/static//etc/passwd"])
def test_static_files_stay_in_their_folder(path: str, client: TestClient) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/a/x%00y", "/?q=%00", "/api/chat/%00", "/api/chat/%00/events", "/desk?done=%00"])
def test_nul_in_an_address_is_refused(path: str, browser: Browser) -> None:
    assert browser("admin").get(path).status_code == 400


@pytest.mark.parametrize(("base_url", "secure"), [("https://ask.example", True), ("http://ask.example", False), ("", False)])
def test_cookies_are_for_us_alone(base_url: str, secure: bool, template: Path, tmp_path: Path) -> None:
    house = build_house(template, tmp_path, server={"base_url": base_url})
    with asked(house) as client:
        visit = client.get("/").headers["set-cookie"]
        sign_in = client.post("/sign-in", data={"name": "agent", "password": PASSWORD}).headers["set-cookie"]
        sign_out = client.post("/sign-out").headers["set-cookie"]
    assert visit.startswith(f"{VISITOR_COOKIE}=")
    assert sign_in.startswith(f"{COOKIE}=")
    for cookie in (visit, sign_in, sign_out):
        parts = {part.strip().casefold() for part in cookie.split(";")}
        assert {"httponly", "samesite=lax", "path=/"} <= parts
        assert ("secure" in parts) == secure
        assert not any(part.startswith("domain") for part in parts)


def test_links_in_answers_lead_to_the_public_address(template: Path, tmp_path: Path) -> None:
    house: House = build_house(template, tmp_path, server={"base_url": "https://ask.example/"})
    with asked(house) as client:
        reply = client.post("/api/chat", json={"ref": "r", "text": "VPN keeps dropping"}).json()["replies"][0]
    assert reply["article"]["url"] == "https://ask.example/a/vpn-drops"
