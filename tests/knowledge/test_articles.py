"""What editors do with articles, and what the matcher gets to see of it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from knowledge import articles, store
from knowledge.model import Article, Draft, InvalidArticle, PhrasingSource, Status

Write = Callable[..., Article]
DRAFT = Draft(title="Reset a password", body="Press **Forgot**.", topic="Accounts", tags=("password",), phrasings=("forgot my password",))


def test_a_new_article_is_a_draft_that_the_matcher_does_not_see(session: Session, now: datetime) -> None:
    saved = articles.save_article(session, DRAFT, by="Ana", now=now)
    assert (saved.id, saved.status, saved.version, saved.source) == ("reset-a-password", Status.DRAFT, 0, "editor")
    assert store.entries(session) == []
    assert store.index_version(session) == 0


def test_publishing_shows_it_to_the_matcher_and_keeps_the_version(session: Session, now: datetime) -> None:
    saved = articles.save_article(session, DRAFT, by="Ana", now=now)
    published = articles.publish_article(session, saved.id, by="Ben", now=now, reason="asked for")
    [entry] = store.entries(session)
    assert (entry.article, entry.title, entry.phrasings, entry.tags) == (saved.id, DRAFT.title, DRAFT.phrasings, DRAFT.tags)
    assert published.version == 1
    assert store.index_version(session) == 1
    [version] = store.versions(session, saved.id)
    assert (version.version, version.by, version.at, version.reason, version.body) == (1, "Ben", now, "asked for", DRAFT.body)


def test_saving_a_published_article_publishes_the_next_version(session: Session, write: Write, now: datetime) -> None:
    article = write("Printer")
    later = now + timedelta(hours=1)
    changed = Draft(title="Printer", body="Do that.")
    saved = articles.save_article(session, changed, article=article.id, by="Ben", now=later, reason="moved")
    assert (saved.version, saved.updated_by, saved.updated_at) == (2, "Ben", later)
    assert [(v.version, v.body, v.reason) for v in store.versions(session, article.id)] == [(2, "Do that.", "moved"), (1, "Do this.", "")]


def test_saving_without_a_change_does_nothing(session: Session, write: Write, now: datetime) -> None:
    article = write("Printer")
    before = store.index_version(session)
    articles.save_article(session, Draft(title=" Printer ", body="Do this.\r\n"), article=article.id, by="Ben", now=now)
    assert store.index_version(session) == before
    assert store.article(session, article.id) == article


def test_somebody_elses_change_is_not_overwritten_unseen(session: Session, write: Write, now: datetime) -> None:
    article = write("Printer")
    articles.save_article(session, Draft(title="Printer", body="Ben's"), article=article.id, by="Ben", now=now + timedelta(hours=1))
    draft = Draft(title="Printer", body="Ana's")
    with pytest.raises(InvalidArticle, match="Ben changed this article"):
        articles.save_article(session, draft, article=article.id, by="Ana", now=now, seen=article.updated_at)
    assert store.article(session, article.id).body == "Ben's"  # type: ignore[union-attr]


def test_every_wrong_field_gets_its_own_sentence(session: Session, now: datetime) -> None:
    wrong = Draft(title=" ", body="", topic="", language="English", phrasings=("?!",), service_area="x" * 61)
    with pytest.raises(InvalidArticle) as caught:
        articles.save_article(session, wrong, by="Ana", now=now)
    assert set(caught.value.errors) == {"title", "body", "topic", "language", "phrasings", "service_area"}
    assert all(sentence.endswith(".") for sentence in caught.value.errors.values())
    assert store.articles(session) == []


def test_control_characters_are_refused(session: Session, now: datetime) -> None:
    with pytest.raises(InvalidArticle, match=r"U\+0000"):
        articles.save_article(session, Draft(title="x", body="a\x00b"), by="Ana", now=now)


def test_two_articles_with_one_title_get_two_ids(session: Session, write: Write) -> None:
    assert [write("VPN").id, write("VPN").id, write("VPN!").id] == ["vpn", "vpn-2", "vpn-3"]
    assert write("Пароль").id.startswith("article-")


def test_an_archived_article_is_gone_for_the_matcher_and_can_come_back(session: Session, write: Write, now: datetime) -> None:
    article = write("VPN")
    articles.archive_article(session, article.id, by="Ana", now=now)
    assert store.entries(session) == []
    assert store.index_version(session) == 2
    articles.publish_article(session, article.id, by="Ana", now=now)
    assert [entry.article for entry in store.entries(session)] == ["vpn"]
    assert store.index_version(session) == 3


def test_a_phrasing_is_kept_once_however_it_is_written(session: Session, write: Write, now: datetime) -> None:
    article = write("VPN", "vpn down")
    with pytest.raises(InvalidArticle, match="already"):
        articles.add_phrasing(session, article.id, "  VPN  Down! ", by="Ana", now=now)
    added = articles.add_phrasing(session, article.id, "tunnel is dead", source=PhrasingSource.QUESTION, by="Ben", now=now)
    assert (added.text, added.source, added.added_by) == ("tunnel is dead", PhrasingSource.QUESTION, "Ben")
    assert store.entries(session)[0].phrasings == ("vpn down", "tunnel is dead")
    assert store.index_version(session) == 2


def test_the_same_phrasing_may_stand_in_two_articles(session: Session, write: Write, now: datetime) -> None:
    write("VPN", "it is broken")
    other = write("Printer")
    assert articles.add_phrasing(session, other.id, "it is broken", by="Ana", now=now).article == other.id


@pytest.mark.parametrize("text", ["", "   ", "?!…", "x" * 501])
def test_a_phrasing_needs_words_and_has_an_end(session: Session, write: Write, now: datetime, text: str) -> None:
    article = write("VPN")
    with pytest.raises(InvalidArticle):
        articles.add_phrasing(session, article.id, text, by="Ana", now=now)


def test_removing_a_phrasing_raises_the_index_once(session: Session, write: Write, now: datetime) -> None:
    article = write("VPN", "vpn down")
    [phrasing] = store.phrasings(session, article.id)
    assert articles.remove_phrasing(session, article.id, phrasing.id, by="Ana", now=now) == phrasing
    assert articles.remove_phrasing(session, article.id, phrasing.id, by="Ana", now=now) is None
    assert store.index_version(session) == 2


def test_an_unknown_article_is_a_lookup_error(session: Session, now: datetime) -> None:
    with pytest.raises(LookupError):
        articles.archive_article(session, "nothing", by="Ana", now=now)


def test_topics_show_what_each_audience_can_ask(session: Session, write: Write) -> None:
    write("VPN", "vpn down", "x y", topic="Network")
    write("Wi-Fi", topic="Network")
    write("Dismissal talks", "how do I let somebody go", topic="Leading", audience="managers")
    everyone = store.topics(session, ["everyone"])
    assert [(topic.name, topic.articles, topic.examples) for topic in everyone] == [("Network", 2, ("vpn down", "Wi-Fi"))]
    assert [topic.name for topic in store.topics(session, ["managers"])] == ["Leading", "Network"]


def test_the_list_is_searched_in_titles_texts_and_phrasings(session: Session, write: Write, now: datetime) -> None:
    write("VPN", "tunnel dead", topic="Network")
    write("Printer", body="100% black pages")
    articles.save_article(session, Draft(title="Later", body="…"), by="Ana", now=now)
    assert [line.title for line in store.articles(session)] == ["Later", "Printer", "VPN"]
    assert [line.title for line in store.articles(session, search="TUNNEL")] == ["VPN"]
    assert [line.title for line in store.articles(session, search="100%")] == ["Printer"]
    assert [line.title for line in store.articles(session, topic="Network")] == ["VPN"]
    assert store.count_articles(session, status=Status.PUBLISHED) == 2
    assert store.articles(session, search="vpn")[0].phrasings == 1


def test_the_review_date_is_overdue_from_its_own_day_on(now: datetime) -> None:
    assert store.is_overdue(date(2026, 11, 20), now)
    assert not store.is_overdue(date(2026, 11, 21), now)
    assert not store.is_overdue(None, now)
