"""The desk: who waits, the whole story, and the answer. Every page and action asks for the scope `desk`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path
from sqlalchemy.orm import Session
from starlette.authentication import requires
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

import analytics.store
from analytics.model import Candidate, Turn

from . import handoff, store
from .model import Agent, ClaimedByOther, Closing, Deliver, DeskSettings, NotPossible, Status, Ticket

OpenSession = Callable[[Request], AbstractContextManager[Session]]
Number = Annotated[int, Path(ge=1, le=store.LARGEST_NUMBER)]
Titles = Callable[[Session], Sequence[tuple[str, str]]]
"""Handed down by the roof: id and title of every published article."""

DONE = {
    "claimed": "This one is yours now. The employee has been told that you are reading.",
    "released": "Back in the queue. The employee has been told.",
    "said": "Sent.",
    "closed": "Closed. The employee has been told and asked whether it is solved.",
    "handed_back": "The chat is back with the bot. The employee has been told and asked whether it is solved.",
}
CLOSED_SHOWN = 30
NO_ARTICLE = "none"


@dataclass(frozen=True, slots=True)
class Story:
    """What an agent reads before answering: the transcript, what was tried, and what the bot had in mind."""

    turns: Sequence[Turn]
    tried: Sequence[tuple[str, str]]
    candidates: Sequence[Candidate]
    why: str


def build_router(
    *,
    open_session: OpenSession,
    templates: Jinja2Templates,
    settings: DeskSettings,
    deliver: Deliver,
    titles: Titles,
    now: Callable[[], datetime],
) -> APIRouter:
    """The pages of the desk."""
    pages = _DeskPages(open_session, templates, settings, deliver, titles, now)
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/desk", pages.show_queue, methods=["GET"])
    router.add_api_route("/desk/queue", pages.show_queue_part, methods=["GET"])
    router.add_api_route("/desk/{number:int}", pages.show_ticket, methods=["GET"])
    router.add_api_route("/desk/{number:int}/transcript", pages.show_transcript, methods=["GET"])
    router.add_api_route("/desk/{number:int}/claim", pages.claim, methods=["POST"])
    router.add_api_route("/desk/{number:int}/release", pages.release, methods=["POST"])
    router.add_api_route("/desk/{number:int}/say", pages.say, methods=["POST"])
    router.add_api_route("/desk/{number:int}/close", pages.close, methods=["POST"])
    router.add_api_route("/desk/{number:int}/hand-back", pages.hand_back, methods=["POST"])
    return router


@dataclass(frozen=True)
class _DeskPages:
    open_session: OpenSession
    templates: Jinja2Templates
    settings: DeskSettings
    deliver: Deliver
    titles: Titles
    now: Callable[[], datetime]

    @requires("desk")
    def show_queue(self, request: Request) -> Response:
        return self._draw_queue(request, "escalation/queue.html")

    @requires("desk")
    def show_queue_part(self, request: Request) -> Response:
        """Only the lists, for the page to renew itself."""
        return self._draw_queue(request, "escalation/queue_part.html")

    @requires("desk")
    def show_ticket(self, request: Request, number: Number) -> Response:
        with self.open_session(request) as session:
            return self._draw_ticket(session, request, number, "escalation/ticket.html")

    @requires("desk")
    def show_transcript(self, request: Request, number: Number) -> Response:
        """Only the transcript, for the page to renew itself."""
        with self.open_session(request) as session:
            return self._draw_ticket(session, request, number, "escalation/transcript.html")

    @requires("desk")
    def claim(self, request: Request, number: Number) -> Response:
        return self._act(request, number, handoff.claim, to=f"/desk/{number}?done=claimed")

    @requires("desk")
    def release(self, request: Request, number: Number) -> Response:
        return self._act(request, number, handoff.release, to="/desk?done=released")

    @requires("desk")
    def say(self, request: Request, number: Number, text: Annotated[str, Form()] = "") -> Response:
        verb = partial(handoff.agent_says, text=text)
        return self._act(request, number, verb, to=f"/desk/{number}?done=said#end", typed={"draft": text})

    @requires("desk")
    def close(self, request: Request, number: Number, article: Annotated[str, Form()] = "") -> Response:
        return self._act(request, number, partial(_close_with, article, self.titles), to="/desk?done=closed", typed={"chosen": article})

    @requires("desk")
    def hand_back(self, request: Request, number: Number) -> Response:
        return self._act(request, number, partial(handoff.close_ticket, closing=Closing.HANDED_BACK), to="/desk?done=handed_back")

    def _act(
        self, request: Request, number: int, verb: Callable[..., Ticket], *, to: str, typed: Mapping[str, str] = MappingProxyType({})
    ) -> Response:
        """Does it and goes on; when it cannot be done, shows the ticket as it is now, why, and what was typed."""
        agent = Agent(request.user.id, request.user.display_name)
        with self.open_session(request) as session:
            try:
                with session.begin_nested():
                    verb(session, number, agent=agent, deliver=self.deliver, now=self.now())
            except (ClaimedByOther, NotPossible) as reason:
                return self._draw_ticket(session, request, number, "escalation/ticket.html", {"error": str(reason), **typed})
        return RedirectResponse(to, status_code=303)

    def _draw_queue(self, request: Request, template: str) -> Response:
        with self.open_session(request) as session:
            tickets, closed = store.queue(session), store.closed(session, limit=CLOSED_SHOWN)
        claimed = [ticket for ticket in tickets if ticket.status is Status.CLAIMED]
        values = {
            "waiting": [ticket for ticket in tickets if ticket.status is Status.WAITING],
            "mine": [ticket for ticket in claimed if ticket.assignee == request.user.id],
            "others": [ticket for ticket in claimed if ticket.assignee != request.user.id],
            "closed": closed,
            "areas": self.settings.areas,
            "now": self.now(),
            "done": DONE.get(request.query_params.get("done", ""), ""),
        }
        return self.templates.TemplateResponse(request, template, values)

    def _draw_ticket(
        self, session: Session, request: Request, number: int, template: str, refused: Mapping[str, str] = MappingProxyType({})
    ) -> Response:
        ticket = store.ticket(session, number)
        if ticket is None:
            raise HTTPException(404)
        values = {
            "ticket": ticket,
            "story": tell_story(session, ticket),
            "history": store.history(session, number),
            "titles": self.titles(session),
            "is_mine": ticket.assignee == request.user.id and ticket.status is Status.CLAIMED,
            "area": self.settings.areas.get(ticket.area, ticket.area),
            "now": self.now(),
            "done": DONE.get(request.query_params.get("done", ""), ""),
            **refused,
        }
        return self.templates.TemplateResponse(request, template, values, status_code=409 if refused else 200)


def tell_story(session: Session, ticket: Ticket) -> Story:
    """The transcript of the ticket's conversation with what the bot showed and considered."""
    turns = _transcript(session, ticket)
    tried = dict.fromkeys((turn.article, turn.article_title) for turn in turns if turn.speaker == "bot" and turn.article)
    ranked = [turn for turn in turns if turn.candidates]
    last = ranked[-1] if ranked else None
    return Story(turns, list(tried), last.candidates if last else (), last.why if last else "")


