"""The pages as a browser sees them, for every role."""

import re
from collections.abc import Callable
from datetime import date, datetime
from html import unescape

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from analytics.model import Signal
from knowledge import articles, store
from knowledge.model import Article, Draft, Status

Ask = Callable[..., str]
Write = Callable[..., Article]

EDITOR_PAGES = [
    "/knowledge",
    "/knowledge/dismissed",
    "/knowledge/gaps/x",
    "/knowledge/articles",
    "/knowledge/articles/new",
    "/knowledge/articles/vpn",
]
EDITOR_PAGES += ["/knowledge/articles/vpn/edit", "/knowledge/articles/vpn/versions/1"]
EDITOR_FORMS = ["/knowledge/gaps/preview", "/knowledge/gaps/change", "/knowledge/gaps/phrasings", "/knowledge/gaps/dismiss"]
EDITOR_FORMS += ["/knowledge/dismissed/undo"]
EDITOR_FORMS += [
    "/knowledge/articles/new",
    "/knowledge/articles/vpn/edit",
    "/knowledge/articles/vpn/publish",
    "/knowledge/articles/vpn/archive",
]
EDITOR_FORMS += ["/knowledge/articles/vpn/phrasings", "/knowledge/articles/vpn/phrasings/1/remove"]


@pytest.fixture
def session(engine: Engine) -> Session:  # type: ignore[misc]
    """Commits what a test prepares, so that the pages see it."""
    with Session(engine, expire_on_commit=False) as opened:
        yield opened


@pytest.fixture
def saved(session: Session) -> Callable[[], None]:
    return session.commit


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page)
    assert found, f"no field {name}"
    return unescape(found.group(1))


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("scopes", [None, "", "desk", "statistics"])
def test_only_editors_see_and_change(
    client: TestClient, write: Write, saved: Callable[[], None], session: Session, scopes: str | None
) -> None:
    write("VPN", "vpn down")
    saved()
    headers = {} if scopes is None else {"x-scopes": scopes}
    assert {client.get(page, headers=headers).status_code for page in EDITOR_PAGES} == {403}
    assert {client.post(page, headers=headers, data={"reason": "x"}).status_code for page in EDITOR_FORMS} == {403}
    session.expire_all()
    assert store.article(session, "vpn").status is Status.PUBLISHED  # type: ignore[union-attr]


def test_every_page_opens_for_an_editor(editor: TestClient, write: Write, ask: Ask, saved: Callable[[], None]) -> None:
    write("VPN", "vpn down")
    ask("garage on sunday")
    saved()
    assert [editor.get(page).status_code for page in EDITOR_PAGES if "gaps" not in page] == [200] * 7


def test_without_anything_the_first_page_says_what_to_do(editor: TestClient) -> None:
    page = editor.get("/knowledge").text
    assert "no articles yet" in page
    assert "zerolevel import" in page
    assert "no articles yet" in editor.get("/knowledge/articles").text


def test_with_nothing_open_the_first_page_says_so(editor: TestClient, write: Write, saved: Callable[[], None]) -> None:
    write("VPN")
    saved()
    page = editor.get("/knowledge").text
    assert "Nothing is open" in page
    assert page.index('class="cards"') < page.index('class="empty"'), "the cards keep their distance above the box"


def test_gaps_are_listed_worst_first_with_everything_an_editor_needs(
    editor: TestClient, write: Write, ask: Ask, saved: Callable[[], None]
) -> None:
    write("Park your car", "where to park")
    ask("my chair squeaks")
    ask("park my car on sunday", days_ago=4)
    ask("can I park my car on a sunday", days_ago=2)
    saved()
    page = text_of(editor.get("/knowledge").text)
    assert page.index("park my car on sunday") < page.index("my chair squeaks")
    for part in ("2 people asked 2 times", "since 16 Nov 2026", "last 18 Nov 2026", "no answer found", "Nearest article: Park your car"):
        assert part in page


