"""Brings a database to the newest revision, and says which one it has."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from .database import Database

SCRIPTS = Path(__file__).with_name("migrations")
MIGRATION_LOCK = 0x5A4C0002
"""Replicas that start together migrate one after the other; on SQLite the transaction itself is the lock."""


def migrate(database: Database, *, scripts: Path = SCRIPTS) -> tuple[str | None, str | None]:
    """The revision before and after; does nothing when the database is up to date. All steps are one transaction."""
    with database.engine.connect() as connection, _unchecked(database, connection), connection.begin():
        if not database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
        before = _revision(connection)
        command.upgrade(_config(connection, scripts), "head")
        _require_sound(database, connection)
        return before, _revision(connection)


def is_current(database: Database) -> bool:
    """Whether the database has the newest revision."""
    with database.reading() as session:
        return _revision(session.connection()) == newest()


def newest() -> str | None:
    """The newest revision this release knows."""
    return ScriptDirectory(str(SCRIPTS)).get_current_head()


def write_revision(database: Database, message: str) -> None:
    """Writes the step from the newest revision to the tables as they are in the code, for a developer to check."""
    with database.engine.connect() as connection, connection.begin():
        command.revision(_config(connection), message=message, autogenerate=True)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def _unchecked(database: Database, connection: Connection) -> Iterator[None]:
    """SQLite changes a table by replacing it; with foreign keys enforced, dropping the old one would delete all that refers to it."""
    if not database.is_sqlite:
        yield
        return
    _pragma(connection, "foreign_keys=OFF")
    try:
        yield
    finally:
        _pragma(connection, "foreign_keys=ON")


def _pragma(connection: Connection, setting: str) -> None:
    """Outside any transaction, because SQLite ignores it inside one."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _require_sound(database: Database, connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all() if database.is_sqlite else []
    if broken:
        raise RuntimeError(f"The migration would leave {len(broken)} rows that refer to nothing, the first in {broken[0][0]}.")


def _config(connection: Connection, scripts: Path = SCRIPTS) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _write_by_hand() -> None:
    """`make revision`: migrates an empty database and writes the step that is missing."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.db")
        migrate(database)
        write_revision(database, " ".join(sys.argv[1:]) or "change")
        database.close()


if __name__ == "__main__":
    _write_by_hand()
