"""`zerolevel serve` and `zerolevel demo`."""

import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

import uvicorn
from rich.console import Console
from rich.panel import Panel
from sqlalchemy import select

from knowledge.importer import import_folder
from knowledge.store import index_version

from .. import clock, people
from ..app import build_app
from ..config import Settings
from ..core import Core, build_core
from ..database import Database
from ..logs import set_up_logging
from ..migrate import migrate
from ..tables import StaffRow
from .errors import Stop
from .importing import draw_report, progress_bar
from .opening import open_database

GRACE_SECONDS = 3
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DEMO_STAFF = ("demo", "Demo Agent", ("admin",))


def serve(settings: Settings, *, console: Console) -> None:
    """Serves until it is stopped; the database must have been migrated."""
    set_up_logging(settings.server.log_level)
    with open_database(settings) as database:
        _require_free_port(settings)
        with progress_bar(console) as progress:
            core = build_core(settings, database, progress=progress)
        _say_where(core, console)
        _run(core)


def serve_demo(settings: Settings, *, sample: Path, console: Console) -> None:
    """The same with everything prepared: migrated, the sample loaded when there are no articles, and a one-time sign-in printed."""
    _require_free_port(settings)
    set_up_logging(settings.server.log_level)
    database = Database(settings.database_url)
    before, after = migrate(database)
    if before is None:
        console.print(f"Created the database {settings.database_url.database}.")
    elif before != after:
        console.print(f"Migrated the database from {before} to {after}.")
    _load_sample(database, sample, console)
    with progress_bar(console) as progress:
        core = build_core(settings, database, progress=progress)
    console.print(f"Built the index of {core.index.current.articles} articles.")
    _say_where(core, console, once=_one_time_link(core))
    _run(core)


def _load_sample(database: Database, sample: Path, console: Console) -> None:
    with database.reading() as session:
        if index_version(session):
            console.print("Keeping the articles and conversations of the last start.")
            return
    with progress_bar(console) as progress:
        report = database.transact(lambda session: import_folder(session, sample, by="sample", now=clock.now(), progress=progress))
    if not report.clean:
        draw_report(report, console)
    console.print(f"Loaded {len(report.files)} sample articles.")


def _one_time_link(core: Core) -> str:
    name, display_name, roles = DEMO_STAFF
    with core.database.writing() as session:
        staff = people.staff_named(session, name)
        if staff is None:
            staff = people.add_staff(session, name, display_name=display_name, roles=roles, now=core.now())
        return f"{core.settings.base_url}/sign-in/once/{people.offer_once(session, staff, now=core.now())}"


def _say_where(core: Core, console: Console, *, once: str | None = None) -> None:
    base = core.settings.base_url
    lines = [
        f"[bold]Ask[/bold]         {base}/",
        f"[bold]Desk[/bold]        {base}/desk",
        f"[bold]Knowledge[/bold]   {base}/knowledge",
        f"[bold]Statistics[/bold]  {base}/statistics",
    ]
    if once is not None:
        lines += ["", "Sign in once, as an agent who may see everything (valid for an hour):", f"[bold]{once}[/bold]"]
    elif not _has_staff(core):
        lines += ["", "Nobody can sign in yet: zerolevel staff add NAME --role admin"]
    if core.settings.server.host not in LOOPBACK and not base.startswith("https://"):
        lines += [
            "",
            "[yellow]Served without encryption to other machines; put a proxy with HTTPS before it and set server.base_url.[/yellow]",
        ]
    width = max(80, len(once or "") + 6)
    Console(width=width, highlight=False).print(Panel("\n".join(lines), title=core.settings.chat.product, expand=False))
    console.print("Stop with Ctrl+C.")


def _has_staff(core: Core) -> bool:
    with core.database.reading() as session:
        return session.scalars(select(StaffRow.id).limit(1)).first() is not None


def _run(core: Core) -> None:
    level = core.settings.server.log_level
    sys.stdout.flush()
    app = build_app(core)
    options = uvicorn.Config(
        app,
        host=core.settings.server.host,
        port=core.settings.server.port,
        log_level=level if level == "debug" else "warning",
        access_log=False,  # paths hold secrets: one-time links, the addresses of chats
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
    )
    server = _Server(options, app.state.end_streams)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise Stop("The server could not be started; what is above says why.")


class _Server(uvicorn.Server):
    """Ends the open streams when it is told to stop; otherwise each open chat page would keep it for the whole grace time."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called inside a signal handler, which may wait for no lock."""
        super().handle_exit(sig, frame)
        threading.Thread(target=self._end_streams, daemon=True).start()


def _require_free_port(settings: Settings) -> None:
    host, port = settings.server.host, settings.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Stop(
                f"Cannot listen on {host}:{port}: {error.strerror}. Choose another port with --port (make demo PORT=8099)."
            ) from None
