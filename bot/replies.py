"""The bot's replies, each made in one place. Pure."""

import re
from collections.abc import Sequence
from datetime import timedelta

from escalation.model import Expectation
from intents.model import Match

from .model import Kind, Option, Reply
from .texts import Texts
from .turnout import ShownArticle, State, TicketLine, Topic

LONGEST_ANSWER = 1500
LONGEST_QUESTION = 80


def plain_reply(texts: Texts, name: str, /, *, choices: tuple[Option, ...] = (), **filled: object) -> Reply:
    """One sentence of the texts."""
    return Reply(Kind.TEXT, texts.say(name, **filled), choices=choices)


def answer(texts: Texts, article: ShownArticle, *, confidence: float | None) -> Reply:
    """The article, cut at a paragraph when it is long, with the question whether it helped."""
    text = f"{shortened(article.body)}\n\n{texts.say('did_it_help')}"
    buttons = (
        Option(f"helped:{article.link.id}", texts.text("button", "yes")),
        Option(f"not_helped:{article.link.id}", texts.text("button", "no")),
        person_button(texts),
    )
    return Reply(Kind.ANSWER, text, article=article.link, choices=buttons, confidence=confidence)


def choice(texts: Texts, name: str, articles: Sequence[ShownArticle], *, confidence: float | None = None) -> Reply:
    """Two or three articles to choose from, or none of them, or a person."""
    options = tuple(Option(f"article:{article.link.id}", article.link.title) for article in articles)
    rest = (Option("none", texts.text("button", "none_of_these")), person_button(texts))
    return Reply(Kind.CHOICE, texts.say(name), choices=(*options, *rest), confidence=confidence)


def offer_person(texts: Texts, name: str, state: State, *, kind: Kind = Kind.UNKNOWN, confidence: float | None = None) -> Reply:
    """Says that the bot has no answer, and what a person would be told."""
    passed_on = texts.say("passed_on_tried" if state.shown else "passed_on_question")
    buttons = (person_button(texts), Option("ask_again", texts.text("button", "ask_again")))
    return Reply(kind, texts.say(name, passed_on=passed_on), choices=buttons, confidence=confidence)


def person_button(texts: Texts) -> Option:
    """One tap to a person, under nearly everything the bot says."""
    return Option("person", texts.text("button", "person"))


def help_button(texts: Texts) -> Option:
    """One tap to the list of topics."""
    return Option("help", texts.text("button", "help"))


def withdraw_button(texts: Texts, number: int) -> Option:
    """One tap to take a request back."""
    return Option(f"withdraw:{number}", texts.text("button", "withdraw"))


def topics(texts: Texts, covered: Sequence[Topic]) -> Reply:
    """What the bot can do, with a question per topic."""
    if not covered:
        return plain_reply(texts, "help_nothing", choices=(person_button(texts),))
    lines = [texts.say("help_topic", topic=topic.name, example=topic.example) for topic in covered]
    return plain_reply(texts, "help", topics="\n".join(lines), choices=(person_button(texts),))


def my_tickets(texts: Texts, tickets: Sequence[TicketLine]) -> Reply:
    """The employee's tickets, a line each."""
    if not tickets:
        return plain_reply(texts, "my_tickets_none", choices=(person_button(texts),))
    return plain_reply(texts, "my_tickets", tickets="\n".join(_ticket_line(texts, ticket) for ticket in tickets))


def handed_off(texts: Texts, *, number: int, area: str, expectation: Expectation, fact: str | None, again: bool) -> Reply:
    """The ticket's number, an honest word about the wait, and at most one question, which may be skipped."""
    name = "handed_off_again" if again else "handed_off"
    wait = " ".join(_wait(texts, expectation))
    text = texts.say(name, number=number, area=area, wait=wait, passed=texts.say("passed"))
    buttons = [withdraw_button(texts, number)]
    if fact is not None:
        text = f"{text}\n\n{texts.say('fact_intro', question=texts.text('fact', fact))}"
        buttons.insert(0, Option("skip", texts.text("button", "skip")))
    return Reply(Kind.HANDOFF, text, choices=tuple(buttons))


def held_by_person(texts: Texts, *, number: int) -> Reply:
    """To a button pressed while a person holds the conversation: who has it, and the way out."""
    return plain_reply(texts, "held_by_person", number=number, choices=(withdraw_button(texts, number),))


def is_it_solved(texts: Texts, name: str, *, number: int, **filled: object) -> Reply:
    """Tells that an agent has finished, and asks whether it is solved."""
    buttons = (
        Option(f"solved:{number}", texts.text("button", "solved_yes")),
        Option(f"not_solved:{number}", texts.text("button", "solved_no")),
    )
    return Reply(Kind.TEXT, texts.say(name, number=number, **filled), choices=buttons)


def shortened(body: str, limit: int = LONGEST_ANSWER) -> str:
    """The first whole paragraphs that fit into `limit` characters; at least the first, cut if it alone is too long."""
    if len(body) <= limit:
        return body
    kept = ""
    for paragraph in re.split(r"\n{2,}", body):
        if len(kept) + len(paragraph) > limit:
            break
        kept = f"{kept}\n\n{paragraph}" if kept else paragraph
    return f"{kept or body[:limit].rsplit(' ', 1)[0]} …"


def duration(length: timedelta) -> str:
    """A length of time as people say it: "5 minutes", "2 hours", "3 days"."""
    minutes = max(1, round(length.total_seconds() / 60))
    for size, unit in ((1440, "day"), (60, "hour")):
        if minutes >= 2 * size:
            return f"{round(minutes / size)} {unit}s"
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def quoted(question: str) -> str:
    """A question in one short line, safe inside Markdown."""
    line = " ".join(question.split())
    line = line if len(line) <= LONGEST_QUESTION else f"{line[:LONGEST_QUESTION].rsplit(' ', 1)[0]} …"
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", line)


def confidence_of(matches: Sequence[Match]) -> float | None:
    """How sure the first match is, 0 to 1."""
    return matches[0].confidence if matches else None


def _wait(texts: Texts, expectation: Expectation) -> list[str]:
    ahead = expectation.ahead
    lines = [texts.say("wait_ahead_one")] if ahead == 1 else [texts.say("wait_ahead_many", count=ahead)] if ahead else []
    if expectation.usual is None or expectation.long is None:
        return [*lines, texts.say("wait_unmeasured")]
    return [*lines, texts.say("wait_measured", usual=duration(expectation.usual), long=duration(expectation.long))]


def _ticket_line(texts: Texts, ticket: TicketLine) -> str:
    status = texts.say(f"status_{ticket.status}", agent=ticket.agent)
    question = quoted(ticket.question) if ticket.question else texts.say("question_unknown")
    return texts.say("my_tickets_line", number=ticket.number, question=question, status=status)