def test_from_gap_to_published_phrasing(editor: TestClient, write: Write, ask: Ask, saved: Callable[[], None], session: Session) -> None:
    article = write("Garage hours", "when does the garage open")
    write("Canteen hours", "when does the canteen open")
    key = ask("turnstile shut on sunday")
    saved()
    page = editor.get(f"/knowledge/gaps/{key}").text
    form = {"episodes": hidden(page, "episodes"), "article": "other", "other": "garage hours"}
    form |= {"texts": "turnstile shut on sunday", "more": "turnstile is closed\n\n"}
    preview = editor.post("/knowledge/gaps/preview", data=form)
    words = text_of(preview.text)
    assert preview.status_code == 200
    assert "learns 2 wordings" in words
    assert "Says that it does not know" in words
    assert store.phrasings(session, article.id)[0].text == "when does the garage open"
    publish = {"episodes": key, "article": hidden(preview.text, "article"), "texts": ["turnstile shut on sunday", "turnstile is closed"]}
    done = editor.post("/knowledge/gaps/phrasings", data=publish)
    assert (done.status_code, done.headers["location"]) == (303, "/knowledge?done=phrasings")
    session.expire_all()
    assert [p.text for p in store.phrasings(session, article.id)][1:] == ["turnstile shut on sunday", "turnstile is closed"]
    assert "Published." in editor.get("/knowledge?done=phrasings").text
    assert "turnstile" not in editor.get("/knowledge").text


def test_a_wrong_choice_keeps_what_was_typed(editor: TestClient, write: Write, ask: Ask, saved: Callable[[], None]) -> None:
    write("Garage")
    key = ask("turnstile shut")
    saved()
    form = {"episodes": key, "article": "other", "other": "No such title", "texts": "turnstile shut", "more": "my own words"}
    page = editor.post("/knowledge/gaps/preview", data=form)
    assert page.status_code == 422
    assert "no published article called" in page.text
    assert "No such title" in page.text
    assert "my own words" in page.text
    back = editor.post("/knowledge/gaps/change", data=form | {"other": ""})
    assert back.status_code == 200
    assert "my own words" in back.text


def test_a_gap_that_somebody_decided_is_gone_politely(editor: TestClient, ask: Ask, write: Write, saved: Callable[[], None]) -> None:
    write("Garage")
    key = ask("turnstile shut")
    saved()
    assert editor.post("/knowledge/gaps/dismiss", data={"episodes": key, "reason": "no"}).headers["location"] == "/knowledge?done=dismissed"
    form = {"episodes": key, "article": "garage", "texts": "turnstile shut", "reason": "x"}
    for path in ("preview", "change", "phrasings", "dismiss"):
        assert editor.post(f"/knowledge/gaps/{path}", data=form).headers["location"] == "/knowledge?done=gone"
    assert editor.get(f"/knowledge/gaps/{key}").headers["location"] == "/knowledge?done=gone"


def test_dismissing_without_a_reason_is_refused(editor: TestClient, ask: Ask, saved: Callable[[], None]) -> None:
    key = ask("turnstile shut")
    saved()
    page = editor.post("/knowledge/gaps/dismiss", data={"episodes": key, "reason": " "})
    assert page.status_code == 422
    assert "Say in a few words" in page.text
    assert "<details open" in page.text
    assert 'aria-describedby="reason-1-problem"' in page.text
    assert 'value=" "' in page.text


def test_a_dismissed_question_is_listed_and_opened_again(editor: TestClient, ask: Ask, saved: Callable[[], None]) -> None:
    key = ask("turnstile shut")
    saved()
    assert "Nothing was dismissed" in editor.get("/knowledge/dismissed").text
    editor.post("/knowledge/gaps/dismiss", data={"episodes": key, "reason": "Only a test"})
    page = editor.get("/knowledge/dismissed").text
    for part in ("turnstile shut", "Only a test", "by Ana"):
        assert part in text_of(page)
    undone = editor.post("/knowledge/dismissed/undo", data={"episodes": hidden(page, "episodes")})
    assert undone.headers["location"] == "/knowledge/dismissed?done=reopened"
    assert "on the list of open questions again" in editor.get("/knowledge/dismissed?done=reopened").text
    assert "turnstile shut" in editor.get("/knowledge").text


