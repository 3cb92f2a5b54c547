"""The command line."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from . import clock, config
from .commands.errors import Stop, as_one_line
from .config import ConfigurationError, Settings
from .logs import set_up_logging

if TYPE_CHECKING:
    from .core import Core
    from .database import Database

app = typer.Typer(
    name="zerolevel",
    help="A zero-level support assistant: employees ask, the bot answers from your knowledge or brings in a person.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
config_app = typer.Typer(help="Look at the configuration.", no_args_is_help=True)
staff_app = typer.Typer(help="Accounts of agents, editors, managers and administrators.", no_args_is_help=True)
app.add_typer(config_app, name="config")
app.add_typer(staff_app, name="staff")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

SAMPLE = Path(__file__).resolve().parent.parent / "knowledge" / "sample"

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="The configuration file (default: config.toml, if there is one).")
]
HostOption = Annotated[str | None, typer.Option(help="Address to listen on (default: 127.0.0.1).")]
PortOption = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on (default: 8000).")]


@app.command()
def demo(
    host: HostOption = None,
    port: PortOption = None,
    data: Annotated[Path, typer.Option(help="Folder for the database; a second start keeps what is in it.")] = Path("data"),
    config_file: ConfigOption = None,
) -> None:
    """Start everything with the sample knowledge base: database, web chat, desk, statistics.

    The database is zerolevel.db in the data folder: with the default folder, every other command finds it too.
    """
    from .commands import serving

    url = f"sqlite:///{data.resolve() / 'zerolevel.db'}"
    settings = _load(config_file, server={"host": host, "port": port}, database={"url": url})
    serving.serve_demo(settings, sample=SAMPLE / "articles", console=out)


@app.command()
def serve(host: HostOption = None, port: PortOption = None, config_file: ConfigOption = None) -> None:
    """Serve the web chat, the desk, the editors' pages and the statistics."""
    from .commands import serving

    serving.serve(_load(config_file, server={"host": host, "port": port}), console=out)


