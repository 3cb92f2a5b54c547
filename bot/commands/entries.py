"""Articles straight from files, for the commands that need no database."""

from collections.abc import Sequence
from pathlib import Path

from intents.model import Entry
from knowledge.model import ParsedFile
from knowledge.reading import read_folder

from .errors import Stop


def entries_of(files: Sequence[ParsedFile]) -> list[Entry]:
    """What a matcher learns of these files, by article id."""
    entries = [
        Entry(
            article=file.article,
            title=file.draft.title,
            phrasings=file.draft.phrasings,
            body=file.draft.body,
            tags=file.draft.tags,
            topic=file.draft.topic,
            audience=file.draft.audience,
            language=file.draft.language,
        )
        for file in files
        if file.published
    ]
    return sorted(entries, key=lambda entry: entry.article)


def read_entries(folder: Path) -> list[Entry]:
    """What a matcher learns of the folder; raises `Stop` when there is nothing in it."""
    if not folder.is_dir():
        raise Stop(f"{folder}: there is no such folder.")
    entries = entries_of([file for file in read_folder(folder) if isinstance(file, ParsedFile)])
    if not entries:
        raise Stop(f"{folder}: there are no articles in this folder.")
    return entries
