"""Who may open what: every address of the application × everybody. An address that is not in this table fails the first test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from sqlalchemy import Select, Table, select
from starlette.testclient import TestClient

from analytics.store import episodes_between
from bot.database import METADATA
from knowledge import articles
from knowledge.model import Draft
from tests.web.conftest import Browser
from tests.web.house import ANSWERED, ROLES, UNANSWERED, House, call_person, say

EVERYBODY = frozenset({"", *ROLES})
DESK = frozenset({"agent", "admin"})
KNOWLEDGE = frozenset({"editor", "admin"})
STATISTICS = frozenset(ROLES)


@dataclass(frozen=True)
class Address:
    """A method and a path, who may use it, with what it is called, and the status that says that it was let in."""

    method: str
    path: str
    allowed: frozenset[str]
    form: dict[str, str] = field(default_factory=dict)
    welcome: tuple[int, ...] = (200,)
    json: dict[str, object] | None = None


WENT_ON = (303,)
TABLE = (
    Address("GET", "/", EVERYBODY),
    Address("GET", "/openapi.json", EVERYBODY),
    Address("GET", "/static/{file}", EVERYBODY),
    Address("POST", "/api/chat", EVERYBODY, json={"ref": "r", "text": "hello"}),
    Address("GET", "/api/chat/{conversation}", EVERYBODY),
    Address("GET", "/api/chat/{conversation}/events", EVERYBODY),
    Address("GET", "/sign-in", EVERYBODY),
    Address("POST", "/sign-in", EVERYBODY, {"name": "nobody", "password": "x"}, (401,)),
    Address("GET", "/sign-in/once/{token}", EVERYBODY),
    Address("POST", "/sign-in/once/{token}", EVERYBODY, {}, (401,)),
    Address("POST", "/sign-out", EVERYBODY, {}, WENT_ON),
    Address("GET", "/a/{article}", EVERYBODY),
    Address("GET", "/healthz", EVERYBODY),
    Address("GET", "/readyz", EVERYBODY),
    Address("GET", "/metrics", EVERYBODY),
    Address("GET", "/desk", DESK),
    Address("GET", "/desk/queue", DESK),
    Address("GET", "/desk/{number:int}", DESK),
    Address("GET", "/desk/{number:int}/transcript", DESK),
    Address("POST", "/desk/{number:int}/claim", DESK, {}, WENT_ON),
    Address("POST", "/desk/{number:int}/say", DESK, {"text": "Good morning"}, (303, 409)),
    Address("POST", "/desk/{number:int}/release", DESK, {}, (303, 409)),
    Address("POST", "/desk/{number:int}/close", DESK, {"article": "none"}, (303, 409)),
    Address("POST", "/desk/{number:int}/hand-back", DESK, {}, (303, 409)),
    Address("GET", "/knowledge", KNOWLEDGE),
    Address("GET", "/knowledge/gaps/{key}", KNOWLEDGE, {}, (200, 303)),
    Address("POST", "/knowledge/gaps/preview", KNOWLEDGE, {}, (200, 303, 422)),
    Address("POST", "/knowledge/gaps/change", KNOWLEDGE, {}, (200, 303, 422)),
    Address("POST", "/knowledge/gaps/phrasings", KNOWLEDGE, {}, (200, 303, 422)),
    Address("POST", "/knowledge/gaps/dismiss", KNOWLEDGE, {}, (200, 303, 422)),
    Address("GET", "/knowledge/dismissed", KNOWLEDGE),
    Address("POST", "/knowledge/dismissed/undo", KNOWLEDGE, {}, WENT_ON),
    Address("GET", "/knowledge/articles", KNOWLEDGE),
    Address("GET", "/knowledge/articles/new", KNOWLEDGE),
    Address("POST", "/knowledge/articles/new", KNOWLEDGE, {"action": "preview", "title": "T"}, (200, 422)),
    Address("GET", "/knowledge/articles/{article}", KNOWLEDGE),
    Address("GET", "/knowledge/articles/{article}/edit", KNOWLEDGE),
    Address("POST", "/knowledge/articles/{article}/edit", KNOWLEDGE, {"action": "preview", "title": "T"}, (200, 422)),
    Address("GET", "/knowledge/articles/{article}/versions/{number}", KNOWLEDGE),
    Address("POST", "/knowledge/articles/{article}/publish", KNOWLEDGE, {}, WENT_ON),
    Address("POST", "/knowledge/articles/{article}/archive", KNOWLEDGE, {}, WENT_ON),
    Address("POST", "/knowledge/articles/{article}/phrasings", KNOWLEDGE, {"text": "how to reset the flux"}, (200, 303, 422)),
    Address("POST", "/knowledge/articles/{article}/phrasings/{phrasing}/remove", KNOWLEDGE, {}, (303, 422)),
    Address("GET", "/statistics", STATISTICS),
    Address("GET", "/statistics/rows", STATISTICS),
    Address("GET", "/statistics/episodes/{identity}", STATISTICS),
    Address("GET", "/statistics/export.csv", STATISTICS),
)
MOUNTED = {"/static": "/static/{file}"}
NAMES = [f"{address.method} {address.path}" for address in TABLE]


@pytest.fixture(scope="module")
def filled(house: House, running: TestClient) -> Callable[[str], str]:
    """Puts something that exists into the braces of a path; a fresh ticket each time, so that no test depends on another."""
    say(running, UNANSWERED)
    conversation = say(running, ANSWERED)["conversation"]
    identity = _episode(house)

    def fill(path: str) -> str:
        number = call_person(running)[1] if "{number:int}" in path else 1
        names = {
            "{number:int}": str(number),
            "{number}": "1",
            "{conversation}": conversation,
            "{token}": "no-such-token",
            "{article}": "desk-book" if "archive" in path else "vpn-drops",
            "{key}": identity,
            "{identity}": identity,
            "{phrasing}": "999999",
            "{file}": "chat.js",
        }
        for name, value in names.items():
            path = path.replace(name, value)
        assert "{" not in path
        return path

    return fill


def _episode(house: House) -> str:
    now = house.core.now()
    with house.core.database.reading() as session:
        return episodes_between(session, now - timedelta(days=1), now + timedelta(days=1))[0].id


def _call(client: TestClient, address: Address, url: str) -> Response:
    if address.path.endswith("/events"):
        return _first_of_stream(client, url)
    if address.method == "GET":
        return client.get(url)
    return client.post(url, json=address.json) if address.json else client.post(url, data=address.form)


def _first_of_stream(client: TestClient, url: str) -> Response:
    """A stream never ends; that it is let in is told by asking for a conversation that does not exist."""
    answer = client.get(url.replace("/events", "x/events"))
    assert answer.status_code == 404
    return Response(200)


def _all_addresses(house: House) -> Iterator[str]:
    for route in iter_route_contexts(house.app.routes):
        for method in sorted((route.methods or {"GET"}) - {"HEAD"}):
            yield f"{method} {MOUNTED.get(str(route.path), route.path)}"


def test_every_address_is_in_the_table(house: House) -> None:
    found = list(_all_addresses(house))
    assert sorted(found) == sorted(NAMES)


@pytest.mark.parametrize("role", sorted(EVERYBODY), ids=lambda role: role or "anonymous")
@pytest.mark.parametrize("address", TABLE, ids=NAMES)
def test_only_those_who_may_are_let_in(address: Address, role: str, browser: Browser, filled: Callable[[str], str]) -> None:
    url = filled(address.path)
    answer = _call(browser(role), address, url)
    if role in address.allowed:
        assert answer.status_code in address.welcome
        assert not answer.headers.get("location", "").startswith("/sign-in")
    elif role:
        assert answer.status_code == 403
        assert "Not for this account" in answer.text
    else:
        assert answer.status_code == 303
        assert unquote(answer.headers["location"]) == f"/sign-in?next={url if address.method == 'GET' else ''}"


@pytest.mark.parametrize("address", [address for address in TABLE if address.method == "POST"], ids=lambda address: address.path)
def test_whoever_is_refused_has_changed_nothing(address: Address, browser: Browser, house: House, filled: Callable[[str], str]) -> None:
    refused = [role for role in sorted(EVERYBODY) if role not in address.allowed]
    url = filled(address.path)
    before = _everything(house)
    for role in refused:
        _call(browser(role), address, url)
        assert _everything(house) == before


def _everything(house: House) -> list[tuple[object, ...]]:
    tables = [table for metadata in METADATA for table in metadata.sorted_tables if table.name != "sign_in"]
    with house.core.database.reading() as session:
        return [tuple(row) for table in tables for row in session.execute(_rows_of(table))]


def _rows_of(table: Table) -> Select[Any]:
    told = [table.columns[name] for name in ("status", "assignee", "last_seq", "title", "text") if name in table.columns]
    return select(*table.primary_key.columns, *told).order_by(*table.primary_key.columns)


def test_pages_that_need_an_account_are_not_linked_for_others(browser: Browser) -> None:
    links = {"/desk": DESK, "/knowledge": KNOWLEDGE, "/statistics": STATISTICS}
    for role in EVERYBODY:
        page = browser(role).get("/").text
        for link, allowed in links.items():
            assert (f'href="{link}"' in page) == (role in allowed)


def test_an_article_for_some_is_hidden_from_others(house: House, browser: Browser) -> None:
    draft = Draft(title="Salaries of managers", body="Ask HR.", phrasings=("manager salary",), audience="managers")
    with house.core.database.writing() as session:
        saved = articles.save_article(session, draft, by="tests", now=house.core.now())
        articles.publish_article(session, saved.id, by="tests", now=house.core.now())
    assert browser().get(f"/a/{saved.id}").status_code == 404
    assert "Ask HR" not in browser().get(f"/a/{saved.id}").text
    assert browser("editor").get(f"/a/{saved.id}").status_code == 200


def test_a_draft_is_hidden(house: House, browser: Browser) -> None:
    with house.core.database.writing() as session:
        saved = articles.save_article(session, Draft(title="Not yet", body="Soon.", phrasings=("soon",)), by="tests", now=house.core.now())
    assert browser("editor").get(f"/a/{saved.id}").status_code == 404
    assert browser("editor").get(f"/knowledge/articles/{saved.id}").status_code == 200
