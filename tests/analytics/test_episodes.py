"""Golden logs: what was said, and how it must be counted."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics import records
from analytics.episodes import contained, outcome, provisional, same_need
from analytics.model import Episode, HandoffReason, Outcome, RecordSettings, Signal, Speaker
from analytics.store import episode_from
from analytics.tables import EpisodeArticleRow, EpisodeRow
from tests.analytics.person import Person

WEEK = timedelta(days=7)


def episodes(session: Session) -> list[Episode]:
    rows = session.scalars(select(EpisodeRow).order_by(EpisodeRow.opened_at, EpisodeRow.id).execution_options(populate_existing=True))
    return [episode_from(row) for row in rows]


def endings(session: Session, days: float = 7) -> list[Outcome]:
    return [outcome(episode, timedelta(days=days)) for episode in episodes(session)]


def test_yes_confirms(ana: Person, session: Session) -> None:
    ana.is_helped_with("vpn will not connect", "vpn")
    assert endings(session) == [Outcome.CONFIRMED]


def test_silence_after_an_answer_is_assumed(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn")
    assert endings(session) == [Outcome.ASSUMED]


def test_no_rejects(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").says_no()
    assert endings(session) == [Outcome.REJECTED]


def test_no_then_silence_after_another_article_is_silence_but_the_same_article_again_is_not(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").says_no().is_offered().is_shown("wifi")
    assert endings(session) == [Outcome.ASSUMED]
    ana.says_no().is_shown("wifi")
    assert endings(session) == [Outcome.REJECTED]


def test_the_no_to_the_first_article_is_kept_when_the_second_one_helps(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").says_no().is_shown("wifi").says_yes()
    assert endings(session) == [Outcome.CONFIRMED]
    refused = {row.article: row.rejected for row in session.scalars(select(EpisodeArticleRow))}
    assert refused == {"vpn": True, "wifi": False}


def test_unknown_and_gone_is_unanswered(ana: Person, session: Session) -> None:
    ana.asks("my moon rocket is stuck").is_told_unknown()
    assert endings(session) == [Outcome.UNANSWERED]


def test_asked_once_more_and_no_answer_this_time_is_not_a_success(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").later(minutes=5)
    ana.asks("vpn still will not connect").is_told_unknown()
    assert endings(session) == [Outcome.UNANSWERED]


def test_leaving_before_an_answer_is_abandoned(ana: Person, session: Session) -> None:
    ana.asks("it is broken").turn(Signal.CLARIFIED, "What is?")
    assert endings(session) == [Outcome.ABANDONED]


def test_offered_a_choice_and_gone_is_abandoned(ana: Person, session: Session) -> None:
    ana.asks("printer").is_offered()
    assert endings(session) == [Outcome.ABANDONED]
    assert [(e.choices_offered, e.choice_taken) for e in episodes(session)] == [(True, False)]


def test_a_choice_is_taken_only_from_what_was_offered(ana: Person, session: Session) -> None:
    ana.asks("printer").is_offered().turn(Signal.TALK, "2", speaker=Speaker.EMPLOYEE).is_shown("printer-add")
    ana.later(days=1).asks("badge lost").is_shown("badge").says_no().is_offered()
    assert [e.choice_taken for e in episodes(session)] == [True, False]


def test_the_answer_to_a_question_back_belongs_to_the_need(ana: Person, session: Session) -> None:
    ana.asks("it does not work").turn(Signal.CLARIFIED, "What does not?").asks("outlook", "outlook").is_shown("outlook")
    (only,) = episodes(session)
    assert (only.question, only.asked, outcome(only, WEEK)) == ("it does not work outlook", 2, Outcome.ASSUMED)


def test_handed_over_by_choice(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").wants_a_person().is_handed_over()
    (only,) = episodes(session)
    assert (outcome(only, WEEK), only.handoff_reason) == (Outcome.HANDED_OFF, HandoffReason.CHOICE)


@pytest.mark.parametrize("failure", ["is_told_unknown", "says_no"])
def test_handed_over_because_the_bot_failed(ana: Person, session: Session, failure: str) -> None:
    getattr(ana.asks("vpn will not connect", "vpn"), failure)().wants_a_person().is_handed_over()
    assert [e.handoff_reason for e in episodes(session)] == [HandoffReason.FAILED]


def test_an_early_no_is_a_failure_even_when_another_article_came_after_it(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").says_no().is_shown("wifi").wants_a_person().is_handed_over()
    assert [e.handoff_reason for e in episodes(session)] == [HandoffReason.FAILED]


def test_handed_over_without_being_asked_is_a_rule(ana: Person, session: Session) -> None:
    ana.asks("I was harassed", "confidential").is_handed_over()
    assert [e.handoff_reason for e in episodes(session)] == [HandoffReason.POLICY]


def test_a_wish_for_a_person_left_standing_is_neither_assumed_nor_contained(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").wants_a_person()
    (only,) = episodes(session)
    assert outcome(only, WEEK) is Outcome.REJECTED
    assert not contained(only)
    ana.says_yes()
    (only,) = episodes(session)
    assert outcome(only, WEEK) is Outcome.CONFIRMED
    assert contained(only)


def test_a_person_first_names_the_need_with_their_own_words_not_the_agents(ana: Person, session: Session) -> None:
    ana.wants_a_person().is_handed_over()
    answered_at = ana.at
    ana.turn(Signal.RELAYED, "Hello, this is Ben", speaker=Speaker.AGENT).later(minutes=1)
    ana.turn(Signal.RELAYED, "my vpn is dead", speaker=Speaker.EMPLOYEE)
    (only,) = episodes(session)
    assert (only.question, only.asked_person_at) == ("my vpn is dead", only.opened_at)
    assert only.person_answered_at == answered_at


@pytest.mark.parametrize(("days", "expected"), [(6.9, Outcome.BOUNCED), (7.1, Outcome.CONFIRMED)])
def test_coming_back_undoes_a_success_within_the_window(ana: Person, session: Session, days: float, expected: Outcome) -> None:
    ana.is_helped_with("vpn will not connect", "vpn").later(days=days).on("slack").asks("vpn will not connect").is_told_unknown()
    assert endings(session) == [expected, Outcome.UNANSWERED]


def test_the_window_decides_not_the_record(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").later(days=2).asks("vpn will not connect", "vpn").is_shown("vpn")
    assert [endings(session, days)[0] for days in (1, 3, 7, 14)] == [Outcome.ASSUMED, *[Outcome.BOUNCED] * 3]


def test_coming_back_to_a_person_with_it_undoes_the_success_too(ana: Person, session: Session) -> None:
    ana.is_helped_with("vpn will not connect", "vpn").later(days=1).wants_a_person().is_handed_over()
    ana.turn(Signal.RELAYED, "vpn will not connect", speaker=Speaker.EMPLOYEE)
    assert endings(session) == [Outcome.BOUNCED, Outcome.HANDED_OFF]


def test_another_need_undoes_nothing(ana: Person, session: Session) -> None:
    ana.is_helped_with("vpn will not connect", "vpn").later(days=1).is_helped_with("where is my payslip", "payslip")
    assert endings(session) == [Outcome.CONFIRMED, Outcome.CONFIRMED]


def test_somebody_else_undoes_nothing(ana: Person, session: Session) -> None:
    ana.is_helped_with("vpn will not connect", "vpn")
    ana.name = "bob"
    ana.later(days=1).is_helped_with("vpn will not connect", "vpn")
    assert endings(session) == [Outcome.CONFIRMED, Outcome.CONFIRMED]


def test_other_words_within_the_gap_are_one_need(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect").is_told_unknown().later(minutes=10).asks("the vpn does not connect will", "vpn").is_shown("vpn")
    (only,) = episodes(session)
    assert (only.asked, outcome(only, WEEK)) == (2, Outcome.ASSUMED)


def test_asking_again_takes_back_the_yes(ana: Person, session: Session) -> None:
    ana.is_helped_with("vpn will not connect", "vpn").later(minutes=2).asks("vpn will not connect", "vpn").is_shown("vpn")
    assert endings(session) == [Outcome.ASSUMED]


def test_asking_again_and_leaving_takes_back_the_answer(ana: Person, session: Session) -> None:
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").later(minutes=2).asks("vpn will not connect", "vpn")
    assert endings(session) == [Outcome.ABANDONED]


def test_asking_again_elsewhere_within_the_gap_stays_one_need(ana: Person, session: Session) -> None:
    ana.is_helped_with("where is my payslip", "payslip").later(minutes=5)
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").later(minutes=5)
    ana.on("slack").asks("vpn will not connect", "vpn").is_shown("vpn").says_yes()
    assert endings(session) == [Outcome.CONFIRMED, Outcome.CONFIRMED]
    assert [e.asked for e in episodes(session)] == [1, 2]


def test_a_late_yes_on_the_old_channel_reaches_the_need_that_moved(ana: Person, session: Session) -> None:
    ana.asks("where is my payslip", "payslip").is_shown("payslip").later(minutes=1)
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").later(minutes=1).on("slack")
    ana.asks("vpn will not connect", "vpn").is_shown("vpn").later(minutes=1).on("web").says_yes()
    assert endings(session) == [Outcome.ASSUMED, Outcome.CONFIRMED]


def test_a_reaction_that_names_its_article_reaches_the_right_need(ana: Person, session: Session) -> None:
    ana.asks("where is my payslip", "payslip").is_shown("payslip").later(minutes=1)
    ana.asks("vpn will not connect", "vpn").is_shown("vpn")
    ana.turn(Signal.HELPED, "yes", "payslip")
    assert endings(session) == [Outcome.CONFIRMED, Outcome.ASSUMED]


def test_tests_are_not_eligible_and_talk_is_nothing(ana: Person, session: Session) -> None:
    ana.turn(Signal.TALK, "hello", speaker=Speaker.EMPLOYEE)
    assert episodes(session) == []
    ana.test = True
    ana.name = "tester"
    ana.asks("vpn")
    assert [e.eligible for e in episodes(session)] == [False]


def test_an_outcome_is_provisional_until_the_window_has_passed(ana: Person, session: Session) -> None:
    ana.is_helped_with("vpn", "vpn")
    (only,) = episodes(session)
    assert provisional(only, WEEK, only.last_at + timedelta(days=6.9))
    assert not provisional(only, WEEK, only.last_at + WEEK)


def test_nothing_is_like_nothing() -> None:
    assert not same_need("", "", "", "", similar_at=72)
    assert same_need("🔥", "", "🔥", "", similar_at=72)
    assert same_need("", "vpn", "", "vpn", similar_at=72)


def test_the_second_hand_over_of_a_conversation_is_an_episode_of_its_own(ana: Person, session: Session) -> None:
    for _ in range(12):
        ana.wants_a_person().is_handed_over().turn(Signal.CLOSED, "done")
    assert endings(session) == [Outcome.HANDED_OFF] * 12


def test_old_conversations_go_with_their_episodes(ana: Person, session: Session) -> None:
    ana.is_helped_with("vpn will not connect", "vpn").later(days=40).is_helped_with("where is my payslip", "payslip")
    settings = RecordSettings(days_kept=30)
    assert records.delete_old_conversations(session, settings=settings, now=ana.at) == 1
    assert [e.question for e in episodes(session)] == ["where is my payslip"]
    assert session.scalars(select(EpisodeArticleRow.article)).all() == ["payslip"]