@app.command()
def chat(
    name: Annotated[str, typer.Option(help="Who you are, as the agents read it.")] = os.environ.get("USER", "terminal"),
    test: Annotated[bool, typer.Option("--test", help="Do not count this chat in the statistics.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Talk to the bot here in the terminal; choices are picked by their number."""
    from .commands.chatting import run_chat

    with _core(config_file) as core:
        run_chat(core, name=name, test=test, console=out)


@app.command()
def migrate(config_file: ConfigOption = None) -> None:
    """Create the database, or bring it to the newest revision."""
    from .database import Database
    from .migrate import migrate as bring_up_to_date

    database = Database(_load(config_file).database_url)
    before, after = bring_up_to_date(database)
    database.close()
    out.print(
        f"The database is up to date ({after})." if before == after else f"Migrated the database from {before or 'nothing'} to {after}."
    )


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="Folder with Markdown files; front matter is optional.", exists=True, file_okay=False)],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also replace articles that an editor has changed since the last import.")
    ] = False,
    config_file: ConfigOption = None,
) -> None:
    """Import a folder of Markdown articles; running it again changes nothing."""
    from .commands.importing import import_articles

    with _database(config_file) as (_, database):
        if not import_articles(database, path, overwrite=overwrite, console=out):
            raise Stop("Some files could not be imported; everything else was. Correct them and run the import again.")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What an employee would write.")],
    explain: Annotated[bool, typer.Option("--explain", help="Show why: words, repairs, candidates, scores, thresholds.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reply as the web chat's interface gives it out.")] = False,
    sample: Annotated[bool, typer.Option("--sample", help="Ask the sample knowledge base, without a database.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Ask one question and print the answer; nothing is recorded."""
    from .commands.asking import answer_once, draw_answer, draw_explanation, read_sample

    if sample:
        matcher, articles = read_sample(SAMPLE / "articles")
        asked = answer_once(matcher, articles.get, question, _load(config_file))
    else:
        with _core(config_file) as core, core.database.reading() as session:
            asked = answer_once(core.index.current.matcher, partial(core.article, session), question, core.settings)
    if as_json:
        print(json.dumps(asked.json, ensure_ascii=False, indent=2))
        return
    draw_answer(asked, out)
    if explain:
        draw_explanation(asked, out)


@app.command()
def evaluate(
    questions: Annotated[Path, typer.Option(help="Tab-separated held-out questions with the right article, or none.")] = SAMPLE
    / "heldout.tsv",
    folder: Annotated[Path, typer.Option(help="Folder with the articles.")] = SAMPLE / "articles",
    mistakes: Annotated[bool, typer.Option("--mistakes", help="List every question that was not served.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Measure how well questions are understood: P@1, recall@3, out-of-scope recall, risk against coverage."""
    from .commands.evaluating import report

    report(folder, questions, settings=_load(config_file).matching, mistakes=mistakes, console=out)


@app.command("choose-thresholds")
def choose_thresholds(
    validation: Annotated[
        Path | None,
        typer.Option(help="Questions with the right article; never the held-out ones. Without it the phrasings are cross-validated."),
    ] = SAMPLE / "validation.tsv",
    outside: Annotated[Path | None, typer.Option(help="Further questions that no article answers.")] = SAMPLE / "outside.tsv",
    folder: Annotated[Path, typer.Option(help="Folder with the articles.")] = SAMPLE / "articles",
    wrong_at_most: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of all questions that may be answered wrongly.")] = 0.03,
    config_file: ConfigOption = None,
) -> None:
    """Choose the thresholds of \\[matching] for a stated share of wrong answers, from validation questions."""
    from .commands.evaluating import choose_thresholds as choose

    matching = _load(config_file).matching
    choose(folder, validation, outside, wrong_at_most=wrong_at_most, settings=matching, console=out)


@app.command()
def stats(
    days: Annotated[int, typer.Option(min=1, max=730, help="How many days back.")] = 28,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    definitions: Annotated[bool, typer.Option("--definitions", help="Also say what each figure counts.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Show what happened: questions, outcomes, and the three numbers that must be read together."""
    from .commands.showing import show_statistics

    with _database(config_file) as (settings, database):
        show_statistics(database, settings.record, days=days, as_json=as_json, definitions=definitions, console=out)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write; it must not exist yet.")],
    config_file: ConfigOption = None,
) -> None:
    """Write the whole database into one file, while the product may go on running."""
    from .commands.backups import back_up

    out.print(back_up(_load(config_file), file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file written by [bold]backup[/bold].", exists=True, dir_okay=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Put a backup in place of the database; stop the product first. What was there is kept beside it."""
    from .commands.backups import put_back

    if not yes:
        typer.confirm("Replace the database with the backup?", abort=True)
    out.print(put_back(_load(config_file), file))


@config_app.command("check")
def config_check(config_file: ConfigOption = None) -> None:
    """Check the configuration and show every setting with where it can be changed. Secrets are not shown."""
    from rich.table import Table

    settings = _load(config_file)
    table = Table("Setting", "Value", "Environment", title="The configuration is valid.")
    for section, name, _, _ in config.described():
        value = getattr(getattr(settings, section), name)
        table.add_row(f"{section}.{name}", str(value), f"{config.PREFIX}{section}_{name}".upper())
    out.print(table)


@staff_app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[list[str], typer.Option(help="agent, editor, manager or admin; may be given several times.")],
    display_name: Annotated[str, typer.Option(help="The name that colleagues and employees read.")] = "",
    config_file: ConfigOption = None,
) -> None:
    """Create an account and print a link that signs in once; [bold]staff password[/bold] sets a password."""
    from . import people

    with _database(config_file) as (settings, database), database.writing() as session:
        staff = people.add_staff(session, name, display_name=display_name, roles=role, now=clock.now())
        link = people.offer_once(session, staff, now=clock.now())
        out.print(f"Created {staff.name} ({', '.join(staff.roles)}). One-time sign-in, valid for an hour:")
        out.print(f"{settings.base_url}/sign-in/once/{link}", soft_wrap=True)


@staff_app.command("link")
def staff_link(name: str, config_file: ConfigOption = None) -> None:
    """Print a link that signs this account in once, within an hour."""
    from . import people

    with _database(config_file) as (settings, database), database.writing() as session:
        staff = people.staff_named(session, name)
        if staff is None:
            raise Stop(f"There is no account named {name}. “zerolevel staff list” shows them.")
        out.print(f"{settings.base_url}/sign-in/once/{people.offer_once(session, staff, now=clock.now())}", soft_wrap=True)


@staff_app.command("password")
def staff_password(name: str, config_file: ConfigOption = None) -> None:
    """Set an account's password; it is asked for, or read from standard input."""
    from . import people

    password = (
        typer.prompt("New password", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    )
    with _database(config_file) as (_, database), database.writing() as session:
        people.set_password(session, name, password=password)
    out.print(f"The password of {name} is set; whoever was signed in with it is signed out.")


@staff_app.command("list")
def staff_list(config_file: ConfigOption = None) -> None:
    """List the accounts."""
    from . import people

    with _database(config_file) as (_, database), database.reading() as session:
        for staff in people.list_staff(session):
            out.print(f"{staff.name}: {staff.display_name} ({', '.join(staff.roles)})")


def main() -> None:
    """Runs a command; an error is one clear line on standard error, and the exit code is not zero."""
    set_up_logging("warning")
    try:
        app()
    except (Stop, ConfigurationError) as error:
        _fail(str(error))
    except Exception as error:
        line = as_one_line(error)
        if line is None:
            raise
        _fail(line)


def _load(path: Path | None, **given: dict[str, Any]) -> Settings:
    return config.load(path, **given)


@contextmanager
def _database(path: Path | None) -> Iterator[tuple[Settings, "Database"]]:
    from .commands.opening import open_database

    settings = _load(path)
    with open_database(settings) as database:
        yield settings, database


@contextmanager
def _core(path: Path | None) -> Iterator["Core"]:
    from .core import build_core

    with _database(path) as (settings, database):
        yield build_core(settings, database)


def _fail(line: str) -> None:
    err.print("[red]Error:[/red]", escape(line), soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
