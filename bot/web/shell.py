"""The page shell: where templates are found, what every one of them knows, and the pages for errors."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates

from knowledge.markdown import to_html

from .guard import HEADERS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = tuple(ROOT / folder / "templates" for folder in ("bot/web", "escalation", "knowledge", "analytics"))
STATIC = ROOT / "bot" / "web" / "static"

MESSAGES = {
    403: ("Not for this account", "Your account may not open this page. Sign in with another one, or ask an administrator for the role."),
    404: ("Nothing here", "There is no such page, or no longer. The link may be old."),
    405: ("Not like this", "This page cannot be used in this way. Go back and try the buttons on the page."),
    422: ("That does not fit", "Something in the address or the form has a value that does not fit. Go back and try again."),
    500: ("Something broke on our side", "This is not your fault. Please try again in a moment; nothing that was confirmed is lost."),
}


def build_templates(settings: Mapping[str, object]) -> Jinja2Templates:
    """The templates of every folder; `settings` are names that all of them may use."""
    loader = FileSystemLoader([str(folder) for folder in TEMPLATES])
    environment = Environment(loader=loader, autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(settings)
    environment.filters["when"] = when
    environment.filters["markdown"] = lambda text: Markup(to_html(text))  # noqa: S704 (sanitised)
    return Jinja2Templates(env=environment)


def when(moment: datetime | None) -> str:
    """A moment in UTC as short text; the page turns it into the reader's zone."""
    return "" if moment is None else moment.strftime("%-d %b %Y, %H:%M UTC")


def install_error_pages(app: FastAPI, templates: Jinja2Templates) -> None:
    """Kind pages for errors; people who have not signed in are led there instead of being refused."""

    def page(request: Request, status: int, otherwise: str) -> Response:
        title, message = MESSAGES.get(status, ("That did not work", otherwise))
        values = {"status": status, "title": title, "message": message}
        return templates.TemplateResponse(request, "error.html", values, status_code=status)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if _is_api(request):
            return await http_exception_handler(request, error)
        if error.status_code == 403 and not request.user.is_authenticated:
            return RedirectResponse(f"/sign-in?next={quote(_page_of(request))}", status_code=303)
        return page(request, error.status_code, str(error.detail))

    async def misspelt(request: Request, error: Exception) -> Response:
        """What was sent does not fit: in the path it means that there is no such page."""
        assert isinstance(error, RequestValidationError)
        if _is_api(request):
            problems = [{name: problem[name] for name in ("type", "loc", "msg")} for problem in error.errors()]
            return JSONResponse({"detail": problems}, status_code=422)
        return page(request, 404 if any(problem["loc"][0] == "path" for problem in error.errors()) else 422, "")

    async def broken(request: Request, _: Exception) -> Response:
        """Our own mistake; it is in the log, and the answer passes no middleware any more."""
        answer = JSONResponse({"detail": MESSAGES[500][1]}, status_code=500) if _is_api(request) else page(request, 500, "")
        answer.headers.update({**HEADERS, "cache-control": "no-store"})
        return answer

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, misspelt)
    app.add_exception_handler(Exception, broken)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _page_of(request: Request) -> str:
    """The page to come back to after signing in: this one, or the one whose form was sent."""
    if request.method == "GET":
        return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    sent_from = URL(request.headers.get("referer", ""))
    return sent_from.path if sent_from.netloc == request.url.netloc else ""
