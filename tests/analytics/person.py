"""An employee who writes into the record, and when."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from analytics import records
from analytics.model import Candidate, Conversation, Json, NewTurn, RecordSettings, Signal, Speaker

START = datetime.fromisoformat("2025-11-03T09:00")
NOW = datetime.fromisoformat("2025-11-28T12:00")
_EMPLOYEE = (Signal.QUESTION, Signal.HELPED, Signal.NOT_HELPED, Signal.ASKED_PERSON, Signal.SOLVED, Signal.REOPENED)


@dataclass
class Person:
    """One employee at one address; every turn is recorded through the verbs, `minutes` or `days` after the start."""

    session: Session
    name: str = "ana"
    channel: str = "web"
    test: bool = False
    settings: RecordSettings = field(default_factory=RecordSettings)
    at: datetime = START

    def later(self, *, minutes: float = 0, days: float = 0) -> "Person":
        self.at += timedelta(minutes=minutes, days=days)
        return self

    def on(self, channel: str) -> "Person":
        self.channel = channel
        return self

    def conversation(self) -> Conversation:
        return records.open_conversation(
            self.session,
            channel=self.channel,
            address=self.name,
            person=self.name,
            person_name=f"{self.name.title()} Lopez",
            test=self.test,
            settings=self.settings,
            now=self.at,
        )

    def turn(
        self,
        signal: Signal,
        text: str = "",
        article: str = "",
        *,
        speaker: Speaker | None = None,
        ms: float | None = None,
        reply: Json | None = None,
        decision: str = "answer",
    ) -> "Person":
        who = speaker or (Speaker.EMPLOYEE if signal in _EMPLOYEE else Speaker.BOT)
        candidates = [Candidate(article, article.title(), 1.5, 0.9, "vpn")] if article else []
        turn = NewTurn(
            speaker=who,
            text=text,
            signal=signal,
            article=article,
            article_title=article.title(),
            author="Ben Miller" if who is Speaker.AGENT else "",
            decision=decision if signal is Signal.QUESTION and article else "",
            why="one article stands out" if signal is Signal.QUESTION and article else "",
            candidates=candidates if signal is Signal.QUESTION else [],
            index_version=3,
            latency_ms=ms,
            reply=reply or {},
        )
        records.record_turn(self.session, self.conversation().id, turn, settings=self.settings, now=self.at)
        self.at += timedelta(seconds=1)
        return self

    def asks(self, text: str, article: str = "", ms: float | None = None) -> "Person":
        return self.turn(Signal.QUESTION, text, article, ms=ms)

    def is_shown(self, article: str) -> "Person":
        return self.turn(Signal.ANSWERED, f"Read {article}", article)

    def is_told_unknown(self) -> "Person":
        return self.turn(Signal.UNKNOWN, "I do not know")

    def is_offered(self) -> "Person":
        return self.turn(Signal.OFFERED, "Which one?")

    def is_offered_desks(self) -> "Person":
        """A question whose best candidate is `desk`, and a choice of it and `room`."""
        self.turn(Signal.QUESTION, "book something", "desk", decision="choice")
        choices = [{"id": "article:desk", "label": "Book a desk"}, {"id": "article:room", "label": "Book a room"}]
        return self.turn(Signal.OFFERED, "Which of these you mean:", reply={"kind": "choice", "choices": choices})

    def presses(self, choice: str) -> "Person":
        return self.turn(Signal.TALK, "", speaker=Speaker.EMPLOYEE, reply={"choice": choice})

    def says_yes(self) -> "Person":
        return self.turn(Signal.HELPED, "yes")

    def says_no(self) -> "Person":
        return self.turn(Signal.NOT_HELPED, "no")

    def wants_a_person(self) -> "Person":
        return self.turn(Signal.ASKED_PERSON, "talk to a person")

    def is_handed_over(self) -> "Person":
        return self.turn(Signal.HANDED_OFF, "Ticket 1")

    def is_helped_with(self, text: str, article: str) -> "Person":
        return self.asks(text, article).is_shown(article).says_yes()
