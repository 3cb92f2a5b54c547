"""Steps from an empty database to the tables in the code, on both databases."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, func, inspect, select, text
from sqlalchemy.orm import Session

from analytics import records
from analytics.model import NewTurn, RecordSettings, Speaker
from analytics.tables import ConversationRow, TurnRow
from bot.database import METADATA, Database
from bot.migrate import SCRIPTS, is_current, migrate, newest
from escalation import handoff
from escalation.model import DeskSettings, Handoff
from escalation.tables import FIRST_NUMBER
from tests.fixtures.clocks import START
from tests.fixtures.together import at_once, values

RECORD = RecordSettings()
REBUILDS_CONVERSATION = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"


def upgrade() -> None:
    with op.batch_alter_table("conversation", recreate="auto") as batch_op:
        batch_op.alter_column("person_name", existing_type=sa.String(length=200), type_=sa.String(length=300), existing_nullable=False)
    {last}
"""


@pytest.fixture
def empty(empty_url: URL) -> Iterator[Database]:
    with closing(Database(empty_url)) as opened:
        yield opened


@pytest.fixture
def next_release(tmp_path: Path) -> Callable[[str], Path]:
    """The steps of a release to come, which changes a table that others refer to."""

    def write(last: str = "") -> Path:
        scripts = tmp_path / "migrations"
        shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (scripts / "versions" / "9999_later.py").write_text(REBUILDS_CONVERSATION.format(newest=newest(), last=last))
        return scripts

    return write


def begin_chat(session: Session) -> str:
    chat = records.open_conversation(session, channel="web", address="a", person="p", settings=RECORD, now=START)
    records.record_turn(session, chat.id, NewTurn(Speaker.EMPLOYEE, "hello"), settings=RECORD, now=START)
    return chat.id


def open_ticket(session: Session) -> int:
    asked = Handoff(begin_chat(session), "web", "a", "p", "", "help", "choice")
    return handoff.open_ticket(session, asked, settings=DeskSettings(), now=START).number


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": list(METADATA)})
        return [*compare_metadata(context, list(METADATA))]  # type: ignore[arg-type]


def test_the_steps_lead_from_nothing_to_the_tables_in_the_code(empty: Database) -> None:
    assert not is_current(empty)
    assert migrate(empty) == (None, newest())
    assert is_current(empty)
    assert differences(empty) == []
    in_code = {table.name for metadata in METADATA for table in metadata.tables.values()}
    assert set(inspect(empty.engine).get_table_names()) == in_code | {"alembic_version"}


def test_a_second_time_nothing_changes(database: Database) -> None:
    database.transact(begin_chat)
    assert migrate(database) == (newest(), newest())
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TurnRow)) == 1


def test_the_first_ticket_has_the_first_number(database: Database) -> None:
    assert database.transact(open_ticket) == FIRST_NUMBER == 1001


def test_numbers_of_tickets_are_never_given_twice(database: Database) -> None:
    number = database.transact(open_ticket)
    database.transact(lambda session: session.execute(text("DELETE FROM ticket_event")))
    database.transact(lambda session: session.execute(text("DELETE FROM ticket")))
    assert database.transact(open_ticket) > number


def test_processes_that_start_together_migrate_once(empty: Database, empty_url: URL) -> None:
    others = [Database(empty_url) for _ in range(2)]
    assert not any(is_current(place) for place in (empty, *others))
    results = values(at_once([partial(migrate, place) for place in (empty, *others)]))
    for other in others:
        other.close()
    assert sorted(results, key=str) == sorted([(None, newest()), (newest(), newest()), (newest(), newest())], key=str)
    assert differences(empty) == []


def test_a_later_step_that_rebuilds_a_table_keeps_what_refers_to_it(database: Database, next_release: Callable[[str], Path]) -> None:
    """SQLite can change a column only by replacing the table; its rows in other tables must live on."""
    number = database.transact(open_ticket)
    assert migrate(database, scripts=next_release("")) == (newest(), "9999")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ConversationRow)) == 1
        assert session.scalar(select(func.count()).select_from(TurnRow)) == 1
        assert session.execute(text("SELECT number FROM ticket")).scalars().all() == [number]
    assert not is_current(database), "a release that does not know the revision does not work on it"


def test_foreign_keys_are_enforced_again_after_migrating(sqlite_database: Database) -> None:
    migrate(sqlite_database)
    with sqlite_database.writing() as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_step_that_fails_leaves_the_database_as_it_was(database: Database, next_release: Callable[[str], Path]) -> None:
    database.transact(begin_chat)
    with pytest.raises(ZeroDivisionError):
        migrate(database, scripts=next_release("1 / 0"))
    assert is_current(database)
    assert differences(database) == []
    assert database.transact(begin_chat)


def test_a_step_that_would_leave_rows_referring_to_nothing_is_refused(
    sqlite_database: Database, next_release: Callable[[str], Path]
) -> None:
    sqlite_database.transact(begin_chat)
    with pytest.raises(RuntimeError, match="refer to nothing"):
        migrate(sqlite_database, scripts=next_release('op.execute("DELETE FROM conversation")'))
    assert is_current(sqlite_database)
    with sqlite_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ConversationRow)) == 1


def test_asking_for_the_revision_does_not_wait_for_a_writer(database: Database) -> None:
    with database.writing():
        assert is_current(database)
