"""A small world for the articles: a database in memory, people who ask, and the pages behind a fake sign-in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser, SimpleUser, UnauthenticatedUser
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection
from starlette.templating import Jinja2Templates
from starlette.testclient import TestClient

import analytics.tables
import knowledge.tables
from analytics import records
from analytics.model import NewTurn, RecordSettings, Signal, Speaker
from analytics.store import recent_episodes
from intents.matcher import Matcher
from intents.model import MatchingSettings
from knowledge import articles, store
from knowledge.model import Article, Draft
from knowledge.page_parts import OpenSession
from knowledge.pages import build_router

ROOT = Path(__file__).parents[2]
NOW = datetime.fromisoformat("2026-11-20T12:00")
SHELL = "<!doctype html><title>{% block title %}{% endblock %}</title><main>{% block main %}{% endblock %}</main>"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)
    analytics.tables.Base.metadata.create_all(made)
    knowledge.tables.Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as opened, opened.begin():
        yield opened


@pytest.fixture
def write(session: Session) -> Callable[..., Article]:
    """Writes and publishes an article."""

    def written(title: str, *phrasings: str, body: str = "Do this.", **contents: str) -> Article:
        draft = Draft(title=title, body=body, phrasings=phrasings, **contents)  # type: ignore[arg-type]
        saved = articles.save_article(session, draft, by="Ana", now=NOW)
        return articles.publish_article(session, saved.id, by="Ana", now=NOW)

    return written


@pytest.fixture
def passwords(write: Callable[..., Article]) -> None:
    """Three articles of which one answers "forgot my password", which is none of its phrasings."""
    write(
        "Reset a forgotten password", "I forgot my password", "how do I reset my password", "password is forgotten", "new password please"
    )
    write("Register a visitor", "a guest is coming", "announce a visitor", "visitor badge for tomorrow")
    write("Print", "printer is jammed", "print a page")


@pytest.fixture
def ask(session: Session) -> Callable[..., str]:
    """Somebody asks in a chat of their own, and the bot reacts with these signals."""
    count = iter(range(1, 10_000))

    def asked(text: str, *reactions: Signal, person: str = "", days_ago: float = 1, test: bool = False) -> str:
        number = next(count)
        at = NOW - timedelta(days=days_ago)
        settings = RecordSettings()
        chat = records.open_conversation(
            session, channel="web", address=f"chat-{number}", person=person or f"p{number}", test=test, settings=settings, now=at
        )
        turns = [NewTurn(Speaker.EMPLOYEE, text, Signal.QUESTION)]
        turns += [NewTurn(Speaker.BOT, "…", signal) for signal in reactions or (Signal.UNKNOWN,)]
        for second, turn in enumerate(turns):
            records.record_turn(session, chat.id, turn, settings=settings, now=at + timedelta(seconds=second))
        [*_, newest] = recent_episodes(session, chat.person, since=at - timedelta(days=1))
        return newest.id

    return asked


class FakeSignIn(AuthenticationBackend):
    """Whoever sends `x-scopes` is signed in as Ana with these scopes."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser]:
        if "x-scopes" not in conn.headers:
            return AuthCredentials(), UnauthenticatedUser()
        return AuthCredentials(conn.headers["x-scopes"].split()), SimpleUser("Ana")


@pytest.fixture
def client(engine: Engine) -> TestClient:
    """An employee's browser, not signed in."""
    app = FastAPI()
    app.add_middleware(AuthenticationMiddleware, backend=FakeSignIn())
    app.include_router(
        build_router(
            open_session=_opener(engine),
            templates=_templates(),
            now=lambda: NOW,
            current_matcher=lambda: _matcher(engine),
            matching=MatchingSettings(),
        )
    )
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def editor(client: TestClient) -> TestClient:
    """The browser of somebody who may edit."""
    client.headers["x-scopes"] = "knowledge"
    return client


def _opener(engine: Engine) -> OpenSession:
    @contextmanager
    def open_session(request: Request) -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as opened, opened.begin():
            yield opened
            if request.method == "GET":
                opened.rollback()

    return open_session


def _templates() -> Jinja2Templates:
    folders = FileSystemLoader([ROOT / "knowledge" / "templates", ROOT / "bot" / "web" / "templates"])
    environment = Environment(loader=ChoiceLoader([folders, DictLoader({"shell.html": SHELL})]), autoescape=True)
    environment.filters["when"] = lambda at: f"{at:%d %b %Y %H:%M}"
    return Jinja2Templates(env=environment)


def _matcher(engine: Engine) -> Matcher:
    with Session(engine) as opened:
        return Matcher.build(store.entries(opened))
