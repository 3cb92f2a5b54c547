"""Signing in with a local account, or once with a link; who somebody is on every request."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query
from sqlalchemy.orm import Session
from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

from .. import people
from ..config import SignInSettings
from ..database import Database

COOKIE = "zerolevel_sign_in"
NOTED_EVERY = timedelta(minutes=1)
FIRST_PAGES = (("desk", "/desk"), ("knowledge", "/knowledge"), ("statistics", "/statistics"))

OpenSession = Callable[[Request], AbstractContextManager[Session]]


class SignedIn(BaseUser):
    """The `request.user` of somebody who has signed in."""

    def __init__(self, staff: people.Staff) -> None:
        self.id = staff.id
        self.name = staff.name
        self.roles = staff.roles
        self._display_name = staff.display_name

    @property
    def is_authenticated(self) -> bool:
        """Always true."""
        return True

    @property
    def display_name(self) -> str:
        """The name that colleagues and employees read."""
        return self._display_name

    @property
    def identity(self) -> str:
        """The account's id."""
        return self.id


class CookieBackend(AuthenticationBackend):
    """Reads the cookie and looks the sign-in up, on every request, so that signing out and deactivating work at once."""

    def __init__(self, database: Database, settings: SignInSettings, now: Callable[[], datetime]) -> None:
        self._database = database
        self._settings = settings
        self._now = now

    async def authenticate(self, conn: HTTPConnection) -> tuple[AuthCredentials, BaseUser] | None:
        """Scopes and user, or None for somebody who has not signed in."""
        token = conn.cookies.get(COOKIE)
        if not token or conn.url.path.startswith("/static/"):
            return None
        staff = await run_in_threadpool(self._look_up, token)
        return None if staff is None else (AuthCredentials(sorted(staff.scopes)), SignedIn(staff))

    def _look_up(self, token: str) -> people.Staff | None:
        now = self._now()
        with self._database.reading() as session:
            found = people.signed_in(session, token, settings=self._settings, now=now)
        if found is None:
            return None
        staff, seen_at = found
        if now - seen_at > NOTED_EVERY:
            self._database.transact(lambda session: people.mark_seen(session, token, now=now))
        return staff


def build_router(
    *,
    database: Database,
    open_session: OpenSession,
    templates: Jinja2Templates,
    settings: SignInSettings,
    secure: bool,
    now: Callable[[], datetime],
) -> APIRouter:
    """The pages for signing in and out."""
    router = APIRouter(include_in_schema=False)

    def _with_cookie(session: Session, staff: people.Staff, target: str) -> Response:
        token = people.sign_in(session, staff, settings=settings, now=now())
        response = RedirectResponse(target, status_code=303)
        lasts = settings.absolute_hours * 3600
        response.set_cookie(COOKIE, token, max_age=lasts, httponly=True, samesite="lax", secure=secure)
        return response

    @router.get("/sign-in", name="sign_in")
    def show(request: Request, target: Annotated[str, Query(alias="next")] = "") -> Response:
        return templates.TemplateResponse(request, "sign_in.html", {"next": _own_path(target), "error": "", "name": ""})

    @router.post("/sign-in")
    def submit(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        target: Annotated[str, Form(alias="next")] = "",
    ) -> Response:
        with database.reading() as reading:
            fitting = people.fitting_hash(reading, name, password)
        with open_session(request) as session:
            found = people.check_sign_in(session, name, fitting, settings=settings, now=now())
            if isinstance(found, people.Staff):
                return _with_cookie(session, found, _own_path(target) or first_page(found.scopes))
        values = {"next": _own_path(target), "error": found, "name": name}
        return templates.TemplateResponse(request, "sign_in.html", values, status_code=401)

    @router.get("/sign-in/once/{token}")
    def show_once(request: Request, token: str) -> Response:
        """Asks for a click, so that a link preview does not use the link up."""
        return templates.TemplateResponse(request, "sign_in_once.html", {"token": token})

    @router.post("/sign-in/once/{token}")
    def once(request: Request, token: str) -> Response:
        with open_session(request) as session:
            staff = people.use_once(session, token, now=now())
            if staff is not None:
                return _with_cookie(session, staff, first_page(staff.scopes))
        error = "This link was used already or is too old. Sign in with your password, or ask for a new link."
        return templates.TemplateResponse(request, "sign_in.html", {"next": "", "error": error, "name": ""}, status_code=401)

    @router.post("/sign-out")
    def leave(request: Request) -> Response:
        with open_session(request) as session:
            people.sign_out(session, request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=secure)
        return response

    return router


def first_page(scopes: Collection[str]) -> str:
    """Where somebody with these scopes lands after signing in."""
    return next((page for scope, page in FIRST_PAGES if scope in scopes), "/")


def _own_path(target: str) -> str:
    """The target if it is a page of ours; empty for anything that could lead elsewhere."""
    parts = urlsplit(target)
    is_own = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return target if is_own and "\\" not in target and target.isprintable() else ""
