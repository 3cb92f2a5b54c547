"""The pages: who sees them, what they say without data, and that links keep their promise."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from analytics.export import as_text
from analytics.model import Signal, Speaker
from tests.analytics.person import NOW, Person

PAGES = ["/statistics", "/statistics?days=7", "/statistics?days=abc", "/statistics/rows", "/statistics/export.csv"]
LINK = re.compile(r'href="(/statistics/rows\?[^"]+)"[^>]*>(?:<strong>)?([\d,]+)(?=<)')


@pytest.fixture
def month(ana: Person, session: Session) -> Person:
    for number in range(24):
        ana.name = f"person{number}"
        ana.is_helped_with("vpn will not connect", "vpn")
        ana.later(minutes=40).asks("my moon rocket is stuck", ms=12.5).is_told_unknown()
    ana.name = "zoe"
    ana.asks("=HYPERLINK(1) I am Zoe Lopez", "vpn", ms=3).is_shown("vpn").says_no().wants_a_person().is_handed_over()
    ana.turn(Signal.RELAYED, "Hello Zoe, Ben Miller here <script>", speaker=Speaker.AGENT)
    session.commit()
    return ana


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("scopes", "status"), [("", 403), ("desk knowledge", 403), ("statistics", 200)])
def test_only_who_may_see_the_statistics_does(browser: TestClient, page: str, scopes: str, status: int) -> None:
    assert browser.get(page, headers={"x-scopes": scopes}).status_code == status


@pytest.mark.parametrize("page", PAGES[:4])
def test_without_data_the_pages_say_what_to_do(browser: TestClient, page: str) -> None:
    text = browser.get(page).text
    assert 'class="empty"' in text
    assert "<svg" not in text


@pytest.mark.parametrize(("asked", "told"), [("1", "1 day:"), ("30", "30 days:"), ("730", "730 days:"), ("7", "7 days:")])
def test_any_number_of_days_up_to_two_years_is_shown(browser: TestClient, month: Person, asked: str, told: str) -> None:
    text = browser.get(f"/statistics?days={asked}").text
    assert told in text
    assert text.count("aria-current") == (asked == "7")
    assert "A period has" not in text


@pytest.mark.parametrize("asked", ["0", "-1", "731", "abc", "³", "9" * 5000])
def test_a_period_that_cannot_be_is_not_shown_as_if_it_were(browser: TestClient, asked: str) -> None:
    text = browser.get("/statistics", params={"days": asked}).text
    assert "A period has 1 to 730 days; these are the usual 28." in text


def test_two_years_have_a_bar_for_every_day(ana: Person, session: Session, browser: TestClient) -> None:
    ana.at = NOW - timedelta(days=366)
    ana.asks("vpn will not connect").later(days=365).asks("vpn will not connect")
    session.commit()
    text = browser.get("/statistics?days=730").text
    assert "27 Nov 24" in text
    assert "27 Nov 25" in text


def listed(browser: TestClient) -> list[dict[str, str]]:
    answer = browser.get("/statistics/export.csv?start=2025-11-01&end=2025-11-28")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_article_that_was_only_thought_of_is_in_no_list(ana: Person, session: Session, browser: TestClient) -> None:
    ana.is_offered_desks()
    session.commit()
    assert [(line["article"], line["article_title"]) for line in listed(browser)] == [("", "")]
    rows = "/statistics/rows?start=2025-11-01&end=2025-11-28"
    assert "<td>Desk</td>" not in browser.get(rows).text
    ana.presses("article:desk").is_shown("desk")
    session.commit()
    assert [(line["article"], line["article_title"]) for line in listed(browser)] == [("desk", "Desk")]
    assert "<td>Desk</td>" in browser.get(rows).text


def test_an_article_shown_stays_listed_when_other_words_bring_up_another_one(ana: Person, session: Session, browser: TestClient) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").asks("vpn will not connect").is_told_unknown()
    ana.asks("vpn will not connect", "wifi").is_told_unknown()
    session.commit()
    assert [line["article"] for line in listed(browser)] == ["vpn"]


def replayed(browser: TestClient) -> str:
    row = re.search(r"/statistics/episodes/[^\"]+", browser.get("/statistics/rows?start=2025-11-01&end=2025-11-28").text)
    assert row is not None
    return " ".join(re.sub("<[^>]+>", "", browser.get(row.group()).text).split())


def test_a_replay_says_what_was_offered_and_claims_no_choice_that_nobody_made(ana: Person, session: Session, browser: TestClient) -> None:
    ana.is_offered_desks()
    session.commit()
    text = replayed(browser)
    assert "the bot decided: offer a choice" in text
    assert "best candidate: Desk" in text
    assert "Offered: Book a desk · Book a room" in text
    assert "taken" not in text
    assert "Took" not in text


def test_a_replay_says_what_was_taken(ana: Person, session: Session, browser: TestClient) -> None:
    ana.is_offered_desks().presses("article:room").is_shown("room")
    session.commit()
    text = replayed(browser)
    assert "Offered: Book a desk · Book a room (taken)" in text
    assert "Took what was offered: Book a room" in text
    assert "shown: Room" in text


def test_an_offer_that_is_no_longer_known_breaks_nothing(ana: Person, session: Session, browser: TestClient) -> None:
    ana.is_offered_desks().presses("article:gone").turn(Signal.OFFERED, "Which?", reply={"choices": "broken"})
    session.commit()
    assert "(a button)" in replayed(browser)


def test_every_column_is_named_and_no_two_regions_are_called_alike(browser: TestClient, month: Person) -> None:
    month.asks("vpn is slow", "vpn").asks("vpn is slow", "wifi")
    month.session.commit()
    newest = re.search(r"/statistics/episodes/[^\"]+", browser.get("/statistics/rows?start=2025-11-01&end=2025-11-28").text)
    assert newest is not None
    for page in ("/statistics", "/statistics/rows?start=2025-11-01&end=2025-11-28", newest.group()):
        text = browser.get(page).text
        labels = re.findall(r'role="region" aria-label="([^"]*)"', text)
        assert len(labels) == len(set(labels))
        assert labels
        heads = re.findall(r"<thead>.*?</thead>", text, re.DOTALL)
        assert not any("<td" in head or re.search(r"<th[^>]*></th>", head) for head in heads)


def test_an_unknown_episode_is_not_found(browser: TestClient) -> None:
    assert browser.get("/statistics/episodes/nope:1").status_code == 404


def test_nonsense_in_a_link_is_refused_and_breaks_nothing(browser: TestClient, month: Person) -> None:
    assert browser.get("/statistics/rows?kind=nonsense").status_code == 422
    assert browser.get("/statistics/rows?start=9999-12-31&end=9999-12-31").status_code == 422
    for kind in ("outcome", "handed_off", "recontacted", "article_shown", "unanswered_question", "channel"):
        assert browser.get(f"/statistics/rows?kind={kind}&value=%27%22%3B--%00").status_code == 200
    assert "There is no page 50" in browser.get("/statistics/rows?page=50&start=2025-11-01&end=2025-11-28").text


def test_every_figure_links_to_as_many_rows_as_it_says(browser: TestClient, month: Person) -> None:
    text = browser.get("/statistics").text
    links = {(unescape(link), int(count.replace(",", ""))) for link, count in LINK.findall(text)}
    assert len(links) > 10
    for link, count in links:
        page = browser.get(link).text
        assert f"{count} question" in page, link
        assert page.count("/statistics/episodes/") == count, link


def test_the_three_numbers_stand_together_with_their_ranges(browser: TestClient, month: Person) -> None:
    text = browser.get("/statistics").text
    for words in (
        "Floor: said it helped",
        "Estimate: probably helped",
        "Ceiling: no person needed",
        "Not a success figure",
        "95 % interval",
    ):
        assert words in text
    assert "A range, because" in text
    assert "How this is counted" in text


def test_charts_keep_the_rules_of_the_page(browser: TestClient, month: Person) -> None:
    text = browser.get("/statistics").text
    assert text.count('<svg role="img"') == 4
    assert len(set(re.findall('<title id="([^"]+)"', text))) == 4
    assert text.count('class="chart-wide"') == text.count('class="chart-narrow"') == 2
    assert " style=" not in text
    assert "<script" not in text
    assert "<style" not in text


def test_a_replay_shows_what_was_said_and_why_without_names(browser: TestClient, month: Person) -> None:
    row = re.search(
        r"/statistics/episodes/[^\"]+", browser.get("/statistics/rows?kind=handed_off&value=failed&start=2025-11-01&end=2025-11-28").text
    )
    assert row is not None
    text = browser.get(row.group()).text
    assert "one article stands out" in text
    assert "Index version 3" in text
    assert "talk to a person" in text
    assert "Zoe" not in text
    assert "Ben" not in text
    assert "Miller" not in text
    assert "&lt;script&gt;" in text


def test_names_are_in_none_of_the_lists(browser: TestClient, month: Person) -> None:
    for page in (
        "/statistics",
        "/statistics/rows?start=2025-11-01&end=2025-11-28",
        "/statistics/export.csv?start=2025-11-01&end=2025-11-28",
    ):
        answer = browser.get(page)
        assert "Zoe" not in answer.text
        assert "zoe" not in answer.text
        assert "Lopez" not in answer.text


def test_the_csv_has_a_line_per_question_and_no_formula(browser: TestClient, month: Person) -> None:
    answer = browser.get("/statistics/export.csv?start=2025-11-01&end=2025-11-28")
    assert answer.headers["content-disposition"] == 'attachment; filename="questions-2025-11-01-to-2025-11-28.csv"'
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(lines) == 49
    newest = lines[0]
    assert newest["question"] == "'=HYPERLINK(1) I am [name]"
    assert (newest["outcome"], newest["handed_over_because"], newest["asked_for_person"]) == ("handed_off", "failed", "yes")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_what_a_spreadsheet_would_calculate_becomes_text(cell: str) -> None:
    assert as_text(cell) == f"'{cell}"


def test_other_text_is_left_alone() -> None:
    assert as_text("vpn = broken") == "vpn = broken"
