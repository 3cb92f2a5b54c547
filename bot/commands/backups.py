"""`zerolevel backup` and `zerolevel restore`.

SQLite: its own online backup, one consistent file. PostgreSQL: `pg_dump` and `pg_restore`, which must be installed.
Both write beside the place first and rename, so that a half-written file never carries the name of a whole one.
"""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from .. import clock
from ..config import Settings
from ..database import Database
from ..migrate import is_current
from .errors import Stop

OURS = ("article", "ticket", "turn")
"""Tables by which a backup of this product is known."""


def back_up(settings: Settings, file: Path) -> str:
    """The sentence that says what was written; raises `Stop` when the file exists or there is nothing to back up."""
    if file.exists():
        raise Stop(f"{file} exists already. Choose another name, or remove it first.")
    source = _sqlite_path(settings)
    if source is not None and not source.exists():
        raise Stop(f"There is no database at {source} yet.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with _arriving(file) as unfinished:
        if source is not None:
            _copy(source, unfinished, mode="rw")
        else:
            _dump(settings, unfinished)
    return f"Wrote {file} ({file.stat().st_size / 1_000_000:.1f} MB)."


def put_back(settings: Settings, file: Path) -> str:
    """The sentence that says what was put back; raises `Stop` when the file is no backup of this product or the database is in use."""
    target = _sqlite_path(settings)
    kept = _put_back_dump(settings, file) if target is None else _put_back_file(file, target)
    note = f" What was there is kept as {kept.name}." if kept else ""
    with closing(Database(settings.database_url)) as database:
        hint = "" if is_current(database) else " It comes from another release: run “zerolevel migrate” now."
    return f"Put {file} in place of {'the database' if target is None else target}.{note}{hint}"


def _put_back_file(file: Path, target: Path) -> Path | None:
    _require_backup_file(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _arriving(target) as unfinished:
        _copy(file, unfinished, mode="ro")
        return _set_aside(target)


def _require_backup_file(file: Path) -> None:
    try:
        with closing(_opened(file, "ro")) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError:
        whole, tables = "no database", set()
    if whole != "ok" or not tables.issuperset(OURS):
        raise _no_backup(file)


def _copy(source: Path, target: Path, *, mode: str) -> None:
    """Copies everything committed, also while the product runs; the copy is one file that needs no log beside it.

    Our own database is opened as `rw`: SQLite then removes the log files that it needs for reading, if nobody else uses them.
    """
    with closing(_opened(source, mode)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _set_aside(target: Path) -> Path | None:
    """The new name of the present database, which says the time of day; also of a damaged one, its write-ahead log included."""
    _require_unused(target)
    kept = _free_name(target)
    had_one = target.exists()
    for suffix in ("", "-wal", "-shm"):
        present = target.with_name(target.name + suffix)
        if present.exists():
            present.rename(kept.with_name(kept.name + suffix))
    return kept if had_one else None


def _require_unused(target: Path) -> None:
    """Whoever has the file open would go on writing into what was set aside; only the last to close may leave the write-ahead log."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise Stop(f"{target} is in use. Stop the product first, then restore; nothing was changed.") from None


def _free_name(target: Path) -> Path:
    name = f"{target.stem}-before-restore-{clock.now():%Y%m%d-%H%M%S}"
    number = 1
    while (kept := target.with_name(f"{name}{'' if number == 1 else f'-{number}'}{target.suffix}")).exists():
        number += 1
    return kept


def _opened(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode={mode}", uri=True)


@contextmanager
def _arriving(file: Path) -> Iterator[Path]:
    """A name beside it to write to; it takes the file's place when the block ends, and is removed when the block fails."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _put_back_dump(settings: Settings, file: Path) -> Path:
    """The dump of what was there, beside the backup."""
    found = _found("pg_restore")
    listed = subprocess.run([found, "--list", str(file)], capture_output=True, text=True, check=False).stdout  # noqa: S603
    if not all(re.search(rf"\bTABLE \S+ {name} ", listed) for name in OURS):
        raise _no_backup(file)
    kept = _free_name(file)
    with _arriving(kept) as unfinished:
        _dump(settings, unfinished)
    whole = ("--clean", "--if-exists", "--single-transaction", "--no-owner")
    _run("pg_restore", *whole, _address(settings), str(file), password=_password(settings))
    return kept


def _dump(settings: Settings, file: Path) -> None:
    _run("pg_dump", "--format=custom", f"--file={file}", _address(settings), password=_password(settings))


def _no_backup(file: Path) -> Stop:
    return Stop(f"{file} is not a backup written by “zerolevel backup”; nothing was changed.")


def _sqlite_path(settings: Settings) -> Path | None:
    """The file of the database; None on PostgreSQL."""
    url = settings.database_url
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def _address(settings: Settings) -> str:
    """Everything the URL says, without the password, which other users of the machine could read in the list of processes."""
    url = settings.database_url.set(drivername="postgresql", password=None)
    return f"--dbname={url.render_as_string()}"


def _password(settings: Settings) -> str:
    return settings.database_url.password or ""


def _run(program: str, *arguments: str, password: str) -> None:
    environment = {**os.environ, "PGPASSWORD": password} if password else None
    command = [_found(program), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise Stop(f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no reason given'}.")


def _found(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise Stop(f"{program} is not installed here. Install the PostgreSQL client programs and try again.")
    return found
