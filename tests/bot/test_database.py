"""Transactions on both databases: what is committed, what is taken back, who waits for whom."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from bot.database import Database
from bot.tables import JobRunRow
from tests.fixtures.together import at_once, errors, values

NOW = datetime.fromisoformat("2026-11-20T12:00")


class Mishap(Exception):
    """Something went wrong in the middle of a work."""


class Abandoned(BaseException):
    """As `SystemExit`, and as what a test runner raises: no `Exception`."""


def add(name: str, session: Session) -> str:
    session.add(JobRunRow(job=name, slot=NOW, claimed_at=NOW))
    session.flush()
    return name


def add_and_fail(name: str, session: Session) -> str:
    add(name, session)
    raise Mishap(name)


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(JobRunRow.job)))


def test_a_work_that_returns_is_committed(database: Database) -> None:
    assert database.transact(partial(add, "a")) == "a"
    assert names(database) == ["a"]


def test_a_work_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(Mishap):
        database.transact(partial(add_and_fail, "a"))
    assert names(database) == []


def test_a_writing_block_is_committed_when_it_ends(database: Database) -> None:
    with database.writing() as session:
        add("a", session)
        assert names(database) == [], "nobody sees it before"
    assert names(database) == ["a"]


def test_a_writing_block_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(Mishap), database.writing() as session:
        add_and_fail("a", session)
    assert names(database) == []
    assert database.transact(partial(add, "b")) == "b", "and does not keep others from writing"


def test_one_failing_work_harms_no_other_that_is_committed_with_it(database: Database) -> None:
    works = [partial(add_and_fail if number % 3 == 0 else add, f"{number:02}") for number in range(30)]
    results = at_once([partial(database.transact, work) for work in works])
    assert names(database) == [f"{number:02}" for number in range(30) if number % 3]
    assert [str(error) for error in errors(results)] == [f"{number:02}" for number in range(0, 30, 3)]


def test_a_broken_rule_is_told_only_to_the_one_who_broke_it(database: Database) -> None:
    database.transact(partial(add, "taken"))
    results = at_once([partial(database.transact, partial(add, name)) for name in ("a", "taken", "b")])
    assert [type(error) for error in errors(results)] == [IntegrityError]
    assert names(database) == ["a", "b", "taken"]


def test_fifty_writers_at_once_all_commit(database: Database) -> None:
    results = at_once([partial(database.transact, partial(add, f"{number:02}")) for number in range(50)])
    assert values(results) == names(database) == [f"{number:02}" for number in range(50)]


def test_no_addition_is_lost_when_many_add_to_one_row(database: Database) -> None:
    database.transact(partial(add, "counter"))

    def count(session: Session) -> None:
        row = session.scalars(select(JobRunRow).with_for_update()).one()
        row.claimed_at += timedelta(seconds=1)

    values(at_once([partial(database.transact, count) for _ in range(20)]))
    with database.reading() as session:
        assert session.scalars(select(JobRunRow.claimed_at)).one() == NOW + timedelta(seconds=20)


def test_reading_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as session:
        add("a", session)
    assert names(database) == []


def test_reading_sees_one_moment(database: Database) -> None:
    with database.reading() as session:
        before = session.scalar(select(func.count()).select_from(JobRunRow))
        database.transact(partial(add, "a"))
        after = session.scalar(select(func.count()).select_from(JobRunRow))
    assert (before, after) == (0, 0)
    assert names(database) == ["a"]


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.writing() as session, ThreadPoolExecutor(1) as elsewhere:
        add("a", session)
        assert elsewhere.submit(names, database).result(timeout=5) == []


@pytest.mark.parametrize("outer", ["transact", "writing"])
@pytest.mark.parametrize("inner", ["transact", "writing"])
def test_a_transaction_inside_a_transaction_is_refused_instead_of_waiting_for_itself(database: Database, outer: str, inner: str) -> None:
    def open_inner(_: Session) -> None:
        if inner == "transact":
            database.transact(partial(add, "a"))
        else:
            with database.writing():
                pass

    def open_outer() -> None:
        if outer == "transact":
            database.transact(open_inner)
        else:
            with database.writing() as session:
                open_inner(session)

    with pytest.raises(RuntimeError, match="open in this thread already"):
        open_outer()
    assert database.transact(partial(add, "b")) == "b"


def test_what_was_committed_is_there_for_the_next_process(database: Database, open_again: Callable[[], Database]) -> None:
    database.transact(partial(add, "a"))
    database.close()
    assert names(open_again()) == ["a"]


def test_what_waits_together_is_committed_together(sqlite_database: Database) -> None:
    commits: list[int] = []
    event.listen(sqlite_database.engine, "commit", lambda _: commits.append(1))
    with ThreadPoolExecutor(50) as pool:
        with sqlite_database.writing():
            waiting = [pool.submit(sqlite_database.transact, partial(add, f"{number:02}")) for number in range(50)]
        assert [future.result() for future in waiting] == names(sqlite_database)
    assert len(commits) <= 4, "one for the block, one for the work that came first, one or two for the rest"


def test_nothing_is_acknowledged_before_the_commit(sqlite_database: Database) -> None:
    committed = threading.Event()
    event.listen(sqlite_database.engine, "commit", lambda _: committed.set())
    sqlite_database.transact(partial(add, "a"))
    assert committed.is_set()


def test_when_the_commit_itself_fails_everybody_in_it_is_told(sqlite_database: Database) -> None:
    failing = [Mishap("disk gone")]

    def fail(_: object) -> None:
        if failing:
            raise failing.pop()

    event.listen(sqlite_database.engine, "commit", fail)
    with pytest.raises(Mishap, match="disk gone"):
        sqlite_database.transact(partial(add, "a"))
    assert names(sqlite_database) == []
    assert sqlite_database.transact(partial(add, "b")) == "b"


def test_when_sqlite_takes_the_whole_transaction_back_nobody_is_told_that_his_part_is_safe(sqlite_database: Database) -> None:
    """A full disk does that; here a work does it by hand."""

    def take_all_back(session: Session) -> str:
        session.execute(text("ROLLBACK"))
        raise Mishap

    with ThreadPoolExecutor(3) as pool:
        with sqlite_database.writing():
            waiting = [pool.submit(sqlite_database.transact, work) for work in (partial(add, "a"), partial(add, "b"), take_all_back)]
        told = [future.exception() for future in waiting]
    safe = [name for name, error in zip(("a", "b"), told, strict=False) if error is None]
    assert names(sqlite_database) == safe
    assert isinstance(told[2], Mishap | DBAPIError)
    assert sqlite_database.transact(partial(add, "c")) == "c"


def test_the_writer_lives_on_after_whatever_a_work_raises(sqlite_database: Database) -> None:
    def give_up(_: Session) -> None:
        raise Abandoned

    with pytest.raises(Abandoned):
        sqlite_database.transact(give_up)
    assert sqlite_database.transact(partial(add, "a")) == "a"


def test_after_closing_a_writer_is_refused_instead_of_waiting_for_ever(sqlite_database: Database) -> None:
    sqlite_database.close()
    with pytest.raises(RuntimeError, match="has been closed"):
        sqlite_database.transact(partial(add, "a"))
    sqlite_database.close()


def test_closing_first_commits_what_waits(sqlite_database: Database) -> None:
    with ThreadPoolExecutor(20) as pool:
        with sqlite_database.writing():
            waiting = [pool.submit(sqlite_database.transact, partial(add, f"{number:02}")) for number in range(20)]
        sqlite_database.close()
        done = [future.result() for future in waiting if future.exception() is None]
    with closing(Database(sqlite_database.url)) as again:
        assert names(again) == sorted(done)


def test_sqlite_keeps_what_it_has_acknowledged_when_the_power_fails(sqlite_database: Database) -> None:
    asked = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    with sqlite_database.writing() as session:
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar_one() for name in asked}
    assert found == asked


@pytest.mark.postgresql
def test_postgresql_waits_for_the_disk_also_where_the_server_would_not(postgresql_database: Database) -> None:
    def setting(session: Session) -> object:
        return session.execute(text("SHOW synchronous_commit")).scalar_one()

    with postgresql_database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {postgresql_database.url.database} SET synchronous_commit = off")
    with closing(Database(postgresql_database.url)) as fresh:
        assert fresh.transact(setting) == "on"


@pytest.mark.postgresql
def test_two_works_in_each_others_way_are_both_done(postgresql_database: Database) -> None:
    """Each locks one row and then wants the other's: PostgreSQL ends one of them, and it is done again."""
    for name in ("a", "b"):
        postgresql_database.transact(partial(add, name))
    both_have_one = threading.Barrier(2)
    tries: list[str] = []

    def move(first: str, second: str, session: Session) -> None:
        tries.append(first)
        for name in (first, second):
            moved = update(JobRunRow).where(JobRunRow.job == name).values(claimed_at=JobRunRow.claimed_at + timedelta(seconds=1))
            session.execute(moved)
            if name == first and len(tries) <= 2:
                both_have_one.wait(10)

    values(at_once([partial(postgresql_database.transact, partial(move, *pair)) for pair in (("a", "b"), ("b", "a"))]))
    assert len(tries) == 3
    with postgresql_database.reading() as session:
        assert set(session.scalars(select(JobRunRow.claimed_at))) == {NOW + timedelta(seconds=2)}
