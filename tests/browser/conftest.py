"""A real Chromium before a real server. Every page is watched: an error in the console or a breach of the policy fails the test."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.browser.install import find
from tests.web.conftest import quick_passwords, template
from tests.web.house import House, build_house, open_house, served

__all__ = ["quick_passwords", "template"]

DESKTOP, PHONE = (1280, 800), (360, 740)
PATIENCE = 8_000  # milliseconds

Open = Callable[..., Page]


class Site:
    """A running product that can be stopped and started again at the same address, with the same database."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self._path = Path(str(house.core.database.url.database))
        self._running = ExitStack()
        self.base = self._running.enter_context(served(house))

    def link(self, role: str) -> str:
        """A one-time link for somebody with this role."""
        return f"{self.base}/sign-in/once/{self.house.once(role)}"

    def stop(self) -> None:
        """As if the process had ended."""
        self._running.close()

    def start(self) -> None:
        """A new process on the same database."""
        self.house = open_house(self._path)
        self._running.enter_context(served(self.house, port=int(self.base.rpartition(":")[2])))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; without one the tests are skipped, and in CI they fail."""
    path = find()
    if path is None:
        message = "no Chromium here: “make browser” installs one, or name it in CHROMIUM"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The product of this module."""
    folder = tmp_path_factory.mktemp("site")
    running = Site(build_house(template, folder), folder)
    yield running
    running.stop()
    shutil.rmtree(folder, ignore_errors=True)


class Watch:
    """What the pages of one test complained about."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.network_may_fail = False

    def over(self, page: Page) -> None:
        """Listens to this page."""
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        is_network = "ERR_" in message.text or "Failed to fetch" in message.text
        if message.type in ("error", "warning") and not (is_network and self.network_may_fail):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test at its end when a page complained."""
    watching = Watch()
    yield watching
    assert watching.complaints == []


@pytest.fixture
def someone(chromium: Browser, site: Site, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a browser of somebody's own, at a size; signed in by a one-time link when a role is named."""
    opened: list[BrowserContext] = []

    def open_context(role: str = "", *, size: tuple[int, int] = DESKTOP, dark: bool = False) -> BrowserContext:
        context = chromium.new_context(
            base_url=site.base, viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light", locale="en-GB"
        )
        context.set_default_timeout(PATIENCE)
        context.on("page", watch.over)
        opened.append(context)
        if role:
            page = context.new_page()
            page.goto(site.link(role))
            page.get_by_role("button", name="Sign in").last.click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
            page.close()
        return context

    yield open_context
    for context in opened:
        context.close()