def _transcript(session: Session, ticket: Ticket) -> list[Turn]:
    """What was said in the ticket's conversation and, when it was reopened in a later one, before that where it was opened."""
    turns = analytics.store.turns(session, ticket.conversation)
    if not ticket.reopened:
        return turns
    said = analytics.store.turns_at(session, channel=ticket.channel, address=ticket.address)
    opened_in = next((turn.conversation for turn in reversed(said) if turn.at <= ticket.created_at), ticket.conversation)
    return turns if opened_in == ticket.conversation else [*analytics.store.turns(session, opened_in), *turns]


def _close_with(chosen: str, titles: Titles, session: Session, number: int, *, agent: Agent, deliver: Deliver, now: datetime) -> Ticket:
    closing, identity, title = _closing(chosen, titles(session))
    return handoff.close_ticket(
        session, number, agent=agent, closing=closing, article=identity, article_title=title, deliver=deliver, now=now
    )


def _closing(chosen: str, titles: Sequence[tuple[str, str]]) -> tuple[Closing, str, str]:
    """How to close; `chosen` is an article's id or title, or "none"."""
    chosen = chosen.strip()
    if chosen == NO_ARTICLE:
        return Closing.NO_ARTICLE, "", ""
    for identity, title in titles:
        if chosen in (identity, title):
            return Closing.ARTICLE, identity, title
    if chosen:
        raise NotPossible(f"There is no article “{chosen}”. Choose one from the list, or “No article says this yet”.")
    raise NotPossible("Choose the article that solved it, or “No article says this yet”.")
