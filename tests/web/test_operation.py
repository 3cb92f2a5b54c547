"""Error pages, and the three addresses that a machine asks."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from bot.web.guard import HEADERS
from tests.web.conftest import Browser
from tests.web.house import ANSWERED, House, call_person, say


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/no-such-page", 404, "There is no such page"),
        ("GET", "/desk/4711", 404, "There is no such page"),
        ("POST", "/desk/4711/claim", 404, "There is no such page"),
        ("GET", "/desk/99999999999999999999", 404, "There is no such page"),
        ("GET", "/desk/0", 404, "There is no such page"),
        ("GET", "/desk/abc", 404, "There is no such page"),
        ("GET", "/statistics/episodes/no-such", 404, "There is no such page"),
        ("GET", "/knowledge/articles/no-such", 404, "There is no such page"),
        ("GET", "/a/no-such", 404, "replaced or withdrawn"),
        ("GET", "/static/no-such.js", 404, "There is no such page"),
        ("POST", "/desk", 405, "cannot be used in this way"),
        ("GET", "/sign-out", 405, "cannot be used in this way"),
        ("GET", "/desk/1001/claim", 405, "cannot be used in this way"),
        ("GET", "/knowledge?page=many", 422, "does not fit"),
        ("GET", "/statistics/rows?page=0", 422, "does not fit"),
    ],
)
def test_error_pages_say_what_to_do(method: str, path: str, status: int, words: str, browser: Browser) -> None:
    answer = browser("admin").request(method, path)
    assert answer.status_code == status
    assert re.search(words, answer.text, re.IGNORECASE)
    assert '<a role="button" href="/">' in answer.text or path.startswith("/a/")
    assert "Traceback" not in answer.text


def test_errors_of_the_interface_are_json(client: TestClient) -> None:
    for path in ("/api/no-such", "/api/chat/no-such"):
        answer = client.get(path)
        assert (answer.status_code, answer.json().keys()) == (404, {"detail"})
    assert client.get("/api/chat").status_code == 405


class Broken(Exception):
    """Something nobody thought of."""


def test_our_own_mistakes_are_told_kindly(house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise Broken("secret detail")

    admin = browser("admin")
    monkeypatch.setattr("escalation.store.queue", fails)
    monkeypatch.setattr("analytics.store.turns_at", fails)
    conversation = say(admin, "hello")["conversation"]
    for path in ("/desk", f"/api/chat/{conversation}"):
        answer = admin.get(path)
        assert answer.status_code == 500
        assert "not your fault" in answer.text
        assert "secret detail" not in answer.text
        assert answer.headers.items() >= {**HEADERS, "cache-control": "no-store"}.items()


def test_alive_and_ready(client: TestClient, house: House) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").json()) == (200, {"status": "ok"})
    ready = client.get("/readyz")
    index = house.core.index.current
    assert ready.status_code == 200
    assert ready.json() == {"status": "ok", "articles": index.articles, "index_version": index.version}


def test_not_ready_without_its_database(house: House, monkeypatch: pytest.MonkeyPatch, client: TestClient) -> None:
    @contextmanager
    def gone() -> Iterator[Session]:
        raise OperationalError("SELECT 1", {}, Exception("password=hunter2 refused"))
        yield

    monkeypatch.setattr(house.core.database, "reading", gone)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "unavailable", "reason": "OperationalError"})
    assert client.get("/healthz").status_code == 200


def test_figures_for_prometheus(house: House, browser: Browser, running: TestClient) -> None:
    before = _figures(running)
    say(running, ANSWERED)
    _, number = call_person(running)
    after = _figures(running)
    gained = {name: after[name] - before.get(name, 0) for name in after}
    assert gained[("zerolevel_turns_total", "employee")] == 3
    assert gained[("zerolevel_turns_total", "bot")] == 3
    assert gained[("zerolevel_tickets", "waiting")] == 1
    browser("agent").post(f"/desk/{number}/claim")
    assert _figures(running)[("zerolevel_tickets", "claimed")] == after[("zerolevel_tickets", "claimed")] + 1
    assert after[("zerolevel_index_version", "")] == after[("zerolevel_index_version_in_use", "")] == house.core.index.current.version
    assert after[("zerolevel_index_articles", "")] == house.core.index.current.articles
    assert after[("zerolevel_outbox_given_up", "")] == 0
    assert ("process_cpu_seconds_total", "") in after


def _figures(client: TestClient) -> dict[tuple[str, str], float]:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(sample.name, next(iter(sample.labels.values()), "")): sample.value for family in families for sample in family.samples}
