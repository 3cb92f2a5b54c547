"""Engine, sessions and transactions.

SQLite: one process owns the file, one writer thread commits the messages that wait together, readers never block.
PostgreSQL: every transaction on its own connection; as many processes as you like. The URL decides.
A transaction is opened once and its session handed on: opening a second one inside it raises `RuntimeError` instead of waiting for itself.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

import analytics.tables
import escalation.tables
import knowledge.tables

from . import tables

T = TypeVar("T")
Work = Callable[[Session], T]

METADATA: tuple[MetaData, ...] = (
    analytics.tables.Base.metadata,
    knowledge.tables.Base.metadata,
    escalation.tables.Base.metadata,
    tables.Base.metadata,
)

TOGETHER_AT_MOST = 64
TRIES_WHEN_IN_EACH_OTHERS_WAY = 5
IN_EACH_OTHERS_WAY = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for two transactions of which one had to give way: serialization failure and deadlock."""


class Database:
    """Opens transactions; nothing else in the product does."""

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        self._readers = _sqlite_engine(self.url, read_only=True) if self.is_sqlite else _read_only(self.engine)
        self._turn_to_write = threading.Lock()
        self._here = threading.local()
        self._writer = _Writer(self.engine, self._turn_to_write) if self.is_sqlite else None

    def transact(self, work: Work[T]) -> T:
        """What `work` returns, after its changes are safely on disk. Work that raises leaves no trace.

        On PostgreSQL the work is done again when it and another transaction were in each other's way, so it only touches the database.
        """
        self._require_no_transaction()
        if self._writer is not None:
            return self._writer.run(work)
        for _ in range(TRIES_WHEN_IN_EACH_OTHERS_WAY - 1):
            try:
                return self._transact_once(work)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in IN_EACH_OTHERS_WAY:
                    raise
        return self._transact_once(work)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that writes and commits when the block ends."""
        self._require_no_transaction()
        with self._turn_to_write if self.is_sqlite else nullcontext(), self._session() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, and sees one moment of the database."""
        with Session(self._readers, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        """Waits for the writer to finish and closes every connection."""
        if self._writer is not None:
            self._writer.close()
        self._readers.dispose()
        self.engine.dispose()

    def _transact_once(self, work: Work[T]) -> T:
        with self._session() as session:
            return work(session)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        self._here.is_writing = True
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        finally:
            self._here.is_writing = False

    def _require_no_transaction(self) -> None:
        if getattr(self._here, "is_writing", False) or (self._writer is not None and self._writer.is_here()):
            raise RuntimeError("A transaction is open in this thread already; hand its session on.")


class _Writer:
    """The one thread that commits messages to SQLite: whatever waits is committed together, each in its own savepoint."""

    def __init__(self, engine: Engine, turn_to_write: threading.Lock) -> None:
        self._engine = engine
        self._turn_to_write = turn_to_write
        self._waiting: SimpleQueue[tuple[Work[Any], Future[Any]] | None] = SimpleQueue()
        self._accepting = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
        self._thread.start()

    def run(self, work: Work[T]) -> T:
        future: Future[T] = Future()
        with self._accepting:
            if self._closed:
                raise RuntimeError("The database has been closed.")
            self._waiting.put((work, future))
        return future.result()

    def is_here(self) -> bool:
        """Whether the caller is itself a piece of work."""
        return threading.current_thread() is self._thread

    def close(self) -> None:
        with self._accepting:
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _loop(self) -> None:
        while True:
            batch = self._next_batch()
            if not batch:
                return
            self._commit_together(batch)

    def _next_batch(self) -> list[tuple[Work[Any], Future[Any]]]:
        first = self._waiting.get()
        batch = [] if first is None else [first]
        while batch and len(batch) < TOGETHER_AT_MOST:
            try:
                another = self._waiting.get_nowait()
            except Empty:
                break
            if another is None:
                self._waiting.put(None)
                break
            batch.append(another)
        return batch

    def _commit_together(self, batch: list[tuple[Work[Any], Future[Any]]]) -> None:
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._turn_to_write, self._engine.begin() as connection:
                outcomes.extend((future, *_attempt(connection, work)) for work, future in batch)
        except BaseException as failed:  # noqa: BLE001 - whoever waits is told; the thread lives on for the others
            outcomes = [(future, None, failed) for _, future in batch]
        for future, result, error in outcomes:
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)


def _attempt(connection: Connection, work: Work[Any]) -> tuple[Any, BaseException | None]:
    session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    try:
        with session.begin():
            return work(session), None
    except BaseException as error:
        if not _in_transaction(connection):
            raise
        return None, error
    finally:
        session.close()


def _in_transaction(connection: Connection) -> bool:
    """False after an error, such as a full disk, for which SQLite has taken the whole transaction back, the works before it included."""
    return bool(getattr(connection.connection.dbapi_connection, "in_transaction", False))


def _sqlite_engine(url: URL, *, read_only: bool = False) -> Engine:
    path = url.database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    size = 16 if read_only else 1
    engine = create_engine(
        url, hide_parameters=True, pool_size=size, max_overflow=64 if read_only else 0, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"query_only={int(read_only)}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: URL) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_size=16, max_overflow=48, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def _configure(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        """Nothing is acknowledged before it is on disk, also where the server has been told to be faster than that."""
        cursor = connection.cursor()
        cursor.execute("SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
        cursor.close()
        connection.commit()

    return engine


def _read_only(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
