"""One product per module; every client is a browser of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from bot import people
from bot.web.sign_in import COOKIE
from tests.web.house import House, asked, build_house, make_template

Browser = Callable[..., TestClient]


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashing a password takes long on purpose; not here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        patch.setattr(people, "_NOBODY", people._hashed("nobody has this"))
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that all copy."""
    return make_template(tmp_path_factory.mktemp("template") / "sample.db")


@pytest.fixture(scope="module")
def house(template: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The product of this module."""
    return build_house(template, tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="module")
def running(house: House) -> Iterator[TestClient]:
    """Its application, running."""
    with asked(house) as client:
        yield client


@pytest.fixture
def browser(house: House, running: TestClient) -> Browser:
    """Opens a browser of its own, signed in with a role if one is named."""

    def opened(role: str = "") -> TestClient:
        client = TestClient(house.app, follow_redirects=False, raise_server_exceptions=False)
        if role:
            client.cookies.set(COOKIE, house.cookie(role))
        return client

    return opened


@pytest.fixture
def client(browser: Browser) -> TestClient:
    """A browser that has not signed in."""
    return browser()
