"""Where scripted conversations are played: the real assistant, database and knowledge, and a clock that the script moves."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

import analytics.store
import knowledge.store
from analytics import records
from analytics.model import RecordSettings, Speaker, Turn
from bot.assistant import Assistant, Handled
from bot.database import Database
from bot.index import Index
from bot.model import Message, Person
from bot.texts import Texts
from escalation import handoff
from escalation import store as desk
from escalation.model import Agent, ClaimedByOther, Closing, DeskSettings, Said, Ticket
from tests.conversations import afterwards
from tests.conversations.script import ScriptError, Step, listed, pieces
from tests.conversations.shown import choices, drawn, fields, need_value, offered, ticket_value, told

START = datetime.fromisoformat("2026-03-02T09:00")
PAUSE = timedelta(seconds=20)
EXPECTED_KINDS = {"bot_answer": "answer", "bot_choice": "choice", "bot_unknown": "unknown", "bot_handoff": "handoff", "bot_text": "text"}


class OffScript(Exception):
    """It did not go as the script says; `str()` says what came instead."""


@dataclass(frozen=True)
class House:
    """What all conversations share: a migrated database with the knowledge, to be copied, and the index of it."""

    template: Path
    index: Index


class Stage:
    """One conversation as it goes."""

    def __init__(self, house: House, path: Path) -> None:
        self.database = Database(f"sqlite:///{path}")
        self.index, self.texts, self.record = house.index, Texts(), RecordSettings()
        self.time = START
        self.assistant = Assistant(
            database=self.database,
            index=house.index,
            texts=self.texts,
            record=self.record,
            desk=DeskSettings(),
            base_url="http://desk.example",
            now=lambda: self.time,
        )
        self.transcript: list[str] = []
        self.person = Person("web:somebody")
        self.address = "chat-1"
        self._seen: dict[str, int] = {}
        self._unexpected: list[Turn] = []
        self._reply: Turn | None = None
        self._with_buttons: list[Turn] = []
        self._message: Message | None = None
        self._records: list[Step] = []
        self._secrets: list[str] = []

    def close(self) -> None:
        self.database.close()

    def perform(self, step: Step) -> None:
        """Does what the line says, or checks it; raises `OffScript`."""
        if step.verb != "record":
            self._check_record()
        play = _PLAYS.get(step.verb)
        if play is not None:
            self._nothing_left()
            self.time += PAUSE
            play(self, step)
            self._look()
            return
        _CHECKS[step.verb](self, step)

    def finish(self) -> None:
        """Whatever holds after every conversation."""
        self._nothing_left()
        if not self._records:
            raise OffScript("The last line of a conversation is its record.")
        self._check_record()
        self.check_afterwards()

    def improvise(self, step: Step) -> None:
        """Does what the line says; whatever the bot says to it is fine."""
        self.perform(step)
        self._with_buttons.extend(turn for turn in self._unexpected if choices(turn))
        self._unexpected.clear()

    def buttons_shown(self) -> list[str]:
        """The id of every button that was ever shown here."""
        return [choice["id"] for turn in self._with_buttons for choice in choices(turn)]

    def check_afterwards(self) -> None:
        """Raises `OffScript` when something is not as it must be after any conversation."""
        with self.database.reading() as session:
            for problem in afterwards.problems(session, secrets=self._secrets):
                raise OffScript(problem)
        rebuilt = self.database.transact(lambda session: afterwards.differences_after_rebuild(session, self.record))
        if rebuilt:
            raise OffScript(f"Deriving the needs again from the turns changes them: {rebuilt}")

    # What happens

    def _employee(self, step: Step) -> None:
        text = step.text
        if step.detail == "escaped":
            text = text.encode("latin-1", "backslashreplace").decode("unicode_escape")
        elif step.detail:
            wanted = int(re.sub(r"\D", "", step.detail))
            text = (f"{text} " * (wanted // (len(text) + 1) + 1))[:wanted]
        self._say(text)

    def _presses(self, step: Step) -> None:
        of_turns = self._with_buttons[-1:] if step.detail != "old" else self._with_buttons[:-1]
        for turn in reversed(of_turns):
            for choice in choices(turn):
                if choice["label"] == step.text:
                    self._say(choice["label"], choice["id"])
                    return
        raise OffScript(f"There is no such button; under the last reply: {[c['label'] for t in of_turns for c in choices(t)]}")

    def _chooses(self, step: Step) -> None:
        title = self._title(step.text)
        if step.text not in self._offered():
            raise OffScript(f"Offered are {self._offered()}.")
        self._say(title, f"article:{step.text}")

    def _sends(self, step: Step) -> None:
        self._say("a button of an old page", step.text)

    def _again(self, step: Step) -> None:
        if self._message is None:
            raise ScriptError("Nothing has been said yet.")
        if step.text == "new ref":
            self._say(self._message.text, self._message.choice)
            return
        handled = self.assistant.handle(self._message)
        if not handled.repeated or self._new_turns():
            raise OffScript("The same event was recorded twice.")
        self._unexpected = list(handled.replies)

    def _waits(self, step: Step) -> None:
        number, unit = step.text.split()
        self.time += timedelta(**{f"{unit.removesuffix('s')}s": int(number)})
        self.transcript.append(f"    ({step.text} later)")

    def _name(self, step: Step) -> None:
        self.person = Person(self.person.id, step.text)

    def _elsewhere(self, step: Step) -> None:
        self.address = f"chat-{int(self.address.partition('-')[2]) + 1}"

    def _tidied(self, step: Step) -> None:
        self.database.transact(lambda session: records.end_idle_conversations(session, settings=self.record, now=self.time))

    def _secret(self, step: Step) -> None:
        self._secrets.append(step.text)

    def _claims(self, step: Step) -> None:
        self._on_desk(lambda session, number: handoff.claim(session, number, agent=_agent(step), deliver=self._deliver, now=self.time))

    def _refused(self, step: Step) -> None:
        try:
            self._claims(step)
        except ClaimedByOther as refusal:
            self._must_contain(str(refusal), step.text)
        else:
            raise OffScript("It was claimed.")

    def _agent(self, step: Step) -> None:
        self._on_desk(
            lambda session, number: handoff.agent_says(
                session, number, agent=_agent(step), text=step.text, deliver=self._deliver, now=self.time
            )
        )
        turn = self._new_turns()[-1]
        if (turn.speaker, turn.author, turn.text) != (Speaker.AGENT, step.detail, step.text):
            raise OffScript("The employee did not get the agent's words.")

    def _closes(self, step: Step) -> None:
        closing, article = (Closing.ARTICLE, step.text) if step.text else (Closing.NO_ARTICLE, "")
        self._close(step, closing, article)

    def _hands_back(self, step: Step) -> None:
        self._close(step, Closing.HANDED_BACK, "")

    def _passes_on(self, step: Step) -> None:
        self._on_desk(lambda session, number: handoff.release(session, number, agent=_agent(step), deliver=self._deliver, now=self.time))

    # What must follow

    def _bot(self, step: Step) -> None:
        if not self._unexpected:
            raise OffScript("The bot said nothing.")
        turn = self._unexpected.pop(0)
        self._reply = turn
        if turn.speaker != Speaker.BOT or turn.reply.get("kind") != EXPECTED_KINDS[step.verb]:
            raise OffScript(f"It was {turn.speaker} with {turn.reply.get('kind')}: {turn.text[:300]}")
        if step.verb == "bot_answer":
            self._must_equal("the article", turn.article, self._article(step.text))
        elif step.verb == "bot_choice":
            self._check_choice(step, offered(turn))
        elif step.text:
            self._must_contain(turn.text, step.text)
        if choices(turn):
            self._with_buttons.append(turn)

    def _note(self, step: Step) -> None:
        if not self._unexpected or self._unexpected[0].speaker != Speaker.SYSTEM:
            raise OffScript("There was no such line.")
        self._must_contain(self._unexpected.pop(0).text, step.text)

    def _silent(self, step: Step) -> None:
        self._nothing_left()

    def _says(self, step: Step) -> None:
        self._must_contain(self._last_reply().text, step.text)

    def _says_not(self, step: Step) -> None:
        if any(piece in self._last_reply().text for piece in pieces(step.text)):
            raise OffScript(f"It says: {self._last_reply().text[:500]}")

    def _buttons(self, step: Step) -> None:
        labels = [choice["label"] for choice in choices(self._last_reply()) if not choice["id"].startswith("article:")]
        self._must_equal("the buttons", labels, listed(step.text))

    def _ticket(self, step: Step) -> None:
        with self.database.reading() as session:
            mine = {ticket.number: ticket for ticket in desk.tickets_of(session, self.person.id)}
        if step.text == "none":
            self._must_equal("the tickets", list(mine), [])
            return
        number = int(step.detail) if step.detail else max(mine, default=0)
        if number not in mine:
            raise OffScript(f"There is no ticket {number}; there are {list(mine)}.")
        for key, value in fields(step.text, "area|reason|question|name|fact|closing|solved|reopened", "status"):
            self._must_equal(f"the ticket's {key}", *ticket_value(mine[number], key, value))

    def _note_record(self, step: Step) -> None:
        self._nothing_left()
        self._records.append(step)

    def _conversations(self, step: Step) -> None:
        with self.database.reading() as session:
            self._must_equal("the conversations", afterwards.count_conversations(session), int(step.text))

    # How

    def _say(self, text: str, choice: str = "") -> Handled:
        ref = f"ref-{sum(self._seen.values())}-{self.time.isoformat()}"
        self._message = Message("web", self.address, self.person, text, ref, choice)
        return self.assistant.handle(self._message)

    def _deliver(self, session: Session, said: Said) -> None:
        self.assistant.deliver(session, said)

    def _on_desk(self, verb: Callable[[Session, int], Ticket]) -> None:
        with self.database.reading() as session:
            number = desk.tickets_of(session, self.person.id)[0].number
        self.database.transact(lambda session: verb(session, number))

    def _close(self, step: Step, closing: Closing, article: str) -> None:
        title = self._title(article) if article else ""
        self._on_desk(
            lambda session, number: handoff.close_ticket(
                session,
                number,
                agent=_agent(step),
                closing=closing,
                article=article,
                article_title=title,
                deliver=self._deliver,
                now=self.time,
            )
        )

    def _look(self) -> None:
        """Takes note of what has been said since, and that a person could be called now."""
        turns = self._new_turns()
        self._seen[self.address] = max([self._seen.get(self.address, 0), *(turn.seq for turn in turns)])
        self.transcript.extend(map(drawn, turns))
        self._unexpected.extend(turn for turn in turns if turn.speaker in (Speaker.BOT, Speaker.SYSTEM))
        self._reply = None
        with self.database.reading() as session:
            problem = afterwards.person_out_of_reach(session, self)
        if problem:
            raise OffScript(problem)

    def _new_turns(self) -> list[Turn]:
        with self.database.reading() as session:
            return analytics.store.turns_at(session, channel="web", address=self.address, after=self._seen.get(self.address, 0))

    def _nothing_left(self) -> None:
        if self._unexpected:
            raise OffScript(f"Nobody expected this before: {drawn(self._unexpected[0])}")

    def _last_reply(self) -> Turn:
        if self._reply is None:
            raise ScriptError("First say which reply is expected.")
        return self._reply

    def _offered(self) -> list[str]:
        return next(filter(None, map(offered, reversed(self._with_buttons))), [])

    def _article(self, name: str) -> str:
        place = re.fullmatch(r"offered (\d)", name)
        return self._offered()[int(place.group(1)) - 1] if place else name

    def _title(self, article: str) -> str:
        with self.database.reading() as session:
            found = knowledge.store.article(session, article)
        if found is None:
            raise ScriptError(f"There is no article {article}.")
        return found.title

    def _check_choice(self, step: Step, found: list[str]) -> None:
        wanted = listed(step.text) if step.text else ["…"]
        if "…" in wanted:
            self._must_equal("what is missing from the choice", [w for w in wanted if w != "…" and w not in found], [])
        else:
            self._must_equal("the choice", found, wanted)

    def _check_record(self) -> None:
        steps, self._records = self._records, []
        if not steps:
            return
        with self.database.reading() as session:
            needs = sorted(analytics.store.recent_episodes(session, self.person.id, since=START), key=lambda e: (e.opened_at, e.id))
        lines = "\n".join(told(need, self.record) for need in needs)
        if steps[0].text.startswith("every "):
            steps = [replace(steps[0], text=steps[0].text.removeprefix("every "))] * len(needs)
        if len(needs) != len([step for step in steps if step.text != "nothing"]):
            raise OffScript(f"The record has {len(needs)} needs:\n{lines}")
        for step, need in zip(steps, needs, strict=False):
            for key, value in fields(step.text, "outcome|article|asked|reason|solved|question", "outcome"):
                found = need_value(need, key, self.record)
                self._must_equal(f"{step.source!r}, {key}", found, self._article(value) if key == "article" else value)

    def _must_equal(self, what: str, found: object, wanted: object) -> None:
        if found != wanted:
            raise OffScript(f"Expected of {what}: {wanted!r}, found: {found!r}.")

    def _must_contain(self, text: str, wanted: str) -> None:
        at = 0
        for piece in pieces(wanted):
            at = text.find(piece, at)
            if at < 0:
                raise OffScript(f"“{piece}” is not in: {text[:500]}")
            at += len(piece)


_PLAYS: dict[str, Callable[[Stage, Step], None]] = {
    "employee": Stage._employee,
    "presses": Stage._presses,
    "chooses": Stage._chooses,
    "sends": Stage._sends,
    "again": Stage._again,
    "waits": Stage._waits,
    "name": Stage._name,
    "elsewhere": Stage._elsewhere,
    "tidied": Stage._tidied,
    "secret": Stage._secret,
    "claims": Stage._claims,
    "refused": Stage._refused,
    "agent": Stage._agent,
    "closes": Stage._closes,
    "hands_back": Stage._hands_back,
    "passes_on": Stage._passes_on,
}

_CHECKS: dict[str, Callable[[Stage, Step], None]] = {
    **dict.fromkeys(EXPECTED_KINDS, Stage._bot),
    "bot_silent": Stage._silent,
    "note": Stage._note,
    "says": Stage._says,
    "says_not": Stage._says_not,
    "buttons": Stage._buttons,
    "ticket": Stage._ticket,
    "record": Stage._note_record,
    "conversations": Stage._conversations,
}


def _agent(step: Step) -> Agent:
    return Agent(step.detail.casefold(), step.detail)