def test_a_choice_not_taken_is_marked_as_such(editor: TestClient, ask: Ask, saved: Callable[[], None]) -> None:
    key = ask("my chair squeaks", Signal.OFFERED)
    ask("turnstile shut")
    saved()
    page = text_of(editor.get("/knowledge").text)
    assert page.index("turnstile shut") < page.index("Choice not taken.") < page.index("my chair squeaks")
    assert "1 × choice not taken" in page
    assert editor.get(f"/knowledge/gaps/{key}").status_code == 200


def test_an_unlikely_article_is_neither_chosen_nor_copied_from(
    editor: TestClient, ask: Ask, write: Write, saved: Callable[[], None]
) -> None:
    write("Register a visitor", "announce a guest", topic="Building", service_area="facilities")
    write("Reset a password", "forgot my password", topic="Accounts", service_area="it")
    write("Claim expenses", "get my money back", topic="Money", service_area="finance")
    far = ask("my bicycle lock is frozen and my tyre lost air, who repairs back wheels", days_ago=2)
    near = ask("register a visitor please", days_ago=1)
    saved()
    page = editor.get(f"/knowledge/gaps/{far}").text
    assert 'value="register-a-visitor"' in page
    assert not re.search(r'type="radio"[^>]* checked', page)
    assert "Choose the article" in editor.post("/knowledge/gaps/preview", data={"episodes": far, "texts": "x y"}).text
    new = editor.get(f"/knowledge/articles/new?gap={far}").text
    assert (hidden(new, "topic"), hidden(new, "service_area")) == ("", "")
    assert "In use: facilities, finance, it." in new
    assert re.search(r'value="register-a-visitor" checked', editor.get(f"/knowledge/gaps/{near}").text)
    new = editor.get(f"/knowledge/articles/new?gap={near}").text
    assert (hidden(new, "topic"), hidden(new, "service_area")) == ("Building", "facilities")
    typed = {"title": "T", "body": "b", "topic": "B", "service_area": "museum", "audience": "everyone", "language": "en"}
    assert "“museum” is a new service area" in editor.post("/knowledge/articles/new", data=typed).text


@pytest.mark.usefixtures("passwords")
def test_the_preview_warns_of_a_wording_that_another_article_answers(editor: TestClient, ask: Ask, saved: Callable[[], None]) -> None:
    key = ask("museum people at the gate")
    saved()
    form = {"episodes": key, "article": "register-a-visitor", "texts": "museum people at the gate", "more": "forgot my password"}
    page = text_of(editor.post("/knowledge/gaps/preview", data=form).text)
    assert "“forgot my password” is answered today with “Reset a forgotten password”. After publishing it becomes a choice" in page
    assert "The other wordings" in page
    assert "Nothing changes" not in page


@pytest.mark.usefixtures("passwords")
def test_a_phrasing_that_hurts_another_article_must_be_confirmed(editor: TestClient, saved: Callable[[], None], session: Session) -> None:
    saved()
    address = "/knowledge/articles/register-a-visitor/phrasings"
    asked = editor.post(address, data={"text": "forgot  my password"})
    assert asked.status_code == 200
    assert "is answered today with “Reset a forgotten password”" in text_of(asked.text)
    assert len(store.phrasings(session, "register-a-visitor")) == 3
    done = editor.post(address, data={name: hidden(asked.text, name) for name in ("text", "confirmed")})
    assert done.headers["location"] == "/knowledge/articles/register-a-visitor?done=phrasing_added"
    session.expire_all()
    assert store.phrasings(session, "register-a-visitor")[-1].text == "forgot my password"


