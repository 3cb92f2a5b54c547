"""The whole product in one process, for the tests of its pages: real application, real SQLite file, the sample knowledge base."""

import itertools
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot import clock, config, people
from bot.app import build_app
from bot.core import Core, build_core
from bot.database import Database
from bot.migrate import migrate
from knowledge.importer import import_folder
from tests.fixtures.databases import sqlite_url
from tests.fixtures.postgresql import free_port

SAMPLE = Path(__file__).parents[2] / "knowledge" / "sample" / "articles"
ROLES = ("agent", "editor", "manager", "admin")
PASSWORD = "correct horse battery"
ANSWERED = "VPN keeps dropping"
"""A question that the sample answers."""
UNANSWERED = "which wine goes with octopus"

_numbers = itertools.count(1)


class Clock:
    """The time, and a way to move it."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return clock.now() + self.ahead


@dataclass(frozen=True)
class House:
    """A built product; `app` can be served, or asked through a `TestClient`."""

    core: Core
    app: FastAPI
    clock: Clock
    staff: Mapping[str, people.Staff]

    def once(self, role: str) -> str:
        """A new one-time link's secret for somebody with this role."""
        with self.core.database.writing() as session:
            return people.offer_once(session, self.staff[role], now=self.core.now())

    def cookie(self, role: str) -> str:
        """The secret of a new sign-in with this role."""
        with self.core.database.writing() as session:
            return people.sign_in(session, self.staff[role], settings=self.core.settings.signin, now=self.core.now())


def make_template(path: Path) -> Path:
    """A migrated database with the sample knowledge base and an account for each role, to be copied."""
    with closing(Database(sqlite_url(path))) as database:
        migrate(database)
        with database.writing() as session:
            import_folder(session, SAMPLE, by="tests", now=clock.now())
            for role in ROLES:
                people.add_staff(session, role, display_name=f"{role.title()} Smith", roles=[role], password=PASSWORD, now=clock.now())
    return path


def build_house(template: Path, folder: Path, **settings: Mapping[str, object]) -> House:
    """The product on a copy of the template."""
    path = folder / f"house{next(_numbers)}.db"
    shutil.copyfile(template, path)
    return open_house(path, **settings)


def open_house(path: Path, **settings: Mapping[str, object]) -> House:
    """The product on this database, as it is."""
    database = Database(sqlite_url(path))
    now = Clock()
    core = build_core(config.load(None, {}, **settings), database, now=now)
    with database.reading() as session:
        staff = {role: found for role in ROLES if (found := people.staff_named(session, role)) is not None}
    return House(core, build_app(core), now, staff)


@contextmanager
def asked(house: House) -> Iterator[TestClient]:
    """A client of the running application that follows no redirect and sees errors as a browser does."""
    with TestClient(house.app, follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


@contextmanager
def served(house: House, port: int | None = None) -> Iterator[str]:
    """The address of the application, served by a real server on the loopback."""
    chosen = port or free_port()
    options = uvicorn.Config(house.app, host="127.0.0.1", port=chosen, log_level="critical", timeout_graceful_shutdown=0)
    server = uvicorn.Server(options)
    thread = threading.Thread(target=server.run, name="server", daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive(), seconds=20)
        assert server.started, "the server did not start"
        yield f"http://127.0.0.1:{chosen}"
    finally:
        server.should_exit = True
        thread.join(10)


def wait_until(holds: Any, *, seconds: float = 5.0) -> None:
    """Returns as soon as `holds()` is true; fails after `seconds`."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)


def new_ref() -> str:
    """A reference that no other message has."""
    return f"reference-{next(_numbers):08}"


def say(
    client: TestClient, text: str, conversation: str | None = None, *, choice: str | None = None, ref: str | None = None, **more: Any
) -> dict[str, Any]:
    """The answer of the interface to one message; it must be accepted."""
    body = {"conversation": conversation, "ref": ref or new_ref(), "text": text, "choice": choice}
    response = client.post("/api/chat", json=body, **more)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def call_person(client: TestClient, question: str = ANSWERED) -> tuple[str, int]:
    """The conversation of an employee who has asked and was handed over, and the number of the ticket."""
    conversation = say(client, question)["conversation"]
    answer = say(client, "Talk to a person", conversation, choice="person")
    [withdraw] = [choice["id"] for choice in answer["replies"][-1]["choices"] if choice["id"].startswith("withdraw:")]
    return conversation, int(withdraw.partition(":")[2])
