"""Questions that nothing answered: found, put together, decided."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from analytics.model import Signal
from intents.matcher import Matcher
from intents.model import MatchingSettings
from knowledge import gaps, store
from knowledge.clustering import cluster
from knowledge.dismissals import dismissals, undo_dismissal
from knowledge.effects import Harm, Preview
from knowledge.model import Article, Draft, Gap, GapReason, InvalidArticle, KnowledgeSettings, PhrasingSource
from knowledge.preview import preview_phrasings

Ask = Callable[..., str]
Write = Callable[..., Article]
Find = Callable[[], list[Gap]]


@pytest.fixture
def find(session: Session, now: datetime) -> Find:
    return lambda: gaps.open_gaps(session, since=now - timedelta(days=90), now=now)


def test_without_failures_there_are_no_gaps(ask: Ask, find: Find) -> None:
    ask("how do i print", Signal.ANSWERED, Signal.HELPED)
    ask("vpn is dead", Signal.ANSWERED)
    assert find() == []


def test_the_three_kinds_of_failure_are_gaps(ask: Ask, find: Find) -> None:
    ask("where is my parking permit", Signal.UNKNOWN)
    ask("where's my parking permit?", Signal.ANSWERED, Signal.NOT_HELPED)
    ask("parking permit where", Signal.UNKNOWN, Signal.ASKED_PERSON, Signal.HANDED_OFF)
    [gap] = find()
    assert gap.reasons == ((GapReason.UNANSWERED, 1), (GapReason.REJECTED, 1), (GapReason.HANDED_OFF, 1))
    assert (gap.asked, gap.people, len(gap.questions)) == (3, 3, 3)


def test_what_was_answered_after_all_or_handed_over_by_wish_is_no_gap(ask: Ask, find: Find) -> None:
    ask("where is the canteen", Signal.UNKNOWN, Signal.ANSWERED, Signal.HELPED)
    ask("my chair squeaks", Signal.ASKED_PERSON, Signal.HANDED_OFF)
    assert find() == []


def test_tests_of_the_staff_are_left_out(ask: Ask, find: Find) -> None:
    ask("where is the canteen", test=True)
    assert find() == []


def test_questions_older_than_the_window_are_left_out(ask: Ask, find: Find) -> None:
    ask("where is the canteen", days_ago=91)
    assert find() == []


def test_many_people_come_before_many_repetitions(ask: Ask, find: Find) -> None:
    for _ in range(5):
        ask("where is the canteen", person="one")
    for person in ("x", "y"):
        ask("my badge does not open the garage", person=person)
    assert [(gap.question, gap.people, gap.asked) for gap in find()] == [
        ("my badge does not open the garage", 2, 2),
        ("where is the canteen", 1, 5),
    ]


def test_the_same_words_in_other_spelling_are_one_question(ask: Ask, find: Find) -> None:
    ask("Where is the canteen?", days_ago=3)
    ask("where is the  canteen", days_ago=2)
    [gap] = find()
    [question] = gap.questions
    assert (question.text, question.asked, question.people) == ("Where is the canteen?", 2, 2)
    assert gap.first_at < gap.last_at
    assert len(gap.episodes) == 2
    assert gap.key == gap.episodes[0]


def test_similar_questions_stand_together_and_others_do_not() -> None:
    asked = [
        "how do I book a parking space",
        "parking space booking",
        "book parking spaces for a visitor",
        "payslip is wrong this month",
        "wrong payslip",
        "🙂",
    ]
    assert cluster(asked, similar_at=0.4) == [[0, 1, 2], [3, 4], [5]]


def test_grouping_is_the_same_every_time_and_takes_anything() -> None:
    asked = ["", "?", "a", "дверь", "x" * 5000, "a"]
    assert cluster(asked, similar_at=0.4) == cluster(asked, similar_at=0.4)
    assert cluster([], similar_at=0.4) == []


def test_only_the_newest_questions_are_grouped_when_there_are_too_many(session: Session, ask: Ask, now: datetime) -> None:
    for number in range(15):
        ask(f"{chr(97 + number) * 6} question", days_ago=20 - number)
    found = gaps.open_gaps(session, since=now - timedelta(days=90), now=now, settings=KnowledgeSettings(most_questions=10))
    assert sum(len(gap.questions) for gap in found) == 10


def test_a_gap_knows_the_nearest_articles(session: Session, ask: Ask, write: Write, now: datetime) -> None:
    write("Park your car", "where can I park", body="Use the garage.")
    write("Print a page", "printer does nothing")
    ask("can I park my car in the garage on sunday")
    matcher = Matcher.build(store.entries(session))
    [gap] = gaps.open_gaps(session, matcher=matcher, since=now - timedelta(days=9), now=now)
    assert gap.nearest is not None
    assert gap.nearest.article == "park-your-car"
    assert 0 <= gap.nearest.confidence <= 1


def test_nothing_near_is_said_too(session: Session, ask: Ask, now: datetime) -> None:
    ask("where is the canteen")
    [gap] = gaps.open_gaps(session, matcher=Matcher.build([]), since=now - timedelta(days=9), now=now)
    assert gap.nearest is None


def test_a_phrasing_closes_the_gap_and_raises_the_index(session: Session, ask: Ask, write: Write, find: Find, now: datetime) -> None:
    article = write("Park your car")
    ask("garage on sunday")
    [gap] = find()
    [added] = gaps.answer_gap_with_phrasing(session, gap, article=article.id, texts=["garage on sunday", " "], by="Ana", now=now)
    assert (added.source, added.added_by) == (PhrasingSource.QUESTION, "Ana")
    assert find() == []
    assert store.index_version(session) == 2
    [decision] = store.gap_decisions(session, gap.episodes)
    assert (decision.action, decision.article, decision.by) == ("phrasing", article.id, "Ana")


def test_who_asks_again_after_the_decision_is_on_the_list_again(session: Session, ask: Ask, find: Find, now: datetime) -> None:
    ask("garage on sunday", days_ago=2)
    [gap] = find()
    gaps.dismiss_gap(session, gap, reason="closed on Sundays", by="Ana", now=now)
    assert find() == []
    for number in (1, 2):
        ask("Garage on Sunday?", person=f"new-{number}", days_ago=0)
        ask("garage on sunday", person=f"new-{number}", days_ago=0.5)
    assert find() == []
    ask("garage on sunday", person="new-3", days_ago=0)
    assert [gap.people for gap in find()] == [3]


def test_other_words_than_those_dismissed_are_shown_at_once(session: Session, ask: Ask, find: Find, now: datetime) -> None:
    ask("garage on sunday", days_ago=2)
    gaps.dismiss_gap(session, find()[0], reason="closed on Sundays", by="Ana", now=now)
    ask("garage on sunday morning", days_ago=0)
    assert [gap.question for gap in find()] == ["garage on sunday morning"]


def test_what_was_answered_with_a_phrasing_comes_back_at_once(session: Session, ask: Ask, write: Write, find: Find, now: datetime) -> None:
    article = write("Park your car")
    ask("garage on sunday", days_ago=2)
    gaps.answer_gap_with_phrasing(session, find()[0], article=article.id, texts=["garage on sunday"], by="Ana", now=now)
    ask("garage on sunday", days_ago=0)
    assert [gap.asked for gap in find()] == [1]


def test_a_dismissal_is_listed_and_can_be_taken_back(session: Session, ask: Ask, find: Find, now: datetime) -> None:
    ask("garage on sunday", days_ago=2)
    ask("garage on sunday?", days_ago=1)
    before = find()
    gaps.dismiss_gap(session, before[0], reason="closed on Sundays", by="Ana", now=now)
    [one] = dismissals(session, since=now - timedelta(days=90))
    assert (one.questions, one.reason, one.by, one.at) == (("garage on sunday",), "closed on Sundays", "Ana", now)
    undo_dismissal(session, one.episodes)
    assert dismissals(session, since=now - timedelta(days=90)) == []
    assert find() == before


def test_undo_leaves_other_decisions_alone(session: Session, ask: Ask, find: Find, now: datetime) -> None:
    ask("garage on sunday")
    [gap] = find()
    gaps.answer_gap_with_article(session, gap, draft=Draft(title="Garage", body="x"), by="Ana", now=now)
    undo_dismissal(session, gap.episodes)
    assert find() == []


def test_a_choice_that_nobody_took_is_a_weak_gap_below_the_others(ask: Ask, find: Find) -> None:
    for _ in range(3):
        ask("my chair squeaks", Signal.OFFERED)
    ask("garage on sunday")
    ask("print a page", Signal.OFFERED, Signal.ANSWERED)
    ask("the lamp flickers", Signal.OFFERED, days_ago=0)
    strong, weak = find()
    assert (strong.question, strong.weak, weak.question, weak.weak) == ("garage on sunday", False, "my chair squeaks", True)
    assert weak.reasons == ((GapReason.NOT_TAKEN, 3),)
    ask("my chair squeaks", person="late")
    assert [gap.people for gap in find()] == [1, 1, 3], "a choice not taken lends a failure no weight"


@pytest.mark.parametrize("texts", [[], ["  "], ["?!"], ["x" * 501]])
def test_a_refused_phrasing_leaves_the_gap_open(
    session: Session, ask: Ask, write: Write, find: Find, now: datetime, texts: list[str]
) -> None:
    article = write("Park your car")
    ask("garage on sunday")
    [gap] = find()
    with pytest.raises(InvalidArticle):
        gaps.answer_gap_with_phrasing(session, gap, article=article.id, texts=texts, by="Ana", now=now)
    assert find() == [gap]
    assert store.phrasings(session, article.id) == []


def test_only_published_articles_take_phrasings(session: Session, ask: Ask, find: Find, now: datetime) -> None:
    ask("garage on sunday")
    [gap] = find()
    with pytest.raises(InvalidArticle, match="published"):
        gaps.answer_gap_with_phrasing(session, gap, article="nothing", texts=["x y"], by="Ana", now=now)


def test_a_new_article_closes_the_gap(session: Session, ask: Ask, find: Find, now: datetime) -> None:
    ask("garage on sunday")
    [gap] = find()
    draft = Draft(title="Garage hours", body="Closed.", phrasings=("garage on sunday",))
    article = gaps.answer_gap_with_article(session, gap, draft=draft, by="Ana", now=now)
    assert article.version == 1
    assert find() == []
    assert "garage on sunday" in store.versions(session, article.id)[0].reason


def test_two_editors_do_not_decide_twice(session: Session, ask: Ask, find: Find, now: datetime) -> None:
    ask("garage on sunday")
    [gap] = find()
    gaps.dismiss_gap(session, gap, reason="no", by="Ana", now=now)
    with pytest.raises(InvalidArticle, match="Ana has decided"):
        gaps.answer_gap_with_article(session, gap, draft=Draft(title="Garage", body="x"), by="Ben", now=now)
    assert store.articles(session) == []


def test_dismissing_needs_a_reason(session: Session, ask: Ask, find: Find, now: datetime) -> None:
    ask("garage on sunday")
    [gap] = find()
    with pytest.raises(InvalidArticle):
        gaps.dismiss_gap(session, gap, reason="  ", by="Ana", now=now)
    assert find() == [gap]


def test_a_decision_is_about_the_episodes_that_were_seen(session: Session, ask: Ask, find: Find, now: datetime) -> None:
    seen = ask("garage on sunday", days_ago=2)
    unseen = ask("garage on a sunday", days_ago=1)
    gap = gaps.gap_of(session, [seen])
    assert gap is not None
    gaps.dismiss_gap(session, gap, reason="no", by="Ana", now=now)
    assert [gap.episodes for gap in find()] == [(unseen,)]
    assert gaps.gap_of(session, [seen]) is None


def preview_of(session: Session, article: str, texts: list[str], questions: list[str], rebuild_at_most: int = 3000) -> Preview:
    entries = store.entries(session)
    return preview_phrasings(
        Matcher.build,
        entries,
        texts,
        article,
        questions=questions,
        current=Matcher.build(entries),
        matching=MatchingSettings(),
        settings=KnowledgeSettings(rebuild_at_most=rebuild_at_most),
    )


@pytest.mark.parametrize("rebuild_at_most", [3000, 10])
def test_the_preview_shows_what_a_phrasing_changes(session: Session, write: Write, rebuild_at_most: int) -> None:
    for subject in ("printer", "vpn", "badge", "canteen", "payslip", "laptop", "phone", "calendar", "chair", "wifi", "invoice"):
        write(f"About the {subject}", f"my {subject} is broken", f"where is my {subject}")
    preview = preview_of(
        session,
        "about-the-badge",
        ["turnstile stays shut"],
        ["the turnstile stays shut", "where is my vpn"],
        rebuild_at_most=rebuild_at_most,
    )
    new, known = preview.questions
    assert new.before.kind == "unknown"
    assert new.after.articles[0] == "about-the-badge"
    assert new.better
    assert known.before.articles[0] == known.after.articles[0] == "about-the-vpn"
    assert not known.better
    assert preview.moves == ()
    assert preview.whole_index is (rebuild_at_most == 3000)


def test_the_preview_warns_of_questions_taken_from_other_articles(session: Session, write: Write) -> None:
    write(
        "Broken things in the building",
        "coffee machine broken",
        "the coffee machine is leaking",
        "coffee machine does nothing",
        "lamp broken",
    )
    write("Claim expenses", "get my money back", "taxi receipt")
    write("Print", "printer is jammed", "print a page")
    texts = ["coffee machine", "the coffee machine leaks", "coffee machine on floor 3"]
    preview = preview_of(session, "claim-expenses", texts, ["coffee machine"])
    assert preview.checked > 0
    assert {move.article for move in preview.moves} == {"broken-things-in-the-building"}
    assert "lamp broken" not in {move.text for move in preview.moves}
    right = preview_of(session, "broken-things-in-the-building", texts, ["coffee machine"])
    assert right.moves == ()


def test_the_same_words_in_two_articles_are_a_warning(session: Session, write: Write) -> None:
    write("Unlock the account", "account locked", "cannot get in")
    write("Account zip locked files", "how to zip")
    preview = preview_of(session, "account-zip-locked-files", ["account locked", "locked account"], ["account locked"])
    assert "account locked" in {move.text for move in preview.moves}


@pytest.mark.usefixtures("passwords")
def test_every_new_wording_is_tried_itself(session: Session) -> None:
    preview = preview_of(session, "register-a-visitor", ["forgot my password", "guest list"], ["guest list"])
    assert [change.question for change in preview.questions] == ["guest list"]
    [change] = preview.wordings
    assert change.question == "forgot my password"
    assert (change.before.kind, change.before.articles) == ("answer", ("reset-a-forgotten-password",))
    assert change.after.kind == "choice"
    assert set(change.after.articles[:2]) == {"reset-a-forgotten-password", "register-a-visitor"}
    assert (preview.harmed, preview.harmless) == ((change,), False)
    assert change.harm is Harm.CHOICE


@pytest.mark.usefixtures("passwords")
def test_a_wording_for_the_right_article_hurts_nobody(session: Session) -> None:
    preview = preview_of(session, "reset-a-forgotten-password", ["forgot my password"], [])
    assert [change.harm for change in preview.wordings] == [None]
    assert preview.harmless
