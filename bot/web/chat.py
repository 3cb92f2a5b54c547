"""The web chat: its page, and the interface that the page and other programs use."""

import asyncio
import secrets
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.templating import Jinja2Templates

import analytics.store
from analytics.model import Holder, Turn

from ..assistant import Assistant, Handled
from ..channels.web import WebChannel
from ..config import ChatSettings
from ..database import Database
from ..model import Message, Person
from ..turns import drawn

VISITOR_COOKIE = "zerolevel_visitor"
VISITOR_LASTS = 365 * 24 * 3600
TURNS_SHOWN = 500
LARGEST_SEQ = 2**31 - 1
NO_NUL = r"^[^\x00]*$"
"""PostgreSQL stores every character but this one; from a text it is taken out."""
REMEMBERED = 100_000
SHORTEST_SAFE_REF = 16
"""A message that opens a conversation is recognised as repeated only by a reference long enough to be nobody else's, such as a UUID."""


class Ask(BaseModel):
    """One message of an employee."""

    model_config = ConfigDict(extra="forbid")

    conversation: str | None = Field(
        None, max_length=100, pattern=NO_NUL, description="What the first answer said; null for the first message."
    )
    ref: str = Field(
        min_length=1,
        max_length=150,
        pattern=NO_NUL,
        description="The client's own id of this message, best a UUID; repeating it is harmless.",
    )
    text: str = Field(max_length=200_000, description="What the employee wrote, or the label of the pressed option.")
    choice: str | None = Field(None, max_length=300, pattern=NO_NUL, description="The id of the pressed option, if one was pressed.")


class ArticleOut(BaseModel):
    """The article that an answer came from."""

    id: str
    title: str
    url: str


class OptionOut(BaseModel):
    """A button: send its `id` as `choice` and its `label` as `text`."""

    id: str
    label: str


class TurnOut(BaseModel):
    """One thing said. `seq` counts from 1 in a conversation without holes; `html` is safe to insert into a page."""

    seq: int
    speaker: Literal["employee", "bot", "agent", "system"]
    author: str
    at: str
    kind: Literal["answer", "choice", "unknown", "handoff", "text"]
    text: str
    html: str
    article: ArticleOut | None
    choices: list[OptionOut]
    confidence: float | None = Field(description="How sure the first article is (0 to 1); null where none was ranked.")
    ref: str | None


class AskOut(BaseModel):
    """The answer to a message; `holder` says whether the bot or a person answers in this conversation now."""

    conversation: str
    seq: int
    holder: Holder
    repeated: bool
    replies: list[TurnOut]


class HistoryOut(BaseModel):
    """What was said in a conversation, oldest first."""

    conversation: str
    holder: Holder
    turns: list[TurnOut]


def build_router(
    *,
    assistant: Assistant,
    database: Database,
    channel: WebChannel,
    templates: Jinja2Templates,
    settings: ChatSettings,
    secure: bool,
    sweep_seconds: float,
) -> APIRouter:
    """The chat page and its interface."""
    chat = _Chat(assistant, database, channel, templates, settings, secure, sweep_seconds)
    router = APIRouter(tags=["chat"])
    router.add_api_route("/", chat.show, methods=["GET"], include_in_schema=False)
    router.add_api_route("/api/chat", chat.ask, methods=["POST"], summary="Say something")
    router.add_api_route("/api/chat/{conversation}", chat.read, methods=["GET"], summary="Read a conversation")

    def existing(request: Request, conversation: str) -> str:
        """Checked before the stream begins, while an error can still be told."""
        _admit(request, settings)
        _require(database, conversation)
        return conversation

    @router.get("/api/chat/{conversation}/events", response_class=EventSourceResponse, summary="Follow a conversation")
    async def follow(
        conversation: Annotated[str, Depends(existing)],
        after: Annotated[int, Query(ge=0, le=LARGEST_SEQ)] = 0,
        last_event_id: Annotated[int | None, Header(ge=0, le=LARGEST_SEQ)] = None,
    ) -> AsyncIterable[ServerSentEvent]:
        """Server-sent events: `turn` for everything said since turn number `after`, `holder` when somebody else answers now."""
        async for event in chat.events(conversation, max(after, last_event_id or 0)):
            yield event

    return router


