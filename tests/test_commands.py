"""Every command: its help, its main errors as one clear line, and that the exit code tells."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import typer.main
from starlette.testclient import TestClient

from bot import __main__ as program
from bot import config
from bot.app import build_app
from bot.commands.serving import GRACE_SECONDS
from bot.core import build_core
from bot.database import Database
from tests.fixtures.postgresql import free_port
from tests.web.house import wait_until

ARTICLE = """---
id: {id}
title: {title}
topic: VPN
phrasings:
  - {phrasing}
---
Do this.
"""


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def one_line(self) -> str:
        """The error; there must be exactly one line of it, and nothing that only developers read."""
        assert self.code != 0
        assert "Traceback" not in self.err
        [line] = self.err.strip().splitlines()
        assert line.startswith("Error: ")
        assert line.endswith((".", "?"))
        return line


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in an empty folder, without settings from outside."""
    for name in [name for name in os.environ if name.startswith(config.PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: str, typed: str = "", **environment: str) -> Ran:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["zerolevel", *arguments])
            patch.setattr(sys, "stdin", io.StringIO(typed))
            for name, value in environment.items():
                patch.setenv(name, value)
            capsys.readouterr()
            code = _code_of(program.main)
        written = capsys.readouterr()
        return Ran(code, written.out, written.err)

    return ran


def _code_of(command: Callable[[], None]) -> int:
    try:
        command()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


@pytest.fixture
def migrated(run: Run, tmp_path: Path) -> Path:
    """A folder with a migrated database and two articles to import."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for identity, title, phrasing in (("vpn", "Connect to the VPN", "how to connect the vpn"), ("badge", "Lost badge", "I lost my badge")):
        (folder / f"{identity}.md").write_text(ARTICLE.format(id=identity, title=title, phrasing=phrasing), encoding="utf-8")
    assert run("migrate").code == 0
    return folder


def commands(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command by its words."""
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


COMMANDS = list(commands(typer.main.get_command(program.app)))


def test_all_commands_are_there() -> None:
    names = {" ".join(path) for path in COMMANDS}
    assert {"demo", "serve", "chat", "migrate", "import", "ask", "stats", "backup", "restore", "config check", "evaluate"} <= names


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_tells_how_to_use_it(path: tuple[str, ...], option: str, run: Run) -> None:
    shown = run(*path, option)
    assert shown.code == 0
    assert "Usage:" in shown.out
    assert shown.err == ""
    options = _options(path)
    assert options or path in (("config",), ("staff",))
    for parameter in options:
        assert parameter.help, f"{' '.join(path)}: {parameter.name} is not explained"


def _options(path: tuple[str, ...]) -> list[Any]:
    command: Any = typer.main.get_command(program.app)
    for name in path:
        command = command.commands[name]
    return [parameter for parameter in command.params if parameter.param_type_name == "option"]


NEED_A_DATABASE = [
    ("ask", "hello"),
    ("stats",),
    ("chat",),
    ("staff", "list"),
    ("staff", "add", "ana", "--role", "agent"),
    ("backup", "x"),
    ("serve",),
]


