"""Every page, at desk and phone size, light and dark: WCAG 2.2 AA by axe, nothing wider than the screen, no complaint in the console."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page, expect
from starlette.testclient import TestClient

from bot.web.sign_in import COOKIE
from tests.browser.chatting import ask, hand_over, last, press
from tests.browser.conftest import DESKTOP, PHONE, Site, Watch
from tests.web.house import call_person, say

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Someone = Callable[..., BrowserContext]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "resultTypes": ["violations"]}
LONG = "Averyveryverylongwordwithoutanyspacewhichnobodywouldwritebutalinkcanbelikethis" * 2


@pytest.fixture(scope="module")
def screens() -> Path | None:
    """Where the pictures go when somebody wants to look at them: SCREENS=folder."""
    folder = os.environ.get("SCREENS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) if folder else None


@pytest.fixture(scope="module")
def desk(site: Site) -> dict[str, int]:
    """Tickets in every state, by what they are."""
    employee = TestClient(site.house.app)
    agent = TestClient(site.house.app, cookies={COOKIE: site.house.cookie("admin")}, follow_redirects=False)
    other = TestClient(site.house.app, cookies={COOKIE: site.house.cookie("agent")}, follow_redirects=False)
    chats = {name: call_person(employee, question) for name, question in QUESTIONS.items()}
    numbers = {name: number for name, (_, number) in chats.items()}
    say(employee, "Kim Sommer", chats["mine"][0])
    say(employee, f"My laptop. It says {LONG}", chats["mine"][0])
    agent.post(f"/desk/{numbers['mine']}/claim")
    agent.post(f"/desk/{numbers['mine']}/say", data={"text": f"Thank you!\n\nPlease look at {LONG} and tell me what you see."})
    other.post(f"/desk/{numbers['theirs']}/claim")
    for name, article in (("closed", "vpn-drops"), ("reopened", "none")):
        agent.post(f"/desk/{numbers[name]}/claim")
        agent.post(f"/desk/{numbers[name]}/close", data={"article": article})
    say(employee, "Yes, solved", chats["closed"][0], choice=f"solved:{numbers['closed']}")
    say(employee, "No, not yet", chats["reopened"][0], choice=f"not_solved:{numbers['reopened']}")
    for text in ("which wine goes with octopus", "who feeds the zebra", f"who is {LONG}"):
        say(employee, text)
    return numbers


QUESTIONS = {
    "waiting": "VPN keeps dropping every few minutes since Monday, at home and in the hotel, and nobody knows why that is",
    "mine": "VPN keeps dropping",
    "theirs": "my monitor stays black",
    "closed": "VPN keeps dropping",
    "reopened": f"{LONG} is broken",
}


TOO_WIDE = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const all = [...document.querySelectorAll('body *:not(.table-scroll *)')];
  const beyond = all.filter((element) => element.getBoundingClientRect().right > clientWidth).slice(0, 12);
  return beyond.length ? beyond.map((element) => element.outerHTML.slice(0, 160)) : ['something absolute inside a table'];
}"""
"""What sticks out when the page can be scrolled sideways."""


def look(page: Page, name: str, screens: Path | None) -> None:
    """Checks the page as it is now in all four ways of showing it."""
    page.evaluate(AXE_SCRIPT)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for size in (DESKTOP, PHONE):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            if screens is not None:
                page.screenshot(path=screens / f"{name}-{scheme}-{size[0]}.png", full_page=True)
            assert page.evaluate(TOO_WIDE) == [], f"{name} is wider than {size[0]} pixels"
            found = page.evaluate("options => axe.run(options)", EVERYTHING if scheme == "light" else COLOURS)["violations"]
            assert not found, "\n".join(f"{name} {scheme} {size}: {told}" for told in map(_told, found))


