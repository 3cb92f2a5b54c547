"""The web application, built once, by hand, in plain calls, from the core."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager

from fastapi import APIRouter, FastAPI
from sqlalchemy.orm import Session
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

import analytics.pages
import escalation.pages
import knowledge.pages
import knowledge.store

from . import jobs
from .assistant import Assistant
from .channels import WebChannel
from .core import Core
from .delivery import Courier
from .web import chat, health, sign_in
from .web.guard import SAFE_METHODS, Guard
from .web.shell import STATIC, build_templates, install_error_pages

SWEEP_SECONDS_ONE_PROCESS = 15.0
SWEEP_SECONDS_SEVERAL = 1.0


def build_app(core: Core) -> FastAPI:
    """The web application, with its outbox worker and timetable, which run while it serves."""
    channel = WebChannel()
    courier = core.courier(channel)
    templates = build_templates(_known_to_templates(core))
    app = FastAPI(
        title=core.settings.chat.product,
        summary="Ask, and get an answer or a person.",
        version="1",
        lifespan=_running(core, courier),
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(Guard),
            Middleware(AuthenticationMiddleware, backend=sign_in.CookieBackend(core.database, core.settings.signin, core.now)),
        ],
    )
    app.state.end_streams = channel.close
    install_error_pages(app, templates)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    assistant = core.assistant(committed=courier.wake)
    app.include_router(_chat_router(core, assistant, channel, templates))
    for router in _page_routers(core, assistant, templates, _session_opener(core, courier)):
        app.include_router(router)
    app.include_router(health.build_router(database=core.database, index=core.index))
    return app


def _running(core: Core, courier: Courier) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        courier.start()
        timetable = jobs.timetable(core.settings.record)
        scheduler = jobs.start_timetable(core.database, timetable, refresh_index=core.index.refresh, now=core.now)
        yield
        scheduler.shutdown(wait=True)
        courier.stop()
        core.database.close()

    return running


def _session_opener(core: Core, courier: Courier) -> Callable[[Request], AbstractContextManager[Session]]:
    @contextmanager
    def open_session(request: Request) -> Iterator[Session]:
        """Reads for a GET; writes for everything else, and afterwards wakes whoever must know."""
        if request.method in SAFE_METHODS:
            with core.database.reading() as session:
                yield session
            return
        with core.database.writing() as session:
            yield session
        courier.wake()
        core.index.refresh()

    return open_session


def _chat_router(core: Core, assistant: Assistant, channel: WebChannel, templates: Jinja2Templates) -> APIRouter:
    return chat.build_router(
        assistant=assistant,
        database=core.database,
        channel=channel,
        templates=templates,
        settings=core.settings.chat,
        secure=_is_secure(core),
        sweep_seconds=SWEEP_SECONDS_ONE_PROCESS if core.database.is_sqlite else SWEEP_SECONDS_SEVERAL,
    )


def _page_routers(
    core: Core, assistant: Assistant, templates: Jinja2Templates, open_session: Callable[[Request], AbstractContextManager[Session]]
) -> Iterator[APIRouter]:
    settings, now = core.settings, core.now
    yield sign_in.build_router(
        database=core.database, open_session=open_session, templates=templates, settings=settings.signin, secure=_is_secure(core), now=now
    )
    yield knowledge.pages.build_router(
        open_session=open_session,
        templates=templates,
        now=now,
        current_matcher=lambda: core.index.current.matcher,
        matching=settings.matching,
        settings=settings.knowledge,
    )
    yield escalation.pages.build_router(
        open_session=open_session,
        templates=templates,
        settings=settings.desk,
        deliver=assistant.deliver,
        titles=knowledge.store.titles,
        now=now,
    )
    yield analytics.pages.build_router(open_session=open_session, templates=templates, now=now, settings=settings.record)


def _is_secure(core: Core) -> bool:
    return core.settings.base_url.startswith("https://")


def _known_to_templates(core: Core) -> dict[str, object]:
    chat_settings = core.settings.chat
    return {
        "product": chat_settings.product,
        "organisation": chat_settings.organisation,
        "language": chat_settings.language,
        "texts": core.texts.sections(),
    }
