"""A record in memory, a person who writes into it, and a manager who looks at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader, select_autoescape
from markupsafe import escape
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser, SimpleUser
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.templating import Jinja2Templates

import analytics
from analytics.model import RecordSettings
from analytics.pages import build_router
from analytics.tables import Base
from tests.analytics.person import NOW, Person

SHELL = "<title>{% block title %}{% endblock %}</title><main>{% block main %}{% endblock %}</main>{% block scripts %}{% endblock %}"


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(made, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


@pytest.fixture
def ana(session: Session) -> Person:
    return Person(session)


class Backend(AuthenticationBackend):
    """Everybody has the scopes that the header names."""

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser]:
        return AuthCredentials(conn.headers.get("x-scopes", "").split()), SimpleUser("kim")


@pytest.fixture
def browser(engine: Engine) -> Iterator[TestClient]:
    """A manager who may see the statistics."""

    @contextmanager
    def open_session(_: Request) -> Iterator[Session]:
        with Session(engine) as opened:
            yield opened

    folder = Path(analytics.__file__).parent / "templates"
    loader = ChoiceLoader([DictLoader({"shell.html": SHELL}), FileSystemLoader(folder)])
    environment = Environment(loader=loader, autoescape=select_autoescape())
    environment.filters["when"] = lambda moment: moment.strftime("%d %b %H:%M")
    environment.filters["markdown"] = escape
    app = FastAPI()
    app.add_middleware(AuthenticationMiddleware, backend=Backend())
    app.include_router(
        build_router(open_session=open_session, templates=Jinja2Templates(env=environment), now=lambda: NOW, settings=RecordSettings())
    )
    with TestClient(app, headers={"x-scopes": "statistics"}) as client:
        yield client