def _told(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    return f"{violation['id']}: {violation['help']} – " + "; ".join(
        f"{node['html'][:150]} ({node['failureSummary'][:200]})" for node in nodes[:3]
    )


def test_chat(someone: Someone, site: Site, screens: Path | None) -> None:
    page = someone().new_page()
    page.goto("/")
    look(page, "chat-empty", screens)
    ask(page, "VPN keeps dropping")
    expect(last(page)).to_have_class(re.compile("answer"))
    look(page, "chat-answer", screens)
    press(page, "No")
    expect(last(page)).to_have_class(re.compile("choice"))
    look(page, "chat-choice", screens)
    ask(page, LONG)
    expect(page.locator("#turns > li.unknown").last).to_be_visible()
    look(page, "chat-unknown", screens)


def test_chat_with_a_person(someone: Someone, site: Site, screens: Path | None) -> None:
    page = someone().new_page()
    number = hand_over(page, "VPN keeps dropping")
    look(page, "chat-handed-over", screens)
    agent = someone("agent").new_page()
    agent.goto(f"/desk/{number}")
    agent.get_by_role("button", name="Claim and answer").click()
    agent.get_by_role("textbox", name="Answer").fill(f"Hello! Please have a look at https://intranet.example/{LONG}")
    agent.get_by_role("button", name="Send").click()
    expect(last(page)).to_contain_text("Please have a look")
    agent.get_by_role("button", name="Close: no article").click()
    expect(last(page)).to_contain_text("Is it solved?")
    look(page, "chat-person", screens)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("sign-in", "/sign-in"),
        ("sign-in-once", "/sign-in/once/x"),
        ("article", "/a/vpn-drops"),
        ("article-missing", "/a/no-such"),
        ("error", "/no-such-page"),
    ],
)
def test_pages_for_everybody(name: str, path: str, someone: Someone, screens: Path | None, watch: Watch) -> None:
    page = someone().new_page()
    _open(page, path, watch)
    look(page, name, screens)


def test_refused_sign_in(someone: Someone, screens: Path | None, watch: Watch) -> None:
    page = someone().new_page()
    page.goto("/sign-in")
    page.get_by_label("Name").fill("agent")
    page.get_by_label("Password").fill("not it")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    _forgive(watch)
    look(page, "sign-in-refused", screens)


@pytest.mark.parametrize("name", ["queue", *QUESTIONS])
def test_desk(name: str, desk: dict[str, int], someone: Someone, screens: Path | None) -> None:
    page = someone("admin").new_page()
    page.goto("/desk" if name == "queue" else f"/desk/{desk[name]}")
    if name == "queue":
        page.locator("summary").click()
    look(page, f"desk-{name}", screens)


def test_desk_says_why_not(desk: dict[str, int], someone: Someone, screens: Path | None, watch: Watch) -> None:
    page = someone("admin").new_page()
    page.goto(f"/desk/{desk['mine']}")
    page.get_by_label("Which article solved it?").fill("No such article")
    page.get_by_role("button", name="Close with this article").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no article")
    _forgive(watch)
    look(page, "desk-refused", screens)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("knowledge", "/knowledge"),
        ("knowledge-dismissed", "/knowledge/dismissed"),
        ("articles", "/knowledge/articles"),
        ("knowledge-article", "/knowledge/articles/vpn-drops"),
        ("knowledge-edit", "/knowledge/articles/vpn-drops/edit"),
        ("knowledge-new", "/knowledge/articles/new"),
        ("statistics", "/statistics"),
        ("statistics-rows", "/statistics/rows"),
    ],
)
def test_pages_of_editors_and_managers(name: str, path: str, desk: dict[str, int], someone: Someone, screens: Path | None) -> None:
    page = someone("admin").new_page()
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    look(page, name, screens)


def test_gap_and_episode(desk: dict[str, int], someone: Someone, screens: Path | None) -> None:
    page = someone("admin").new_page()
    page.goto("/knowledge")
    page.get_by_role("button", name="Add to an article").first.click()
    look(page, "knowledge-gap", screens)
    page.get_by_role("radio", name="Another article").check()
    page.get_by_label("Title of the other article").fill("The VPN keeps disconnecting")
    page.get_by_label("Other wordings").fill("vpn stops and starts")
    page.get_by_role("button", name="See what this changes").click()
    expect(page.get_by_role("heading", name="What this changes")).to_be_visible()
    look(page, "knowledge-gap-preview", screens)
    page.goto("/statistics/rows")
    page.locator("a[href^='/statistics/episodes/']").first.click()
    look(page, "statistics-episode", screens)


def _open(page: Page, path: str, watch: Watch) -> None:
    answer = page.goto(path)
    if answer is not None and answer.status >= 400:
        _forgive(watch)


def _forgive(watch: Watch) -> None:
    """The browser reports every page with an error status; that one was asked for."""
    watch.complaints[:] = [complaint for complaint in watch.complaints if "the server responded with a status of 4" not in complaint]