@pytest.mark.parametrize("command", NEED_A_DATABASE, ids=" ".join)
def test_without_a_database_it_says_what_to_do(command: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    line = run(*command).one_line
    assert "zerolevel.db" in line
    assert "migrate" in line or command[0] == "backup"
    assert not (tmp_path / "data").exists()


def test_import_without_a_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert "Run “zerolevel migrate” first." in run("import", "folder").one_line


@pytest.mark.parametrize("command", [("ask", "hello"), ("stats",), ("serve",), ("migrate",)], ids=" ".join)
def test_a_file_that_is_no_database(command: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam, " * 100)
    run_on = {"ZEROLEVEL_DATABASE_URL": "sqlite:///letter.txt"}
    assert "database" in run(*command, **run_on).one_line
    assert (tmp_path / "letter.txt").read_text().startswith("Dear Sir")


@pytest.mark.parametrize("url", ["sqlite:////dev/null/x.db", "sqlite:////proc/no/such/x.db"])
def test_a_place_where_no_database_can_be(url: str, run: Run) -> None:
    assert run("migrate", ZEROLEVEL_DATABASE_URL=url).one_line


def test_a_database_server_that_does_not_answer(run: Run) -> None:
    line = run(
        "stats", ZEROLEVEL_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing", ZEROLEVEL_DATABASE_PASSWORD="hunter2-secret"
    ).one_line
    assert "The database cannot be reached" in line
    assert "hunter2" not in line


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_port_that_is_taken(command: str, run: Run, migrated: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        line = run(command, "--port", port).one_line
    assert f"Cannot listen on 127.0.0.1:{port}" in line
    assert "Choose another port with --port" in line


BROKEN = {
    "[server\nport = 1": "this is not valid TOML",
    "[server]\nprot = 8000": "server.prot: there is no such setting. Did you mean port?",
    "[sevrer]\nport = 8000": "sevrer: there is no such setting. Did you mean server?",
    "[server]\nport = 'many'": "server.port: expected a whole number, found 'many'",
    "[server]\nport = 0": "server.port: expected at least 1, found 0",
    "[server]\nlog_level = 'loud'": "server.log_level",
    "[database]\npassword = 'x'": "secrets do not belong into the file",
    "[database]\nurl = 'postgresql://me:secret@host/x'": "leave the password out of it",
    "[database]\nurl = 'mysql://host/x'": "allowed are sqlite:///PATH and postgresql://USER@HOST/NAME",
    "[chat]\nlanguage = 'tlh'": "there are no texts in “tlh”",
    "[texts.say]\ngreting = 'Hi'": "texts.say.greting: there is no such text",
    "[texts.say]\ngreeting = 5": "texts.say.greeting: expected a text",
}


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("command", [("config", "check"), ("serve",)], ids=" ".join)
def test_a_broken_configuration_says_which_where_and_what(text: str, command: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(text)
    line = run(*command).one_line
    assert BROKEN[text] in line
    assert "config.toml" in line
    assert "secret@" not in line


def test_a_configuration_that_is_not_there(run: Run) -> None:
    assert "mine.toml: there is no such file." in run("config", "check", "--config", "mine.toml").one_line
    assert "mine.toml: there is no such file." in run("config", "check", ZEROLEVEL_CONFIG="mine.toml").one_line


def test_a_misspelt_variable(run: Run) -> None:
    line = run("config", "check", ZEROLEVEL_SERVER_PROT="8000").one_line
    assert "environment: ZEROLEVEL_SERVER_PROT: there is no such setting. Did you mean ZEROLEVEL_SERVER_PORT?" in line


def test_the_configuration_is_shown_without_secrets(run: Run) -> None:
    shown = run("config", "check", ZEROLEVEL_DATABASE_PASSWORD="hunter2-secret", ZEROLEVEL_SERVER_PORT="8123", COLUMNS="200")
    assert shown.code == 0
    assert "The configuration is valid." in shown.out
    assert "8123" in shown.out
    assert "ZEROLEVEL_SERVER_PORT" in shown.out
    assert "hunter2" not in shown.out + shown.err


@pytest.mark.parametrize(
    "command",
    [("import", "no-such-folder"), ("import", "file.md"), ("restore", "no-such-file"), ("evaluate", "--folder", "no-such-folder")],
    ids=" ".join,
)
def test_a_missing_folder_or_file_is_named(command: tuple[str, ...], run: Run, migrated: Path, tmp_path: Path) -> None:
    (tmp_path / "file.md").write_text("# A file")
    refused = run(*command)
    assert refused.code != 0
    assert "Traceback" not in refused.err
    assert command[-1] in refused.err


@pytest.mark.parametrize(
    "command",
    [("no-such-command",), ("ask",), ("import",), ("ask", "x", "--loud"), ("stats", "--days", "0"), ("serve", "--port", "x")],
    ids=" ".join,
)
def test_a_wrong_call_shows_the_usage(command: tuple[str, ...], run: Run) -> None:
    refused = run(*command)
    assert refused.code == 2
    assert "Usage:" in refused.err
    assert "Traceback" not in refused.err


def test_migrating_twice_is_harmless(run: Run) -> None:
    assert "Migrated the database from nothing to" in run("migrate").out
    assert "The database is up to date" in run("migrate").out


def test_importing_twice_changes_nothing(run: Run, migrated: Path) -> None:
    first, second = run("import", str(migrated)), run("import", str(migrated))
    assert (first.code, second.code) == (0, 0)
    assert "2 files: 2 created." in first.out
    assert "created vpn.md" in first.out
    assert second.out.strip().endswith("2 files: 2 unchanged.")


def test_a_broken_file_stops_nothing_else(run: Run, migrated: Path) -> None:
    (migrated / "broken.md").write_text("---\ntitle: [x\n---\nText.")
    ran = run("import", str(migrated))
    assert ran.code != 0
    assert "2 created" in ran.out
    assert "1 wrong" in ran.out
    assert "broken.md" in ran.out
    assert "Some files could not be imported; everything else was." in ran.one_line
    assert "Connect to the VPN" in run("ask", "how to connect the vpn").out


def test_ask_prints_the_answer(run: Run, migrated: Path) -> None:
    run("import", str(migrated))
    shown = run("ask", "I lost my badge", COLUMNS="120")
    assert shown.code == 0
    assert "Lost badge" in shown.out
    assert "Do this." in shown.out
    assert "Talk to a person" in shown.out
    assert "Decision" not in shown.out


def test_ask_explains(run: Run) -> None:
    shown = run("ask", "--sample", "--explain", "my pasword is expird", COLUMNS="200")
    assert shown.code == 0
    for word in ("Decision", "answer", "Thresholds", "Words read", "Repaired", "pasword → password", "Known", "nearest", "sure, score"):
        assert word in shown.out
    assert "small talk; the knowledge was not searched" in run("ask", "--sample", "--explain", "hello").out


@pytest.mark.parametrize("question", ["how to connect the vpn", "I lost my badge", "which wine goes with octopus", "hello", ""])
def test_ask_json_has_the_shape_of_the_interface(question: str, run: Run, migrated: Path, tmp_path: Path) -> None:
    run("import", str(migrated))
    printed = json.loads(run("ask", question, "--json").out)
    core = build_core(config.load(None, {}), Database(f"sqlite:///{tmp_path}/data/zerolevel.db"))
    with TestClient(build_app(core)) as client:
        answer = client.post("/api/chat", json={"conversation": None, "ref": "a-reference-of-mine", "text": question}).json()
    assert set(printed) <= set(answer)
    assert {"conversation", "replies"} <= set(printed)
    assert len(printed["replies"]) == len(answer["replies"]) == 1
    [mine], [theirs] = printed["replies"], answer["replies"]
    assert {"kind", "text", "article", "choices", "confidence"} <= set(mine) <= set(theirs)
    assert mine == {name: theirs[name] for name in mine}


def test_ask_for_a_person_opens_no_ticket(run: Run, migrated: Path) -> None:
    [reply] = json.loads(run("ask", "talk to a person", "--json").out)["replies"]
    assert reply["kind"] == "handoff"
    assert "Nobody has asked anything" in run("stats").out


def test_statistics_empty_and_filled(run: Run, migrated: Path) -> None:
    assert "Nobody has asked anything in the last 28 days." in run("stats").out
    run("import", str(migrated))
    assert run("chat", "--name", "Kim", typed="I lost my badge\n1\n/quit\n").code == 0
    shown = run("stats", "--definitions", COLUMNS="160")
    assert "1 question in the last 28 days" in shown.out
    assert "Read these three together" in shown.out
    assert json.loads(run("stats", "--json").out)["figures"]["questions"]["value"] == 1


def test_a_test_chat_does_not_count(run: Run, migrated: Path) -> None:
    run("import", str(migrated))
    assert run("chat", "--test", typed="I lost my badge\n/quit\n").code == 0
    assert "Nobody has asked anything" in run("stats").out


def test_chat_in_the_terminal(run: Run, migrated: Path) -> None:
    run("import", str(migrated))
    shown = run("chat", "--name", "Kim", typed="hello\nI lost my badge\n3\n²\n", COLUMNS="120")
    assert shown.code == 0
    assert "Hello Kim!" in shown.out
    assert "Lost badge" in shown.out
    assert "1 Yes" in shown.out
    assert "as number 1001" in shown.out


def test_accounts(run: Run, migrated: Path) -> None:
    created = run("staff", "add", "Ana", "--role", "agent", "--role", "editor", "--display-name", "Ana Lopez")
    assert "Created ana (agent, editor)." in created.out
    assert "/sign-in/once/" in created.out
    assert "ana: Ana Lopez (agent, editor)" in run("staff", "list").out
    assert "/sign-in/once/" in run("staff", "link", "ana").out
    assert run("staff", "password", "ana", typed="correct horse battery\n").code == 0
    assert "at least 10 characters" in run("staff", "password", "ana", typed="short\n").one_line
    assert "There is already an account named ana." in run("staff", "add", "ana", "--role", "agent").one_line
    assert "Unknown role boss. Roles are agent, editor, manager, admin." in run("staff", "add", "ben", "--role", "boss").one_line
    assert "There is no account named ben." in run("staff", "link", "ben").one_line
    assert "There is no account named ben." in run("staff", "password", "ben", typed="correct horse battery\n").one_line


def test_a_backup_does_not_overwrite(run: Run, migrated: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    assert "exists already" in run("backup", "kept").one_line
    assert (tmp_path / "kept").read_text() == "mine"


def test_restore_asks_first(run: Run, migrated: Path, tmp_path: Path) -> None:
    run("backup", "copy.db")
    assert run("restore", "copy.db", typed="n\n").code != 0
    assert run("restore", "copy.db", "--yes").code == 0


def test_as_a_real_process(tmp_path: Path) -> None:
    """What the terminal shows, with everything that Python itself might add."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
    root = Path(program.__file__).parents[1]
    command = [sys.executable, "-W", "error", "-m", "bot", "stats"]
    ran = subprocess.run(command, cwd=tmp_path, env={**environment, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False)
    assert Ran(ran.returncode, ran.stdout, ran.stderr).one_line.startswith("Error: There is no database")
    assert ran.stdout == ""


@pytest.mark.slow
def test_demo_says_where_it_is_and_stops_at_once(tmp_path: Path) -> None:
    """Also while a chat page is open; nobody reads a page of Python after pressing Ctrl+C."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
    command = [sys.executable, "-m", "bot", "demo", "--port", str(port), "--data", str(tmp_path)]
    with subprocess.Popen(
        command, cwd=Path(program.__file__).parents[1], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        base = f"http://127.0.0.1:{port}"
        wait_until(lambda: process.poll() is not None or _answers(base), seconds=60)
        with httpx2.Client(base_url=base) as client:
            conversation = client.post("/api/chat", json={"ref": "r", "text": "VPN keeps dropping"}).json()["conversation"]
            with client.stream("GET", f"/api/chat/{conversation}/events") as stream:
                assert next(stream.iter_lines())
                process.send_signal(signal.SIGINT)
                stopped = time.monotonic()
                out, err = process.communicate(timeout=20)
    assert time.monotonic() - stopped < GRACE_SECONDS
    assert (process.returncode, err) == (0, "")
    for address in (f"{base}/ ", f"{base}/desk", f"{base}/statistics", f"{base}/sign-in/once/"):
        assert address in out
    assert "sample articles." in out


def _answers(base: str) -> bool:
    try:
        return httpx2.get(f"{base}/readyz").status_code == 200
    except httpx2.HTTPError:
        return False
