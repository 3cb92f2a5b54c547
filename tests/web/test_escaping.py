"""What people write is text: on no page does it become markup. And what is secret appears on no page and in no log."""

import logging
import re
from collections.abc import Iterator

import pytest
import structlog
from starlette.testclient import TestClient

from bot import people
from bot.web.sign_in import COOKIE
from knowledge import articles
from knowledge.model import Draft
from tests.web.conftest import Browser
from tests.web.house import PASSWORD, House, call_person, say

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)><b id=evil>\"'></textarea></title><svg/onload=alert(1)>"
LIVE = re.compile(r"<script>|<img src=x|<b id=evil|<svg/onload|</textarea></title>", re.IGNORECASE)
MARKDOWN = (
    f'[press]({"javascript:alert(1)"}) ![x](data:text/html,x) <iframe src=//evil.example></iframe> {EVIL} [q](" onmouseover=alert(1))'
)


@pytest.fixture(scope="module")
def haunted(house: House, running: TestClient) -> dict[str, str]:
    """Evil text in every place where somebody may write; what the pages about it are called."""
    say(running, EVIL)
    conversation, number = call_person(running, EVIL)
    for text in (f"{EVIL} laptop", f"{EVIL} name", MARKDOWN):
        say(running, text, conversation)
    with house.core.database.writing() as session:
        haunting = people.add_staff(session, "haunting", display_name=EVIL, roles=["admin"], password=PASSWORD, now=house.core.now())
        secret = people.sign_in(session, haunting, settings=house.core.settings.signin, now=house.core.now())
        draft = Draft(title=f"Title {EVIL}"[:150], body=MARKDOWN, phrasings=(EVIL, "ghost in the shell"), topic=EVIL[:40])
        article = articles.save_article(session, draft, by=EVIL, now=house.core.now())
        articles.publish_article(session, article.id, by=EVIL, now=house.core.now())
    house.core.index.refresh()
    agent = TestClient(house.app, follow_redirects=False, cookies={COOKIE: secret})
    agent.post(f"/desk/{number}/claim")
    agent.post(f"/desk/{number}/say", data={"text": MARKDOWN})
    waiting = call_person(running, MARKDOWN)[1]
    return {"conversation": conversation, "number": str(number), "waiting": str(waiting), "article": article.id}


PAGES = (
    "/",
    "/sign-in?next=" + EVIL,
    "/desk",
    "/desk/queue",
    "/desk/{number}",
    "/desk/{number}/transcript",
    "/desk/{waiting}",
    "/knowledge",
    "/knowledge/articles",
    "/knowledge/articles?q=" + EVIL,
    "/knowledge/articles?topic=" + EVIL,
    "/knowledge/articles/{article}",
    "/knowledge/articles/{article}/edit",
    "/a/{article}",
    "/statistics",
    "/statistics/rows",
    "/statistics/rows?kind=article&value=" + EVIL[:150],
    "/desk?done=" + EVIL,
    "/" + EVIL,
)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_runs_what_people_wrote(page: str, haunted: dict[str, str], browser: Browser) -> None:
    answer = browser("admin").get(page.format(**haunted) if "{" in page else page)
    assert answer.headers["content-type"].startswith("text/html")
    assert not LIVE.search(answer.text)
    assert not re.search(r"href=\"\s*(javascript|data):", answer.text)
    assert "<iframe" not in answer.text


def test_every_episode_and_gap_is_harmless(haunted: dict[str, str], browser: Browser) -> None:
    admin = browser("admin")
    for page, pattern in (("/statistics/rows", r'href="(/statistics/episodes/[^"]+)"'), ("/knowledge", r'href="(/knowledge/[^"]+)"')):
        links = set(re.findall(pattern, admin.get(page).text))
        assert links
        for link in links:
            answer = admin.get(link.replace("&amp;", "&"))
            assert answer.status_code == 200
            assert not LIVE.search(answer.text)


def test_the_interface_gives_out_harmless_html(haunted: dict[str, str], client: TestClient) -> None:
    turns = client.get(f"/api/chat/{haunted['conversation']}").json()["turns"]
    for turn in turns:
        assert not LIVE.search(turn["html"])
        assert "javascript:" not in turn["html"]
    agent = next(turn for turn in turns if turn["speaker"] == "agent")
    assert (agent["text"], agent["html"]) == (MARKDOWN, "")
    shown = say(client, "ghost in the shell")["replies"][0]
    assert shown["article"]["id"] == haunted["article"]
    assert not LIVE.search(shown["html"])


def test_the_export_has_no_formula(browser: Browser, running: TestClient) -> None:
    say(running, '=HYPERLINK("http://evil.example","x")')
    written = browser("admin").get("/statistics/export.csv").text
    assert not re.search(r'(?m)(^|,)"?[=@+]', written)


class Log(logging.Handler):
    """Remembers every line."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("httpx2"):  # the tests' own client
            self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Log]:
    """Everything that is logged, by anybody."""
    listening = Log()
    root = logging.getLogger()
    before = root.level
    root.addHandler(listening)
    root.setLevel(logging.INFO)
    with structlog.testing.capture_logs() as events:
        yield listening
        listening.lines.extend(map(str, events))
    root.removeHandler(listening)
    root.setLevel(before)


def test_secrets_appear_nowhere(house: House, browser: Browser, log: Log, capfd: pytest.CaptureFixture[str]) -> None:
    """Passwords, links and cookies: signing in well and badly, an error in between, and every page that could show them."""
    token, cookie, typed = house.once("admin"), house.cookie("admin"), "my-Secret-4711-password"
    client = browser()
    seen = [client.post("/sign-in", data={"name": "admin", "password": typed}).text]
    seen.append(client.post("/sign-in", data={"name": "admin", "password": PASSWORD}).text)
    seen.append(browser().post(f"/sign-in/once/{token}").text)
    seen.append(browser().post(f"/sign-in/once/{token}").text)
    client.cookies.set(COOKIE, cookie)
    conversation = say(client, f"my password is {typed} and it does not work")["conversation"]
    seen.append(client.get(f"/api/chat/{conversation}").text)
    seen += [client.get(page).text for page in ("/", "/desk", "/knowledge", "/statistics", "/statistics/rows", "/metrics", "/readyz")]
    out, err = capfd.readouterr()
    for secret in (token, cookie, typed, PASSWORD):
        assert all(secret not in text for text in (*seen, *log.lines, out, err))
