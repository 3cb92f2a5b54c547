"""The life of a ticket: who may do what when, what the employee is told, and what must not be done."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.orm import Session

from analytics.model import Holder
from escalation import handoff, store
from escalation.model import ClaimedByOther, Closing, NotPossible, Said, Status, Ticket
from tests.escalation.conftest import ANA, BEN, NOW, SETTINGS, Desk
from tests.fixtures.together import at_once, errors, values


def test_from_opening_to_the_word_that_it_is_solved(desk: Desk) -> None:
    ticket = desk.opened()
    assert (ticket.status, ticket.area, ticket.assignee, ticket.reopened) == (Status.WAITING, "it", "", 0)
    assert (ticket.created_at, ticket.waiting_since, ticket.claimed_at) == (NOW, NOW, None)
    assert desk.holder(ticket.conversation) is Holder.PERSON
    claimed = desk.claim(ticket.number)
    assert (claimed.status, claimed.assignee, claimed.assignee_name) == (Status.CLAIMED, ANA.id, ANA.name)
    answered = desk.say(ticket.number, "  Which Wi-Fi?\n")
    assert answered.first_answer_at == desk.now
    assert desk.say(ticket.number, "Still there?").first_answer_at == answered.first_answer_at
    closed = desk.close(ticket.number, article="vpn-drops")
    assert (closed.status, closed.closing, closed.closing_article) == (Status.CLOSED, Closing.ARTICLE, "vpn-drops")
    assert closed.closed_at == desk.now
    assert desk.holder(ticket.conversation) is Holder.BOT
    assert desk.by_employee(handoff.confirm_solved, ticket.number).solved
    assert [said.kind for said in desk.said] == ["joined", "agent", "agent", "closed"]
    assert desk.said[1].text == "Which Wi-Fi?"
    with desk.database.reading() as session:
        done = [(event.actor, event.did) for event in store.history(session, ticket.number)]
    assert done == [("bot", "opened"), (ANA.name, "claimed"), (ANA.name, "article"), ("employee", "confirmed")]


def test_numbers_are_consecutive_from_the_first(desk: Desk) -> None:
    assert [desk.opened(chat=f"chat-{n}").number for n in range(3)] == [1001, 1002, 1003]


def test_asking_twice_for_a_person_makes_one_ticket(desk: Desk) -> None:
    first, second = desk.opened(), desk.opened(question="something else")
    assert second == first


def test_after_closing_the_next_wish_is_a_new_ticket(quick_desk: Desk) -> None:
    first = quick_desk.opened()
    quick_desk.claim(first.number)
    quick_desk.close(first.number)
    assert quick_desk.opened().number == first.number + 1


def test_of_two_agents_who_claim_at_once_exactly_one_wins(desk: Desk) -> None:
    numbers = [desk.opened(chat=f"chat-{n}").number for n in range(6)]
    for number in numbers:
        results = at_once([partial(desk.claim, number, agent) for agent in (ANA, BEN)])
        [won], [lost] = values([result for result in results if isinstance(result, Ticket)]), errors(results)
        assert isinstance(lost, ClaimedByOther)
        assert str(lost) == f"{won.assignee_name} is already working on ticket {number}."
        assert lost.ticket.assignee == won.assignee
    assert [said.kind for said in desk.said] == ["joined"] * len(numbers)


def test_two_agents_close_or_release_at_once(desk: Desk) -> None:
    ticket = desk.opened()
    desk.claim(ticket.number)
    results = at_once([partial(desk.close, ticket.number), partial(desk.release, ticket.number)])
    assert len(errors(results)) == 1
    assert isinstance(errors(results)[0], NotPossible)


def test_claiming_twice_is_harmless(quick_desk: Desk) -> None:
    ticket = quick_desk.opened()
    first = quick_desk.claim(ticket.number)
    assert quick_desk.claim(ticket.number) == first
    assert len(quick_desk.said) == 1


def test_released_ticket_keeps_its_place_and_waits_for_a_colleague(desk: Desk) -> None:
    ticket = desk.opened()
    desk.claim(ticket.number)
    released = desk.release(ticket.number)
    assert (released.status, released.assignee, released.assignee_name) == (Status.WAITING, "", "")
    assert released.waiting_since == ticket.waiting_since
    assert desk.said[-1].kind == "moved_on"
    assert desk.claim(ticket.number, BEN).assignee == BEN.id


def test_handed_back_to_the_bot(desk: Desk) -> None:
    ticket = desk.opened()
    desk.claim(ticket.number)
    closed = desk.close(ticket.number, closing=Closing.HANDED_BACK)
    assert (closed.closing, desk.said[-1].kind) == (Closing.HANDED_BACK, "handed_back")
    assert desk.holder(ticket.conversation) is Holder.BOT


def test_withdrawn_by_the_employee(desk: Desk) -> None:
    ticket = desk.opened()
    desk.claim(ticket.number)
    told = len(desk.said)
    closed = desk.by_employee(handoff.withdraw, ticket.number)
    assert (closed.status, closed.closing) == (Status.CLOSED, Closing.WITHDRAWN)
    assert desk.holder(ticket.conversation) is Holder.BOT
    assert len(desk.said) == told
    assert desk.by_employee(handoff.withdraw, ticket.number) == closed


def test_reopened_ticket_waits_anew_and_forgets_how_it_was_closed(desk: Desk) -> None:
    ticket = desk.opened()
    desk.claim(ticket.number)
    desk.close(ticket.number, article="vpn-drops")
    reopened = desk.by_employee(handoff.reopen, ticket.number, conversation=ticket.conversation)
    assert (reopened.status, reopened.assignee, reopened.reopened, reopened.solved) == (Status.WAITING, "", 1, False)
    assert (reopened.closing, reopened.closing_article, reopened.closing_title, reopened.closed_at) == (None, "", "", None)
    assert reopened.waiting_since == desk.now > reopened.created_at == ticket.created_at
    assert desk.holder(ticket.conversation) is Holder.PERSON
    withdrawn = desk.by_employee(handoff.withdraw, ticket.number)
    assert (withdrawn.closing, withdrawn.closing_title) == (Closing.WITHDRAWN, "")


def test_reopened_from_a_later_conversation_goes_on_there(desk: Desk) -> None:
    ticket = desk.opened()
    desk.claim(ticket.number)
    desk.close(ticket.number)
    later = desk.conversation("chat-2")
    reopened = desk.by_employee(handoff.reopen, ticket.number, conversation=later)
    assert (reopened.conversation, reopened.address) == (later, "chat-2")
    assert (desk.holder(later), desk.holder(ticket.conversation)) == (Holder.PERSON, Holder.BOT)


def test_open_ticket_follows_the_employee_and_leaves_no_chat_without_answer(desk: Desk) -> None:
    ticket = desk.opened()
    desk.claim(ticket.number)
    other = desk.conversation("chat-2")
    moved = desk.by_employee(handoff.reopen, ticket.number, conversation=other)
    assert (moved.status, moved.assignee, moved.reopened) == (Status.CLAIMED, ANA.id, 0)
    assert (desk.holder(other), desk.holder(ticket.conversation)) == (Holder.PERSON, Holder.BOT)
    desk.close(ticket.number)
    assert desk.holder(other) is Holder.BOT


def test_solved_says_the_employee_of_an_open_ticket(desk: Desk) -> None:
    ticket = desk.opened()
    solved = desk.by_employee(handoff.confirm_solved, ticket.number)
    assert (solved.status, solved.closing, solved.solved) == (Status.CLOSED, Closing.WITHDRAWN, True)
    assert desk.holder(ticket.conversation) is Holder.BOT


def test_confirming_twice_is_noted_once(quick_desk: Desk) -> None:
    ticket = quick_desk.opened()
    quick_desk.claim(ticket.number)
    quick_desk.close(ticket.number)
    for _ in range(2):
        quick_desk.by_employee(handoff.confirm_solved, ticket.number)
    with quick_desk.database.reading() as session:
        assert [event.did for event in store.history(session, ticket.number)].count("confirmed") == 1


def test_facts_go_where_agents_look(quick_desk: Desk) -> None:
    ticket = quick_desk.opened(question="")
    tell = partial(quick_desk.by_employee, handoff.add_fact, ticket.number)
    tell(fact="about", label="What it is about", text="The printer smokes")
    tell(fact="name", label="Name", text="Kim " * 100)
    tell(fact="device", label="Device", text="HP 4000")
    told = tell(fact="about", label="What it is about", text="and it smells")
    assert told.question == "The printer smokes"
    assert told.person_name == ("Kim " * 100)[:200]
    assert dict(told.facts) == {"Device": "HP 4000", "What it is about": "and it smells"}


Act = Callable[[Desk, int], Ticket]
WAITING_ONLY: dict[str, Act] = {
    "release": lambda desk, number: desk.release(number),
    "say": lambda desk, number: desk.say(number),
    "close": lambda desk, number: desk.close(number),
    "hand back": lambda desk, number: desk.close(number, closing=Closing.HANDED_BACK),
}


@pytest.mark.parametrize("act", WAITING_ONLY.values(), ids=WAITING_ONLY.keys())
def test_whoever_has_not_claimed_is_told_to(act: Act, quick_desk: Desk) -> None:
    number = quick_desk.opened().number
    with pytest.raises(NotPossible, match=rf"Claim ticket {number} first, so that nobody else answers at the same time\."):
        act(quick_desk, number)


@pytest.mark.parametrize("act", WAITING_ONLY.values(), ids=WAITING_ONLY.keys())
def test_a_colleagues_ticket_is_left_alone(act: Act, quick_desk: Desk) -> None:
    number = quick_desk.opened().number
    quick_desk.claim(number, BEN)
    with pytest.raises(ClaimedByOther, match=rf"Ben Okafor is already working on ticket {number}\."):
        act(quick_desk, number)


@pytest.mark.parametrize("act", [*WAITING_ONLY.values(), lambda desk, number: desk.claim(number)])
def test_a_closed_ticket_is_closed(act: Act, quick_desk: Desk) -> None:
    number = quick_desk.opened().number
    quick_desk.claim(number)
    quick_desk.close(number)
    with pytest.raises(NotPossible, match=rf"Ticket {number} is closed\."):
        act(quick_desk, number)


@pytest.mark.parametrize("number", [4711, 0, -1])
@pytest.mark.parametrize("act", [*WAITING_ONLY.values(), lambda desk, number: desk.claim(number)])
def test_a_ticket_that_is_not_there(act: Act, number: int, quick_desk: Desk) -> None:
    with pytest.raises(NotPossible, match=f"There is no ticket {number}"):
        act(quick_desk, number)


def test_numbers_beyond_the_column_are_no_tickets(desk: Desk) -> None:
    with desk.database.reading() as session:
        assert store.ticket(session, 10**30) is None


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\x00", " \x00 "])
def test_nothing_is_not_sent(text: str, quick_desk: Desk) -> None:
    number = quick_desk.opened().number
    quick_desk.claim(number)
    with pytest.raises(NotPossible, match="Write something first"):
        quick_desk.say(number, text)


def test_closing_with_an_article_needs_one(quick_desk: Desk) -> None:
    number = quick_desk.opened().number
    quick_desk.claim(number)
    with pytest.raises(NotPossible, match="Choose the article that solved it"):
        quick_desk.close(number, closing=Closing.ARTICLE)


def test_a_refusal_changes_nothing_and_tells_the_employee_nothing(desk: Desk) -> None:
    ticket = desk.opened()
    claimed = desk.claim(ticket.number, BEN)
    told = len(desk.said)
    for act in WAITING_ONLY.values():
        with pytest.raises(ClaimedByOther):
            act(desk, ticket.number)
    with desk.database.reading() as session:
        assert store.ticket(session, ticket.number) == claimed
        assert [event.did for event in store.history(session, ticket.number)] == ["opened", "claimed"]
    assert len(desk.said) == told


class Undeliverable(Exception):
    """The employee cannot be told."""


@pytest.mark.parametrize("verb", [handoff.claim, handoff.release, partial(handoff.agent_says, text="x"), "close"])
def test_what_cannot_be_told_is_not_done(verb: Callable[..., Ticket] | str, desk: Desk) -> None:
    """The employee's turn and the ticket are one transaction: both or neither."""
    ticket = desk.opened()
    before = ticket if verb is handoff.claim else desk.claim(ticket.number)

    def fails(session: Session, said: Said) -> None:
        raise Undeliverable

    act = partial(handoff.close_ticket, closing=Closing.NO_ARTICLE) if isinstance(verb, str) else verb
    with pytest.raises(Undeliverable):
        desk.database.transact(lambda session: act(session, ticket.number, agent=ANA, deliver=fails, now=desk.now + timedelta(hours=1)))
    with desk.database.reading() as session:
        assert store.ticket(session, ticket.number) == before
    assert desk.holder(ticket.conversation) is Holder.PERSON


def test_the_queue_is_in_order_of_waiting(desk: Desk) -> None:
    """Who waits for the second time goes first."""
    first, second, third = (desk.opened(chat=f"chat-{n}").number for n in range(3))
    desk.claim(first)
    desk.close(first)
    desk.by_employee(handoff.reopen, first, conversation=desk.conversation("chat-0"))
    desk.claim(third, BEN)
    with desk.database.reading() as session:
        assert [ticket.number for ticket in store.queue(session)] == [first, second, third]
        assert [ticket.number for ticket in store.queue(session, statuses=[Status.CLAIMED])] == [third]
        assert store.closed(session) == []
        assert [ticket.number for ticket in store.tickets_of(session, "person of chat-0")] == [first]


def test_an_unknown_area_is_the_usual_one(quick_desk: Desk) -> None:
    assert quick_desk.opened(area="hr").area == "hr"
    assert quick_desk.opened(chat="chat-2", area="").area == SETTINGS.default_area
