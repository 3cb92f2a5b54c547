"""What is said about the wait: measured, or not at all."""

from datetime import timedelta

import pytest

from escalation import handoff, store
from escalation.model import DeskSettings, Expectation
from tests.escalation.conftest import SETTINGS, Desk


def expected(desk: Desk, before: int | None = None, settings: DeskSettings = SETTINGS) -> Expectation:
    with desk.database.reading() as session:
        return store.expectation(session, before=before, settings=settings, now=desk.now)


def answered_after(desk: Desk, *minutes: int) -> None:
    """Tickets of earlier employees, each answered after so many minutes and closed."""
    for place, wait in enumerate(minutes):
        ticket = desk.opened(chat=f"earlier-{place}-{desk.now}")
        desk.now = ticket.created_at + timedelta(minutes=wait - 2)
        desk.claim(ticket.number)
        desk.say(ticket.number)
        desk.close(ticket.number)


def test_nothing_is_promised_that_was_not_measured(desk: Desk) -> None:
    assert expected(desk) == Expectation(ahead=0)
    answered_after(desk, 5, 5, 5, 5)
    assert expected(desk) == Expectation(ahead=0)


def test_half_and_nine_tenths_of_the_real_waits(desk: Desk) -> None:
    answered_after(desk, 10, 20, 30, 40, 50)
    found = expected(desk)
    assert found.usual == timedelta(minutes=30)
    assert found.long == timedelta(minutes=46)


def test_waits_of_long_ago_do_not_count(desk: Desk) -> None:
    answered_after(desk, 10, 20, 30, 40, 50)
    desk.now += timedelta(days=SETTINGS.wait_sample_days)
    assert expected(desk).usual is None


def test_the_sample_may_be_smaller(quick_desk: Desk) -> None:
    answered_after(quick_desk, 10)
    least = DeskSettings(wait_sample_least=2)
    assert expected(quick_desk, settings=least).usual is None
    answered_after(quick_desk, 20)
    assert expected(quick_desk, settings=least).usual == timedelta(minutes=15)


@pytest.mark.parametrize("wait", [2, 3])
def test_one_wait_is_enough_if_one_is_asked_for(wait: int, quick_desk: Desk) -> None:
    answered_after(quick_desk, wait)
    one = DeskSettings(wait_sample_least=1)
    assert expected(quick_desk, settings=one) == Expectation(0, timedelta(minutes=wait), timedelta(minutes=wait))


def test_people_ahead_are_those_who_wait_and_came_before(desk: Desk) -> None:
    first, second, third = (desk.opened(chat=f"chat-{n}").number for n in range(3))
    assert [expected(desk, number).ahead for number in (first, second, third)] == [0, 1, 2]
    desk.claim(first)
    assert expected(desk, third).ahead == 1
    desk.close(first)
    desk.by_employee(handoff.reopen, first, conversation=desk.conversation("chat-0"))
    assert expected(desk, third).ahead == 1
    assert expected(desk, first).ahead == 2
