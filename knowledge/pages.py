"""The pages of the articles: for editors, and the one page that employees read."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.templating import Jinja2Templates

from intents.matcher import Matcher
from intents.model import MatchingSettings

from . import store
from .article_pages import add_article_routes
from .gap_pages import add_gap_routes
from .markdown import to_html
from .model import EVERYONE, KnowledgeSettings, Status
from .page_parts import OpenSession, PageParts


def build_router(
    *,
    open_session: OpenSession,
    templates: Jinja2Templates,
    now: Callable[[], datetime],
    current_matcher: Callable[[], Matcher],
    matching: MatchingSettings,
    settings: KnowledgeSettings | None = None,
) -> APIRouter:
    """`/knowledge…` for people with the scope "knowledge", and `/a/<id>` for everybody."""
    router = APIRouter(include_in_schema=False)
    parts = PageParts(open_session, templates, now, current_matcher, matching, settings or KnowledgeSettings())
    add_gap_routes(router, parts)
    add_article_routes(router, parts)
    _add_public_route(router, parts)
    return router


def _add_public_route(router: APIRouter, parts: PageParts) -> None:
    @router.get("/a/{article}")
    def read_article(request: Request, article: str) -> Response:
        with parts.open_session(request) as session:
            found = store.article(session, article)
        if found is None or found.status is not Status.PUBLISHED or not (found.audience == EVERYONE or request.user.is_authenticated):
            return parts.page(request, "missing", {}, 404)
        return parts.page(request, "read", {"article": found, "html": to_html(found.body)})
