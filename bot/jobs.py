"""The timetable: one visible list of every job. Every process has it; a claim row lets one of them run each slot."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analytics import records
from analytics.model import RecordSettings

from . import clock, delivery, people
from .database import Database
from .tables import JobRunRow

log = structlog.get_logger()

BEGINNING = datetime(2000, 1, 1)  # noqa: DTZ001 (naive UTC, as in the database)
CLAIMS_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Job:
    """Something done every `every`; `run` gets a session and the time, and returns how many things it did."""

    name: str
    every: timedelta
    run: Callable[[Session, datetime], int]


def timetable(record: RecordSettings) -> tuple[Job, ...]:
    """Every job of the product."""
    return (
        Job("end idle conversations", timedelta(minutes=1), lambda s, now: records.end_idle_conversations(s, settings=record, now=now)),
        Job("delete old conversations", timedelta(days=1), lambda s, now: records.delete_old_conversations(s, settings=record, now=now)),
        Job("delete sent messages", timedelta(hours=1), lambda s, now: delivery.delete_sent(s, now=now)),
        Job("delete ended sign-ins", timedelta(hours=1), lambda s, now: people.delete_expired(s, now=now)),
        Job("delete old claims", timedelta(days=1), lambda s, now: delete_claims(s, now=now)),
    )


def run_claimed(database: Database, job: Job, now: datetime) -> int | None:
    """What the job returned, in one transaction with the claim of its slot; None when another process has the slot.

    A job that raises leaves neither changes nor a claim, so that the slot can be tried again.
    """
    slot = BEGINNING + (now - BEGINNING) // job.every * job.every

    def work(session: Session) -> int | None:
        return job.run(session, now) if _claim(session, job, slot, now) else None

    return database.transact(work)


def start_timetable(
    database: Database, jobs: tuple[Job, ...], *, refresh_index: Callable[[], bool], now: Callable[[], datetime]
) -> BackgroundScheduler:
    """The running scheduler; besides the jobs, every process looks each second whether the articles have changed.

    Every job is due at once, or a process that is restarted every night would never reach its daily jobs.
    """
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 60})
    for job in jobs:
        trigger = IntervalTrigger(seconds=int(job.every.total_seconds()))
        scheduler.add_job(_run, trigger, args=(database, job, now), id=job.name, next_run_time=clock.now())
    scheduler.add_job(refresh_index, IntervalTrigger(seconds=1), id="refresh index")
    scheduler.start()
    return scheduler


def delete_claims(session: Session, *, now: datetime) -> int:
    """How many old claims were deleted."""
    gone = session.execute(delete(JobRunRow).where(JobRunRow.claimed_at < now - CLAIMS_KEPT).returning(JobRunRow.job))
    return len(gone.all())


def _claim(session: Session, job: Job, slot: datetime, now: datetime) -> bool:
    try:
        with session.begin_nested():
            session.add(JobRunRow(job=job.name, slot=slot, claimed_at=now))
    except IntegrityError:
        return False
    return True


def _run(database: Database, job: Job, now: Callable[[], datetime]) -> None:
    try:
        done = run_claimed(database, job, now())
    except Exception:
        log.exception("job failed", job=job.name)
        return
    if done:
        log.info("job done", job=job.name, count=done)
