"""Backup and restore: everything comes back, nothing foreign goes in, nothing that was there is lost."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import URL, text

from bot.commands.backups import back_up, put_back
from bot.commands.errors import Stop
from bot.config import DatabaseSettings, Settings
from bot.database import Database
from tests.fixtures.chats import message, recorded, small_assistant
from tests.fixtures.postgresql import Server


@pytest.fixture
def settings(database_url: URL) -> Settings:
    return settings_for(database_url)


def settings_for(url: URL) -> Settings:
    return Settings(database=DatabaseSettings(url=url.render_as_string()))


@pytest.fixture(autouse=True)
def client_programs(backend: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the server that runs: an older `pg_dump` refuses a newer server."""
    if backend == "postgresql":
        server: Server = request.getfixturevalue("postgresql_server")
        monkeypatch.setenv("PATH", f"{server.programs}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def said_before(settings: Settings) -> list[str]:
    return talk(settings, "I forgot my password", "r1")


def talk(settings: Settings, words: str, ref: str) -> list[str]:
    """What is recorded after these words were said."""
    with closing(Database(settings.database_url)) as database:
        small_assistant(database).handle(message(words, ref=ref))
    return transcript(settings)


def transcript(settings: Settings) -> list[str]:
    with closing(Database(settings.database_url)) as database:
        return [turn.text for turn in recorded(database)]


def kept_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*-before-restore-*"))


def test_what_was_there_at_the_backup_comes_back(settings: Settings, said_before: list[str], tmp_path: Path) -> None:
    file = tmp_path / "safe" / "monday.backup"
    assert str(file) in back_up(settings, file)
    assert len(talk(settings, "where is my payslip", "r2")) > len(said_before)
    told = put_back(settings, file)
    assert transcript(settings) == said_before
    assert "is kept as" in told
    assert "zerolevel migrate" not in told
    assert talk(settings, "where is my payslip", "r2"), "and it works on"


def test_what_was_there_at_the_restore_is_kept_and_can_itself_be_put_back(
    settings: Settings, said_before: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "monday.backup"
    back_up(settings, file)
    later = talk(settings, "where is my payslip", "r2")
    put_back(settings, file)
    [kept] = kept_files(tmp_path)
    put_back(settings, kept)
    assert transcript(settings) == later
    assert len(kept_files(tmp_path)) == 2, "a second restore in the same second keeps its own"


def test_a_backup_never_replaces_a_file(settings: Settings, said_before: list[str], tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("important")
    with pytest.raises(Stop, match="exists already"):
        back_up(settings, file)
    assert file.read_text() == "important"


@pytest.mark.parametrize(
    "contents", [b"", b"a letter to grandma\n" * 100, b"SQLite format 3\x00" + b"\x00" * 5000, b"PGDMP\x01\x0e\x00 cut"]
)
def test_a_foreign_file_is_refused_and_nothing_changes(settings: Settings, said_before: list[str], tmp_path: Path, contents: bytes) -> None:
    file = tmp_path / "foreign"
    file.write_bytes(contents)
    with pytest.raises(Stop, match="is not a backup written by"):
        put_back(settings, file)
    assert transcript(settings) == said_before
    assert kept_files(tmp_path) == []


def test_the_database_of_another_program_is_refused(
    settings: Settings, empty_url: URL, said_before: list[str], tmp_path: Path, backend: str
) -> None:
    with closing(Database(empty_url)) as other:
        other.transact(lambda session: session.execute(text("CREATE TABLE turn (screw integer)")))
    file = tmp_path / "other.backup"
    back_up(settings_for(empty_url), file)
    with pytest.raises(Stop, match="is not a backup written by"):
        put_back(settings, file)
    assert transcript(settings) == said_before


def test_a_backup_of_another_release_asks_for_a_migration(settings: Settings, said_before: list[str], tmp_path: Path) -> None:
    with closing(Database(settings.database_url)) as database:
        database.transact(lambda session: session.execute(text("UPDATE alembic_version SET version_num = '0000'")))
    file = tmp_path / "old.backup"
    back_up(settings, file)
    assert "run “zerolevel migrate” now" in put_back(settings, file)


def test_a_backup_while_people_write_is_whole(settings: Settings, said_before: list[str], tmp_path: Path) -> None:
    with closing(Database(settings.database_url)) as database:
        assistant = small_assistant(database)
        with database.writing() as session:
            session.execute(text("DELETE FROM outbox"))
            back_up(settings, tmp_path / "during.backup")
        assistant.handle(message("where is my payslip", ref="r2"))
    put_back(settings, tmp_path / "during.backup")
    assert transcript(settings) == said_before
    with closing(Database(settings.database_url)) as database, database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM outbox")).scalar_one() > 0, "what was not committed is not in it"


class TestFiles:
    """SQLite."""

    @pytest.fixture
    def backend(self) -> str:
        return "sqlite"

    def test_nothing_is_put_back_under_a_running_product(self, settings: Settings, said_before: list[str], tmp_path: Path) -> None:
        file = tmp_path / "monday.backup"
        back_up(settings, file)
        with closing(Database(settings.database_url)) as running:
            assistant = small_assistant(running)
            with pytest.raises(Stop, match=r"is in use\. Stop the product first"):
                put_back(settings, file)
            assistant.handle(message("where is my payslip", ref="r2"))
        assert len(transcript(settings)) > len(said_before), "what it acknowledges is not lost"

    def test_a_database_that_is_damaged_can_be_replaced(self, settings: Settings, said_before: list[str], tmp_path: Path) -> None:
        file = tmp_path / "monday.backup"
        back_up(settings, file)
        path = Path(settings.database_url.database or "")
        path.write_bytes(b"\xff" * path.stat().st_size)
        put_back(settings, file)
        assert transcript(settings) == said_before
        [kept] = kept_files(tmp_path)
        assert kept.read_bytes().startswith(b"\xff")

    def test_a_backup_can_be_put_back_where_there_is_no_database(self, settings: Settings, said_before: list[str], tmp_path: Path) -> None:
        file = tmp_path / "monday.backup"
        back_up(settings, file)
        elsewhere = settings_for(URL.create("sqlite", database=str(tmp_path / "new" / "place.db")))
        assert "is kept as" not in put_back(elsewhere, file)
        assert transcript(elsewhere) == said_before

    def test_the_log_of_a_killed_process_is_neither_lost_nor_applied_to_the_backup(
        self, settings: Settings, said_before: list[str], tmp_path: Path
    ) -> None:
        file = tmp_path / "monday.backup"
        back_up(settings, file)
        path = Path(settings.database_url.database or "")
        leave_log(path)
        put_back(settings, file)
        assert transcript(settings) == said_before
        [kept] = [one for one in kept_files(tmp_path) if one.suffix == path.suffix]
        with closing(sqlite3.connect(kept)) as connection:
            assert connection.execute("SELECT count(*) FROM job_run").fetchone() == (1,)

    def test_there_is_nothing_to_back_up(self, tmp_path: Path) -> None:
        settings = settings_for(URL.create("sqlite", database=str(tmp_path / "none.db")))
        with pytest.raises(Stop, match="There is no database"):
            back_up(settings, tmp_path / "file")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("name", ["50% of? it#.db", "with space.db", "ümlaut.db"])
    def test_any_name_will_do(self, settings: Settings, said_before: list[str], tmp_path: Path, name: str) -> None:
        file = tmp_path / name
        back_up(settings, file)
        elsewhere = settings_for(URL.create("sqlite", database=str(tmp_path / f"new {name}")))
        put_back(elsewhere, file)
        back_up(elsewhere, tmp_path / "again.db")
        assert transcript(elsewhere) == said_before

    def test_a_backup_is_one_file(self, settings: Settings, said_before: list[str], tmp_path: Path) -> None:
        folder = tmp_path / "safe"
        back_up(settings, folder / "monday.backup")
        assert [path.name for path in folder.iterdir()] == ["monday.backup"]
        assert not list(tmp_path.glob("*-wal")), "and leaves nothing beside the database, which another user may run"


@pytest.mark.postgresql
class TestPrograms:
    """PostgreSQL."""

    @pytest.fixture
    def backend(self) -> str:
        return "postgresql"

    def test_without_the_programs_it_says_what_to_install(
        self, settings: Settings, said_before: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(Stop, match="pg_dump is not installed here"):
            back_up(settings, tmp_path / "new")
        with pytest.raises(Stop, match="pg_restore is not installed here"):
            put_back(settings, tmp_path / "file")
        assert not (tmp_path / "new").exists()

    def test_the_password_is_handed_over_where_nobody_can_read_it(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        programs = tmp_path / "bin"
        programs.mkdir()
        script = programs / "pg_dump"
        script.write_text('#!/bin/sh\nprintf "%s|%s" "$PGPASSWORD" "$*" > "${2#--file=}"\n')
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        url = f"{settings.database.url}?sslmode=prefer"
        database = DatabaseSettings(url=url, password=SecretStr("geheim"))
        back_up(Settings(database=database), tmp_path / "dump")
        password, arguments = (tmp_path / "dump").read_text().split("|")
        assert password == "geheim"
        assert "geheim" not in arguments
        assert "sslmode=prefer" in arguments

    def test_a_dump_that_fails_leaves_no_file(self, settings: Settings, tmp_path: Path) -> None:
        nowhere = settings_for(settings.database_url.set(database="nowhere"))
        with pytest.raises(Stop, match=r'pg_dump failed: .*"nowhere" does not exist'):
            back_up(nowhere, tmp_path / "dump")
        assert list(tmp_path.iterdir()) == []


def leave_log(path: Path) -> None:
    """Writes something and ends without closing, as a process that is killed."""
    child = os.fork()
    if child == 0:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("INSERT INTO job_run VALUES ('x', '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000')")
        connection.commit()
        os._exit(0)
    os.waitpid(child, 0)
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0