def test_a_new_article_from_a_gap_is_prefilled_previewed_and_published(
    editor: TestClient, ask: Ask, saved: Callable[[], None], session: Session
) -> None:
    key = ask("turnstile shut on sunday?", days_ago=2)
    ask("turnstile shut on sunday morning")
    saved()
    page = editor.get(f"/knowledge/articles/new?gap={key}").text
    assert 'value="Turnstile shut on sunday"' in page
    assert "turnstile shut on sunday morning" in page
    form = {"title": "Sundays", "body": "Use the **side** door.", "topic": "Building", "service_area": "facilities", "audience": "everyone"}
    form |= {"language": "en", "phrasings": "turnstile shut\nclosed on sunday", "episodes": hidden(page, "episodes")}
    preview = editor.post("/knowledge/articles/new", data=form | {"action": "preview"})
    assert "<strong>side</strong>" in preview.text
    assert store.count_articles(session) == 0
    done = editor.post("/knowledge/articles/new", data=form | {"action": "publish"})
    assert done.headers["location"] == "/knowledge?done=article"
    assert store.article(session, "sundays").status is Status.PUBLISHED  # type: ignore[union-attr]
    assert len(store.phrasings(session, "sundays")) == 2
    assert "Sundays" not in editor.get("/knowledge").text


def test_a_draft_leaves_the_gap_open(editor: TestClient, ask: Ask, saved: Callable[[], None], session: Session) -> None:
    key = ask("turnstile shut")
    saved()
    form = {"title": "T", "body": "b", "topic": "B", "service_area": "it", "audience": "everyone", "language": "en", "episodes": key}
    assert editor.post("/knowledge/articles/new", data=form | {"action": "save"}).headers["location"] == "/knowledge/articles/t?done=draft"
    assert "turnstile shut" in editor.get("/knowledge").text
    assert editor.get("/a/t").status_code == 404


def test_wrong_input_loses_nothing_that_was_typed(editor: TestClient, session: Session) -> None:
    form = {
        "title": "",
        "body": "My long text",
        "topic": "Mine",
        "language": "English",
        "review_on": "soon",
        "tags": "a, b",
        "action": "publish",
    }
    page = editor.post("/knowledge/articles/new", data=form)
    assert page.status_code == 422
    assert "Write the date as" in page.text
    for typed in ("My long text", 'value="Mine"', 'value="English"', 'value="soon"', 'value="a, b"'):
        assert typed in page.text
    page = editor.post("/knowledge/articles/new", data=form | {"review_on": ""})
    assert "Give the article a title." in page.text
    assert "short code" in page.text
    assert 'aria-invalid="true"' in page.text
    assert store.count_articles(session) == 0


def test_editing_publishes_the_next_version_and_notices_others(
    editor: TestClient, write: Write, saved: Callable[[], None], session: Session
) -> None:
    write("VPN", topic="Network")
    saved()
    page = editor.get("/knowledge/articles/vpn/edit").text
    form = {name: hidden(page, name) for name in ("title", "topic", "service_area", "audience", "language", "seen")}
    form |= {"body": "New text.", "reason": "moved", "action": "save", "review_on": "2026-01-01"}
    assert editor.post("/knowledge/articles/vpn/edit", data=form).headers["location"] == "/knowledge/articles/vpn?done=saved"
    session.expire_all()
    assert [v.version for v in store.versions(session, "vpn")] == [2, 1]
    assert "Do this." in editor.get("/knowledge/articles/vpn/versions/1").text
    page = editor.get("/knowledge/articles/vpn").text
    assert "review overdue" in page
    assert "moved" in page
    articles.save_article(session, Draft(title="VPN", body="Ben's"), article="vpn", by="Ben", now=datetime.fromisoformat("2026-11-21"))
    saved()
    late = editor.post("/knowledge/articles/vpn/edit", data=form | {"body": "Mine"})
    assert late.status_code == 422
    assert "Ben changed this article" in late.text
    assert "Mine" in late.text
    assert "Saved by Ben" in late.text
    assert "<p>Ben's</p>" in late.text.replace("&#39;", "'")
    assert 'href="/knowledge/articles/vpn" target="_blank"' in late.text
    assert "Topic Network General" in text_of(late.text)
    again = editor.post("/knowledge/articles/vpn/edit", data=form | {"body": "Both", "seen": hidden(late.text, "seen")})
    assert again.headers["location"] == "/knowledge/articles/vpn?done=saved"


