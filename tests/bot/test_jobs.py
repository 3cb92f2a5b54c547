"""The timetable: every slot of every job is run once, whichever process comes first."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analytics import records
from analytics.model import NewTurn, RecordSettings, Speaker
from analytics.tables import ConversationRow
from bot import jobs
from bot.database import Database
from bot.jobs import CLAIMS_KEPT, Job, run_claimed, start_timetable
from bot.people import Staff, add_staff, offer_once
from bot.tables import JobRunRow, SignInRow, StaffRow
from escalation import handoff
from escalation.model import DeskSettings, Handoff
from tests.fixtures.clocks import START, Clock
from tests.fixtures.outbox import PushChannel, courier, put_turns, rows
from tests.fixtures.together import at_once, values

MINUTE = timedelta(minutes=1)
RECORD = RecordSettings()


class Mishap(Exception):
    """The job failed."""


def counting(every: timedelta = MINUTE) -> tuple[Job, list[datetime]]:
    runs: list[datetime] = []

    def run(_: Session, now: datetime) -> int:
        runs.append(now)
        return len(runs)

    return Job("count", every, run), runs


def claims(database: Database) -> list[tuple[str, datetime]]:
    with database.reading() as session:
        return [(job, slot) for job, slot in session.execute(select(JobRunRow.job, JobRunRow.slot))]


def job_named(name: str) -> Job:
    return next(job for job in jobs.timetable(RECORD) if job.name == name)


def test_a_slot_is_run_once(database: Database) -> None:
    job, runs = counting()
    assert run_claimed(database, job, START) == 1
    assert run_claimed(database, job, START + timedelta(seconds=59)) is None
    assert run_claimed(database, job, START + MINUTE) == 2
    assert runs == [START, START + MINUTE]


def test_two_processes_and_one_slot_make_one_run(database: Database, open_again: Callable[[], Database]) -> None:
    job, runs = counting()
    others = [database] * 3 if database.is_sqlite else [open_again() for _ in range(3)]
    for number in range(5):
        now = START + number * MINUTE
        calls = [partial(run_claimed, place, job, now) for place in (database, *others)]
        done = values(at_once(calls))
        assert len([one for one in done if one is not None]) == 1
    assert runs == [START + number * MINUTE for number in range(5)]


def test_who_comes_second_waits_for_the_first_and_takes_over_when_that_one_fails(
    database: Database, open_again: Callable[[], Database]
) -> None:
    began, tries = threading.Event(), iter([True, False])

    def run(_: Session, now: datetime) -> int:
        began.set()
        if next(tries):
            raise Mishap
        return 7

    job = Job("fails once", MINUTE, run)
    second = database if database.is_sqlite else open_again()

    def follow() -> int | None:
        began.wait(10)
        return run_claimed(second, job, START)

    calls: list[Callable[[], int | None]] = [partial(run_claimed, database, job, START), follow]
    results = at_once(calls)
    assert [result if isinstance(result, int) else type(result) for result in results] == [Mishap, 7]


def test_a_job_that_fails_leaves_neither_changes_nor_a_claim(database: Database) -> None:
    def run(session: Session, now: datetime) -> int:
        session.add(StaffRow(id="x", name="x", display_name="x", created_at=now))
        session.flush()
        raise Mishap

    with pytest.raises(Mishap):
        run_claimed(database, Job("failing", MINUTE, run), START)
    assert claims(database) == []
    with database.reading() as session:
        assert session.get(StaffRow, "x") is None


def test_a_job_that_breaks_a_rule_of_the_database_is_not_mistaken_for_one_that_another_process_has(database: Database) -> None:
    def run(session: Session, now: datetime) -> int:
        session.add(SignInRow(token="t", staff="nobody", created_at=now, seen_at=now, expires_at=now))
        session.flush()
        return 1

    with pytest.raises(IntegrityError):
        run_claimed(database, Job("breaks a rule", MINUTE, run), START)


def test_a_slot_begins_at_a_fixed_time_whenever_the_process_was_started(sqlite_database: Database) -> None:
    job, _ = counting(timedelta(hours=1))
    run_claimed(sqlite_database, job, START + timedelta(minutes=59))
    assert claims(sqlite_database) == [("count", START)]


def test_the_timetable_runs_every_job_at_once_and_survives_a_failing_one(sqlite_database: Database) -> None:
    """A process that is restarted every night would otherwise never come to its daily jobs."""
    ran = threading.Event()

    def fail(_: Session, now: datetime) -> int:
        raise Mishap

    def run(_: Session, now: datetime) -> int:
        ran.set()
        return 1

    listed = (Job("failing", timedelta(days=1), fail), Job("daily", timedelta(days=1), run))
    refreshed = threading.Event()

    def refresh() -> bool:
        refreshed.set()
        return False

    scheduler = start_timetable(sqlite_database, listed, refresh_index=refresh, now=Clock())
    try:
        assert ran.wait(10)
        assert refreshed.wait(10)
    finally:
        scheduler.shutdown(wait=True)
    assert [name for name, _ in claims(sqlite_database)] == ["daily"]


def test_every_job_has_a_name_of_its_own_and_runs_on_an_empty_database(database: Database) -> None:
    listed = jobs.timetable(RECORD)
    assert len({job.name for job in listed}) == len(listed)
    assert [run_claimed(database, job, START) for job in listed] == [0] * len(listed)


def test_old_claims_are_deleted(database: Database) -> None:
    job, _ = counting()
    run_claimed(database, job, START)
    later = START + CLAIMS_KEPT
    assert run_claimed(database, job_named("delete old claims"), later) == 0
    assert run_claimed(database, job_named("delete old claims"), later + timedelta(days=1)) == 1


def test_idle_conversations_are_ended(database: Database) -> None:
    def begin(session: Session) -> None:
        chat = records.open_conversation(session, channel="web", address="a", person="p", settings=RECORD, now=START)
        records.record_turn(session, chat.id, NewTurn(Speaker.EMPLOYEE, "hello"), settings=RECORD, now=START)

    database.transact(begin)
    idle = START + timedelta(minutes=RECORD.idle_minutes)
    assert run_claimed(database, job_named("end idle conversations"), idle) == 0
    assert run_claimed(database, job_named("end idle conversations"), idle + MINUTE) == 1
    with database.reading() as session:
        assert session.scalars(select(ConversationRow.ended_at)).one() == START


def test_sent_messages_and_ended_sign_ins_are_deleted(database: Database) -> None:
    put_turns(database, "a", [1])
    courier(database, PushChannel(), Clock()).deliver_due()

    def invite(session: Session) -> Staff:
        staff = add_staff(session, "ana", roles=["agent"], now=START)
        offer_once(session, staff, now=START)
        return staff

    database.transact(invite)
    later = START + timedelta(days=2)
    assert run_claimed(database, job_named("delete sent messages"), later) == 1
    assert run_claimed(database, job_named("delete ended sign-ins"), later) == 1
    assert rows(database) == []


def test_old_conversations_are_deleted_also_when_they_had_a_ticket(database: Database) -> None:
    def begin(session: Session) -> None:
        for address in ("a", "b"):
            chat = records.open_conversation(session, channel="web", address=address, person="p", settings=RECORD, now=START)
            records.record_turn(session, chat.id, NewTurn(Speaker.EMPLOYEE, "hello"), settings=RECORD, now=START)
            if address == "b":
                asked = Handoff(chat.id, "web", "b", "p", "", "help", "choice")
                handoff.open_ticket(session, asked, settings=DeskSettings(), now=START)

    database.transact(begin)
    later = START + timedelta(days=RECORD.days_kept + 1)
    assert run_claimed(database, job_named("delete old conversations"), later) == 2
