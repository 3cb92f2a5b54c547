"""`zerolevel import`: what became of each file, in a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from knowledge.importer import import_folder
from knowledge.model import FileReport, FileStatus, ImportReport

from .. import clock
from ..database import Database

COLOURS = {
    FileStatus.CREATED: "green",
    FileStatus.CHANGED: "yellow",
    FileStatus.UNCHANGED: "dim",
    FileStatus.SKIPPED: "dim",
    FileStatus.WRONG: "red",
    FileStatus.CONFLICT: "red",
}
QUIET = frozenset({FileStatus.UNCHANGED})


@contextmanager
def progress_bar(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """A function `(stage, done, of)` that shows how far things are, a line each stage."""
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=of)
            bar.update(tasks[stage], completed=done, total=of)

        yield show


def import_articles(database: Database, folder: Path, *, overwrite: bool, console: Console) -> bool:
    """Whether every file could be imported; tells per file what was created, changed or wrong."""
    with progress_bar(console) as progress:
        report = database.transact(
            lambda session: import_folder(session, folder, by="import", now=clock.now(), overwrite=overwrite, progress=progress)
        )
    draw_report(report, console)
    return report.clean


def draw_report(report: ImportReport, console: Console) -> None:
    """A line for every file that was touched or is wrong, then the sums."""
    for file in report.files:
        if file.status not in QUIET or file.notes:
            _draw_file(file, console)
    for missing in report.missing:
        console.print(f"[yellow]missing from the folder[/yellow] {escape(str(missing.path))}: article {missing.article} stays as it is")
    sums = [f"{report.count(status)} {status.value}" for status in FileStatus if report.count(status)]
    console.print(f"{len(report.files)} files: {', '.join(sums) or 'nothing to do'}.")


def _draw_file(file: FileReport, console: Console) -> None:
    colour = COLOURS.get(file.status, "white")
    what = f": {', '.join(file.changed)}" if file.changed else ""
    console.print(f"[{colour}]{file.status.value:>9}[/{colour}] {escape(file.path)}{escape(what)}", soft_wrap=True)
    for line in file.lines:
        console.print(f"          [red]{escape(line)}[/red]", soft_wrap=True)
    for line in file.note_lines:
        console.print(f"          [yellow]{escape(line)}[/yellow]", soft_wrap=True)