def test_phrasings_are_added_and_removed(editor: TestClient, write: Write, saved: Callable[[], None], session: Session) -> None:
    write("VPN", "vpn down")
    saved()
    assert editor.post("/knowledge/articles/vpn/phrasings", data={"text": "tunnel dead"}).status_code == 303
    again = editor.post("/knowledge/articles/vpn/phrasings", data={"text": "Tunnel dead?"})
    assert again.status_code == 422
    assert "has this phrasing already" in again.text
    assert 'value="Tunnel dead?"' in again.text
    first = store.phrasings(session, "vpn")[0]
    assert editor.post(f"/knowledge/articles/vpn/phrasings/{first.id}/remove").status_code == 303
    session.expire_all()
    assert [p.text for p in store.phrasings(session, "vpn")] == ["tunnel dead"]


def test_archiving_and_publishing_again(editor: TestClient, write: Write, saved: Callable[[], None]) -> None:
    write("VPN")
    saved()
    assert editor.post("/knowledge/articles/vpn/archive").headers["location"].endswith("done=archived")
    assert editor.get("/a/vpn").status_code == 404
    assert editor.post("/knowledge/articles/vpn/publish").headers["location"].endswith("done=published")
    assert editor.get("/a/vpn").status_code == 200


def test_the_list_is_searched_and_marks_overdue_articles(
    editor: TestClient, session: Session, write: Write, saved: Callable[[], None]
) -> None:
    write("VPN", "tunnel dead", topic="Network")
    draft = Draft(title="Old", body="x", review_on=date(2026, 1, 1))
    articles.save_article(session, draft, by="Ana", now=datetime.fromisoformat("2026-01-01"))
    saved()
    assert "overdue" in editor.get("/knowledge/articles").text
    found = text_of(editor.get("/knowledge/articles?q=tunnel&topic=Network&status=published&page=9").text)
    assert "VPN" in found
    assert "Old" not in found
    assert "No article fits" in editor.get("/knowledge/articles?q=zebra&status=nonsense").text


def test_what_does_not_exist_is_404(editor: TestClient, write: Write, saved: Callable[[], None]) -> None:
    write("VPN")
    saved()
    pages = ["/knowledge/articles/none", "/knowledge/articles/none/edit", "/knowledge/articles/vpn/versions/9", "/a/none"]
    assert [editor.get(page).status_code for page in pages] == [404] * 4


def test_employees_read_published_articles_for_everyone(client: TestClient, write: Write, saved: Callable[[], None]) -> None:
    write("VPN", body="1. Open **it**.")
    write("Letting go", audience="managers")
    saved()
    page = client.get("/a/vpn")
    assert page.status_code == 200
    assert "<strong>it</strong>" in page.text
    assert "/knowledge" not in page.text
    assert client.get("/a/letting-go").status_code == 404
    assert "is not here" in client.get("/a/letting-go").text
    assert client.get("/a/letting-go", headers={"x-scopes": ""}).status_code == 200


def test_nothing_that_people_typed_is_markup(editor: TestClient, ask: Ask, write: Write, saved: Callable[[], None]) -> None:
    write("<b>VPN</b>", "<i>tunnel</i>", body="<script>alert(1)</script>")
    key = ask('<img src=x onerror="alert(1)"> "quoted" question')
    saved()
    pages = ["/knowledge", f"/knowledge/gaps/{key}", f"/knowledge/articles/new?gap={key}", "/knowledge/articles", "/a/b-vpn-b"]
    for path in [*pages, "/knowledge/articles/b-vpn-b", "/knowledge/articles/b-vpn-b/edit"]:
        page = editor.get(path)
        assert page.status_code == 200, path
        assert "<img src=x" not in page.text
        assert "<script>" not in page.text
        assert "<i>tunnel" not in page.text
        assert "<b>VPN" not in page.text
        assert not re.search(r"<[^>]+\son\w+=[\"']?alert", page.text)
        assert " style=" not in page.text
