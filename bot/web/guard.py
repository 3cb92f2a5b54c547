"""What every request passes before it reaches a page: origin, size, and the headers of every answer."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 2_000_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Refuses changes that another site's page sends (Sec-Fetch-Site, Origin) and bodies over 2 MB; adds the security headers.

    A browser says where a request comes from, so no token has to travel in every form; a client that is no browser carries no
    cookie of ours either.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        send = _with_headers(send, "no-cache" if scope["path"].startswith("/static/") else "no-store")
        refusal = _refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self._app(scope, _limited(receive), send)


def _refusal(scope: Scope, headers: Headers) -> Response | None:
    if scope["method"] not in SAFE_METHODS and _is_foreign(headers):
        return _told(scope, 403, "This form was sent from another site. Open the page again and send it from there.")
    if int(headers.get("content-length") or 0) > LARGEST_BODY:
        return _told(scope, 413, "That is too much text for one message. Go back and send less.")
    if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
        return _told(scope, 400, "There is no such page.")
    return None


def _is_foreign(headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")


def _told(scope: Scope, status: int, detail: str) -> Response:
    if scope["path"].startswith("/api/"):
        return JSONResponse({"detail": detail}, status_code=status)
    return PlainTextResponse(detail, status_code=status)


def _limited(receive: Receive) -> Receive:
    left = LARGEST_BODY

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return limited


def _with_headers(send: Send, cached: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", cached)
        await send(message)

    return sending