@dataclass(frozen=True)
class _Chat:
    assistant: Assistant
    database: Database
    channel: WebChannel
    templates: Jinja2Templates
    settings: ChatSettings
    secure: bool
    sweep_seconds: float
    known: set[str] = field(default_factory=set)

    def show(self, request: Request) -> Response:
        """The chat page."""
        _admit(request, self.settings)
        response = self.templates.TemplateResponse(request, "ask.html", {"examples": self.settings.examples})
        if VISITOR_COOKIE not in request.cookies:
            visitor = secrets.token_urlsafe(24)
            response.set_cookie(VISITOR_COOKIE, visitor, max_age=VISITOR_LASTS, httponly=True, samesite="lax", secure=self.secure)
        return response

    def ask(self, request: Request, asked: Ask) -> AskOut:
        """The bot's replies, after the message and they are safely recorded."""
        _admit(request, self.settings)
        if asked.conversation and asked.conversation not in self.known:
            _require(self.database, asked.conversation)
        address, ref = _place(request, asked)
        message = Message("web", address, _person(request, address), asked.text, ref, asked.choice or "")
        handled = self.assistant.handle(message)
        self._remember(address)
        return _answered(address, handled)

    def _remember(self, address: str) -> None:
        """A conversation that was seen once need not be looked up before every message."""
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        self.known.add(address)

    def read(self, request: Request, conversation: str, after: Annotated[int, Query(ge=0, le=LARGEST_SEQ)] = 0) -> HistoryOut:
        """Everything said since turn number `after`, at most the newest 500 turns."""
        _admit(request, self.settings)
        turns, holder = _since(self.database, conversation, after)
        return HistoryOut(conversation=conversation, holder=holder, turns=turns)

    async def events(self, conversation: str, seen: int) -> AsyncIterator[ServerSentEvent]:
        """Everything that happens in a conversation after turn number `seen`, for as long as somebody listens and the server runs."""
        told: Holder | None = None
        with self.channel.listening(conversation) as woken:
            while not self.channel.closed:
                woken.clear()
                turns, holder = await run_in_threadpool(_since, self.database, conversation, seen)
                for turn in turns:
                    seen = turn.seq
                    yield ServerSentEvent(event="turn", id=str(turn.seq), data=turn)
                if holder != told:
                    told = holder
                    yield ServerSentEvent(event="holder", data={"holder": holder})
                await _wait(woken, self.sweep_seconds)


def _admit(request: Request, settings: ChatSettings) -> None:
    if settings.sign_in_required and not request.user.is_authenticated:
        raise HTTPException(403, "Please sign in first.")


def _require(database: Database, address: str) -> None:
    with database.reading() as session:
        if analytics.store.conversation_at(session, channel="web", address=address) is None:
            raise HTTPException(404, "There is no such conversation. Send null to begin a new one.")


def _place(request: Request, asked: Ask) -> tuple[str, str | None]:
    """The address of the conversation, and the reference by which a repeated message is known.

    The first message has no conversation yet. Its address follows from the visitor and the reference, so that repeating it after a
    broken connection leads to the same conversation, and nobody else's reference does.
    """
    if asked.conversation:
        return asked.conversation, f"{asked.conversation}:{asked.ref}"
    visitor = request.cookies.get(VISITOR_COOKIE, "")
    is_recognisable = visitor or len(asked.ref) >= SHORTEST_SAFE_REF
    address = _derived(visitor, asked.ref) if is_recognisable else secrets.token_urlsafe(24)
    return address, f"{address}:{asked.ref}"


def _person(request: Request, address: str) -> Person:
    if request.user.is_authenticated:
        return Person(f"staff:{request.user.id}", request.user.display_name)
    visitor = request.cookies.get(VISITOR_COOKIE)
    return Person(f"web:{_derived(visitor, 'person')}" if visitor else f"web:{address}")


def _answered(address: str, handled: Handled) -> AskOut:
    replies = [_turn_out(turn, address) for turn in handled.replies]
    return AskOut(conversation=address, seq=handled.seq, holder=handled.holder, repeated=handled.repeated, replies=replies)


def _since(database: Database, address: str, after: int) -> tuple[list[TurnOut], Holder]:
    with database.reading() as session:
        conversation = analytics.store.conversation_at(session, channel="web", address=address)
        if conversation is None:
            raise HTTPException(404, "There is no such conversation.")
        turns = analytics.store.turns_at(session, channel="web", address=address, after=after, limit=TURNS_SHOWN)
    return [_turn_out(turn, address) for turn in turns], conversation.holder


def _turn_out(turn: Turn, address: str) -> TurnOut:
    ref = None if turn.ref is None else turn.ref.removeprefix(f"{address}:")
    return TurnOut.model_validate({**drawn(turn), "ref": ref})


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(woken.wait(), seconds)
    except TimeoutError:
        return


def _derived(visitor: str, what: str) -> str:
    """A name that only this visitor's secret leads to."""
    return blake2b(what.encode(), key=visitor.encode()[:64], digest_size=24).hexdigest()
