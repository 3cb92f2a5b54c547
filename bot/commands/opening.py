"""Opening the database for a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..config import Settings
from ..database import Database
from ..migrate import is_current
from .errors import Stop


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database, closed again at the end; raises `Stop` when it has not been created or is of another release."""
    if settings.database_url.get_backend_name() == "sqlite" and not _exists(settings):
        raise Stop(f"There is no database at {settings.database_url.database} yet. Run “zerolevel migrate” first.")
    database = Database(settings.database_url)
    try:
        if not is_current(database):
            raise Stop("The database is not at this release's revision. Run “zerolevel migrate” first.")
        yield database
    finally:
        database.close()


def _exists(settings: Settings) -> bool:
    return Path(settings.database_url.database or "").exists()
