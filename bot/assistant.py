"""The use case: one message in, one turnout recorded, in one transaction."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import analytics.store
import knowledge.store
from analytics import records
from analytics.model import Candidate, Conversation, Holder, NewTurn, RecordSettings, Signal, Speaker, Turn
from escalation import handoff
from escalation import store as desk
from escalation.model import Closing, DeskSettings, Handoff, Said, Status, Ticket
from intents.model import Answer, Choice, Understanding

from . import delivery, dialogue, replies
from .articles import shown_article
from .database import Database
from .index import Built, Index
from .listening import Phrasebook
from .model import Message, Reply
from .redaction import redact
from .texts import Texts
from .turnout import (
    AddFact,
    Confirm,
    Context,
    EndConversation,
    HandOver,
    Read,
    Reopen,
    Spoken,
    State,
    TicketLine,
    Topic,
    Turnout,
    Withdraw,
)
from .turns import reply_to_json

LONGEST_TEXT = 20_000
LONGEST_TOPIC_LIST = 8


@dataclass(frozen=True, slots=True)
class Handled:
    """What came of a message: where it was recorded, who holds the conversation now, and the bot's replies.

    `repeated` says that this event had been recorded before; the replies are then the ones it got the first time.
    """

    conversation: str
    seq: int
    holder: Holder
    replies: tuple[Turn, ...]
    repeated: bool = False


class Assistant:
    """Answers employees. `handle` opens the transaction; nothing is acknowledged before it has committed."""

    def __init__(
        self,
        *,
        database: Database,
        index: Index,
        texts: Texts,
        record: RecordSettings,
        desk: DeskSettings,
        base_url: str,
        now: Callable[[], datetime],
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._index = index
        self._texts = texts
        self._phrases = Phrasebook(texts)
        self._record_settings = record
        self._desk = desk
        self._base_url = base_url.rstrip("/")
        self._now = now
        self._committed = committed

    def handle(self, message: Message) -> Handled:
        """The replies to a message, after it and they are safely recorded and in the outbox."""
        started = time.perf_counter()
        message, warned = self._cleaned(message)
        built = self._index.current
        if not message.choice and message.text.strip():
            built.understand(message.text, message.person.audiences)
        try:
            handled = self._database.transact(lambda session: self._handle(session, message, warned, built, started))
        except IntegrityError:  # two deliveries of one event at once, or two first messages at one address: the other one was first
            handled = self._database.transact(lambda session: self._handle(session, message, warned, built, started))
        self._committed()
        return handled

    def deliver(self, session: Session, said: Said) -> None:
        """Brings what happened on the desk to the employee: a turn in the conversation, and its outbox row."""
        turn, state = self._desk_turn(said)
        conversation = analytics.store.conversation(session, said.ticket.conversation)
        if conversation is None:
            return
        recorded = records.record_turn(session, conversation.id, turn, settings=self._record_settings, now=self._now())
        if state is not None:
            records.set_state(session, conversation.id, state.to_json())
        delivery.put(session, recorded, channel=conversation.channel, address=conversation.address, now=self._now())

    def _cleaned(self, message: Message) -> tuple[Message, tuple[str, ...]]:
        text, secret = redact(message.text[: LONGEST_TEXT * 2])
        notes = ["secret_kept_out"] if secret else []
        if len(text) > LONGEST_TEXT:
            text, notes = text[:LONGEST_TEXT], [*notes, "cut"]
        ref = None if message.ref is None else message.ref.replace("\x00", "")
        return replace(message, text=text.replace("\x00", ""), ref=ref, choice=message.choice.replace("\x00", "")), tuple(notes)

    def _handle(self, session: Session, message: Message, notes: Sequence[str], built: Built, started: float) -> Handled:
        if message.ref is not None:
            before = records.repeated(session, channel=message.channel, ref=message.ref)
            if before is not None:
                return self._repeated(session, before)
        conversation = self._open(session, message)
        turnout = self._permitted(session, conversation, self._turnout(session, message, conversation, built))
        turnout = self._carry_out(session, conversation, turnout)
        heard, *spoken = self._record(session, conversation, message, turnout, notes, built, started)
        for turn in spoken:
            delivery.put(session, turn, channel=conversation.channel, address=conversation.address, now=self._now())
        return Handled(conversation.id, heard.seq, self._holder(session, conversation, turnout), tuple(spoken))

    def _open(self, session: Session, message: Message) -> Conversation:
        return records.open_conversation(
            session,
            channel=message.channel,
            address=message.address,
            person=message.person.id,
            person_name=message.person.name,
            test=message.test,
            settings=self._record_settings,
            now=self._now(),
        )

    def _turnout(self, session: Session, message: Message, conversation: Conversation, built: Built) -> Turnout:
        state = self._remembered(session, message, conversation)
        context = self._context(session, message, conversation, built)
        if conversation.holder is Holder.BOT or conversation.ticket is None:
            return dialogue.respond(message, state, context)
        ticket = desk.ticket(session, conversation.ticket)
        claimed = ticket is not None and ticket.status is Status.CLAIMED
        return dialogue.listen(message, state, context, ticket=conversation.ticket, claimed=claimed)

    def _remembered(self, session: Session, message: Message, conversation: Conversation) -> State:
        """What the bot remembers; a "no, still broken" that begins a conversation is about the request closed before it."""
        begins = conversation.started_at == conversation.last_at and not conversation.state
        if not begins or message.choice or not self._phrases.says(message.text, "yes", "helped", "no", "not_helped"):
            return State.from_json(conversation.state)
        newest = next(iter(desk.tickets_of(session, conversation.person, limit=1)), None)
        if newest is None or newest.closing in (None, Closing.WITHDRAWN) or newest.solved is not None:
            return State()
        return State(solved_question=newest.number)

    def _permitted(self, session: Session, conversation: Conversation, turnout: Turnout) -> Turnout:
        """The same, unless an old button speaks of a ticket that is not theirs, or that is open in another conversation."""
        if not isinstance(turnout.effect, Confirm | Reopen):
            return turnout
        ticket, person = desk.ticket(session, turnout.effect.number), replies.person_button(self._texts)
        if ticket is None or ticket.person != conversation.person:
            refused = replies.plain_reply(self._texts, "nothing_to_choose", choices=(person,))
        elif ticket.status is not Status.CLOSED and ticket.conversation != conversation.id:
            refused = replies.plain_reply(self._texts, "with_person_elsewhere", number=ticket.number, choices=(person,))
        else:
            return turnout
        return replace(turnout, spoken=(Spoken(refused),), heard=Signal.TALK, effect=None)

    def _context(self, session: Session, message: Message, conversation: Conversation, built: Built) -> Context:
        audiences = message.person.audiences
        return Context(
            texts=self._texts,
            phrases=self._phrases,
            read=lambda question: self._index.read_with(built, question, audiences),
            article=lambda identity: shown_article(session, identity, audiences=audiences, base_url=self._base_url),
            topics=lambda: self._topics(session, audiences),
            my_tickets=lambda: [_ticket_line(ticket) for ticket in desk.tickets_of(session, conversation.person)],
        )

    def _topics(self, session: Session, audiences: Sequence[str]) -> list[Topic]:
        covered = sorted(knowledge.store.topics(session, audiences), key=lambda topic: (-topic.articles, topic.name))
        return [Topic(topic.name, topic.examples[0]) for topic in covered[:LONGEST_TOPIC_LIST]]

    def _record(
        self,
        session: Session,
        conversation: Conversation,
        message: Message,
        turnout: Turnout,
        notes: Sequence[str],
        built: Built,
        started: float,
    ) -> list[Turn]:
        """The employee's turn, with every candidate and the reasons so that the decision can be replayed, and the bot's replies."""
        heard = NewTurn(
            speaker=Speaker.EMPLOYEE,
            text=message.text,
            signal=turnout.heard,
            author=message.person.name,
            ref=message.ref,
            reply={"choice": message.choice} if message.choice else {},
            **(self._about(session, turnout) if turnout.read is None else _reasons(turnout.read, built.version)),
            latency_ms=round((time.perf_counter() - started) * 1000, 2),
        )
        noted = [Spoken(replies.plain_reply(self._texts, note)) for note in notes]
        spoken = [_bot_turn(one, conversation.last_seq + 1, built.version) for one in (*noted, *turnout.spoken)]
        state = turnout.state.to_json()
        return records.record_turns(
            session, conversation.id, [heard, *spoken], state=state, settings=self._record_settings, now=self._now()
        )

    def _about(self, session: Session, turnout: Turnout) -> dict[str, Any]:
        """The article that a "yes, it helped" or a "no" is about."""
        article = knowledge.store.article(session, turnout.about) if turnout.about else None
        return {} if article is None else {"article": article.id, "article_title": article.title}

    def _carry_out(self, session: Session, conversation: Conversation, turnout: Turnout) -> Turnout:
        """Does what the dialogue asked for; adds the replies that only then can be written."""
        now = self._now()
        match turnout.effect:
            case HandOver(question=question, area=area):
                return self._hand_over(session, conversation, turnout, question, area)
            case Reopen(number=number):
                return self._reopen(session, conversation, turnout, number)
            case Confirm(number=number):
                handoff.confirm_solved(session, number, now=now)
            case AddFact(number=number, fact=fact, text=text, area=area):
                label, area = self._texts.text("fact_label", fact), area if area in self._desk.areas else ""
                handoff.add_fact(session, number, fact=fact, label=label, text=text, area=area, now=now)
            case Withdraw(number=number):
                handoff.withdraw(session, number, now=now)
            case EndConversation():
                records.end_conversation(session, conversation.id, now=now)
            case _:
                pass
        return turnout

    def _hand_over(self, session: Session, conversation: Conversation, turnout: Turnout, question: str, area: str) -> Turnout:
        now = self._now()
        again = desk.ticket_of(session, conversation.id)
        asked = Handoff(
            conversation=conversation.id,
            channel=conversation.channel,
            address=conversation.address,
            person=conversation.person,
            person_name=conversation.person_name,
            question=question,
            reason="failed" if turnout.state.said_no or turnout.state.person_offered else "choice",
            area=area if area in self._desk.areas else "",
        )
        ticket = handoff.open_ticket(session, asked, settings=self._desk, now=now)
        is_again = again is not None and again.status is not Status.CLOSED
        to_ask = dialogue.facts_to_ask(self._texts, question=question, name=conversation.person_name, area=ticket.area)
        facts = turnout.state.facts if is_again else to_ask
        reply = replies.handed_off(
            self._texts,
            number=ticket.number,
            area=self._area_name(ticket),
            expectation=desk.expectation(session, before=ticket.number, settings=self._desk, now=now),
            fact=facts[0] if facts else None,
            again=is_again,
        )
        return replace(turnout, spoken=(Spoken(reply, Signal.HANDED_OFF),), state=State(question=question, facts=facts))

    def _reopen(self, session: Session, conversation: Conversation, turnout: Turnout, number: int) -> Turnout:
        ticket = handoff.reopen(session, number, conversation=conversation.id, now=self._now())
        said = replies.plain_reply(self._texts, "reopened", number=number, area=self._area_name(ticket))
        return replace(turnout, spoken=(Spoken(said, Signal.RELAYED),))

    def _holder(self, session: Session, conversation: Conversation, turnout: Turnout) -> Holder:
        """Who holds the conversation after this."""
        match turnout.effect:
            case HandOver() | Reopen():
                after = analytics.store.conversation(session, conversation.id)
                return conversation.holder if after is None else after.holder
            case Withdraw():
                return Holder.BOT
            case _:
                return conversation.holder

    def _repeated(self, session: Session, before: Sequence[Turn]) -> Handled:
        first = before[0]
        conversation = analytics.store.conversation(session, first.conversation)
        holder = Holder.BOT if conversation is None else conversation.holder
        return Handled(first.conversation, first.seq, holder, tuple(before[1:]), repeated=True)

    def _area_name(self, ticket: Ticket) -> str:
        return self._desk.areas.get(ticket.area, ticket.area)

    def _desk_turn(self, said: Said) -> tuple[NewTurn, State | None]:
        """The turn that tells the employee, and what the bot must remember because of it (None: nothing changes)."""
        texts, number = self._texts, said.ticket.number
        match said.kind:
            case "agent":
                return NewTurn(Speaker.AGENT, said.text, Signal.RELAYED, author=said.author, reply={"kind": "text"}), None
            case "joined":
                return NewTurn(Speaker.SYSTEM, texts.say("agent_joined", agent=said.author), author=said.author), None
            case "moved_on":
                return NewTurn(Speaker.SYSTEM, texts.say("agent_moved_on", agent=said.author), author=said.author), None
            case _:
                return _bot_turn(Spoken(self._closing_reply(said), Signal.CLOSED), None, None), State(solved_question=number)

    def _closing_reply(self, said: Said) -> Reply:
        ticket = said.ticket
        if said.kind == "handed_back":
            return replies.is_it_solved(self._texts, "agent_handed_back", number=ticket.number, agent=said.author)
        if not ticket.closing_article:
            return replies.is_it_solved(self._texts, "agent_closed", number=ticket.number, agent=said.author)
        url = f"{self._base_url}/a/{ticket.closing_article}"
        filled = {"agent": said.author, "title": ticket.closing_title, "url": url}
        return replies.is_it_solved(self._texts, "agent_closed_article", number=ticket.number, **filled)


def _reasons(read: Read, version: int) -> dict[str, Any]:
    understanding, decision = read.understanding, read.decision
    sure = isinstance(decision, Answer | Choice)
    best = understanding.matches[0] if sure and understanding.matches else None
    return {
        "article": best.article if best else "",
        "article_title": best.title if best else "",
        "decision": type(decision).__name__.casefold(),
        "why": decision.why,
        "candidates": _candidates(understanding),
        "explanation": {
            "words": list(understanding.words),
            "repairs": [asdict(repair) for repair in understanding.repairs],
            "known": understanding.known,
        },
        "index_version": version,
    }


def _candidates(understanding: Understanding) -> list[Candidate]:
    return [
        Candidate(match.article, match.title, match.score, match.confidence, why=", ".join(match.words)) for match in understanding.matches
    ]


def _bot_turn(spoken: Spoken, answers: int | None, version: int | None) -> NewTurn:
    reply = spoken.reply
    return NewTurn(
        speaker=Speaker.BOT,
        text=reply.text,
        signal=spoken.signal,
        answers_seq=answers,
        article=reply.article.id if reply.article else "",
        article_title=reply.article.title if reply.article else "",
        reply=reply_to_json(reply),
        index_version=version,
    )


def _ticket_line(ticket: Ticket) -> TicketLine:
    return TicketLine(ticket.number, ticket.question, ticket.status.value, ticket.assignee_name)
