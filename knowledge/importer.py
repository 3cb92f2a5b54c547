"""A folder of Markdown becomes articles: what is new or changed is written, what is wrong is named, what editors did is respected."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import store, writing
from .checks import check_draft, spelling
from .model import (
    FROM_EDITOR,
    FROM_FILE,
    BrokenFile,
    FileReport,
    FileStatus,
    ImportReport,
    InvalidArticle,
    MissingFile,
    ParsedFile,
    PhrasingSource,
    Problem,
    SkippedFile,
    Status,
)
from .reading import AnyFile, Progress, read_folder
from .site_markup import page_key, resolve_links
from .tables import ArticleRow, PhrasingRow

__all__ = ["import_folder", "read_folder"]

_BATCH = 500


def import_folder(
    session: Session, path: Path, *, by: str, now: datetime, overwrite: bool = False, progress: Progress | None = None
) -> ImportReport:
    """What became of every file of the folder.

    An article that an editor changed after its last import is left alone unless `overwrite`; phrasings that editors added stay in any
    case. The index version is raised once, if anything changed that employees see. Raises `NotADirectoryError`.
    """
    folder = path.resolve().as_posix()
    files = _with_links(_once_each(read_folder(path, progress=progress)))
    run = _Run(session, folder, by, now, overwrite)
    rows = _rows(session, [file.article for file in files if isinstance(file, ParsedFile)])
    reports = []
    for number, file in enumerate(files, 1):
        reports.append(run.take(file, rows.get(file.article) if isinstance(file, ParsedFile) else None))
        if progress is not None:
            progress("articles", number, len(files))
    session.flush()
    if run.seen_by_matcher:
        writing.raise_index_version(session)
    missing = _missing(session, folder, {file.path for file in files}, {report.article for report in reports})
    return ImportReport(tuple(reports), tuple(missing), store.index_version(session))


class _Run:
    """One import: what it has to know for every file, and whether it changed anything that the matcher must see."""

    def __init__(self, session: Session, folder: str, by: str, now: datetime, overwrite: bool) -> None:
        self.session = session
        self.folder = folder
        self.by = by
        self.now = now
        self.overwrite = overwrite
        self.seen_by_matcher = False

    def take(self, file: AnyFile, row: ArticleRow | None) -> FileReport:
        """The report on one file, after it was written if it had to be."""
        match file:
            case BrokenFile():
                return FileReport(file.path, FileStatus.WRONG, file.article, problems=file.problems)
            case SkippedFile():
                return FileReport(file.path, FileStatus.SKIPPED, problems=(Problem(file.reason),))
        digest = _digest(file)
        if row is None:
            return self._create(file, digest)
        unchanged = row.import_digest == digest and row.source == FROM_FILE + file.path
        if unchanged and not (self.overwrite and row.edited):
            row.import_folder = self.folder
            return FileReport(file.path, FileStatus.UNCHANGED, row.id, notes=file.notes)
        return self._update(file, row, digest)

    def _create(self, file: ParsedFile, digest: str) -> FileReport:
        row = ArticleRow(id=file.article, status=Status.DRAFT, version=0, tags=[], source="", edited=False)
        writing.fill(row, file.draft)
        self._sign(row, file, digest)
        self.session.add(row)
        if file.published:
            writing.keep_version(self.session, row, by=self.by, now=self.now, reason=f"Imported from {file.path}")
            self.seen_by_matcher = True
        else:
            self.session.flush()
        self._add_phrasings(row, file.draft.phrasings)
        return FileReport(file.path, FileStatus.CREATED, row.id, notes=file.notes)

    def _update(self, file: ParsedFile, row: ArticleRow, digest: str) -> FileReport:
        gone = self._phrasings_gone(row, file)
        if not self.overwrite and (problem := self._hindrance(file, row, gone)):
            status = FileStatus.WRONG if self._other_file(row, file) else FileStatus.CONFLICT
            return FileReport(file.path, status, row.id, problems=(Problem(problem),))
        before = Status(row.status)
        changed = self._moved(row, file) + writing.fill(row, file.draft) + self._status_changes(row, file)
        if set(changed) - {"path"}:
            self._publish_if(row, file)
        changed += self._sync_phrasings(row, file, gone)
        if changed:
            self._sign(row, file, digest)
            self.seen_by_matcher |= Status.PUBLISHED in (before, row.status)
        row.import_digest, row.edited, row.import_folder = digest, False, self.folder
        return FileReport(file.path, FileStatus.CHANGED if changed else FileStatus.UNCHANGED, row.id, tuple(changed), notes=file.notes)

    def _hindrance(self, file: ParsedFile, row: ArticleRow, gone: Sequence[int]) -> str:
        """Why the file must not be written over the article, or an empty string."""
        if other := self._other_file(row, file):
            return f"The id {row.id} belongs to {other}. Give this file an id of its own."
        if not (row.edited or row.source == FROM_EDITOR) or (store.draft_from(row) == replace(file.draft, phrasings=()) and not gone):
            return ""
        when = f"{row.updated_by} on {row.updated_at:%Y-%m-%d}"
        return f"The article was changed by {when}, and the file differs. Bring the file up to date, or import again and overwrite."

    def _other_file(self, row: ArticleRow, file: ParsedFile) -> str:
        """Another file which is there and to which the article belongs, or an empty string."""
        if not row.source.startswith(FROM_FILE) or not row.import_folder:
            return ""
        other = Path(row.import_folder, row.source.removeprefix(FROM_FILE))
        return other.as_posix() if other != Path(self.folder, file.path) and other.is_file() else ""

    def _moved(self, row: ArticleRow, file: ParsedFile) -> list[str]:
        return ["path"] if row.source != FROM_FILE + file.path else []

    def _status_changes(self, row: ArticleRow, file: ParsedFile) -> list[str]:
        return ["status"] if (row.status == Status.PUBLISHED) is not file.published else []

    def _publish_if(self, row: ArticleRow, file: ParsedFile) -> None:
        if file.published:
            writing.keep_version(self.session, row, by=self.by, now=self.now, reason=f"Imported from {file.path}")
        else:
            row.status = Status.DRAFT

    def _phrasings_gone(self, row: ArticleRow, file: ParsedFile) -> list[int]:
        """Phrasings that came from the file and stand there no more."""
        wanted = {spelling(text) for text in file.draft.phrasings}
        imported = select(PhrasingRow).where(PhrasingRow.article == row.id, PhrasingRow.source == PhrasingSource.IMPORT)
        return [phrasing.id for phrasing in self.session.scalars(imported) if phrasing.spelling not in wanted]

    def _sync_phrasings(self, row: ArticleRow, file: ParsedFile, gone: Sequence[int]) -> list[str]:
        added = self._add_phrasings(row, file.draft.phrasings)
        writing.remove_phrasings(self.session, gone)
        counts = [f"{count} {word}" for count, word in ((len(added), "added"), (len(gone), "removed")) if count]
        return [f"phrasings ({', '.join(counts)})"] if counts else []

    def _add_phrasings(self, row: ArticleRow, texts: Sequence[str]) -> list[str]:
        source = PhrasingSource.IMPORT
        return writing.add_missing_phrasings(self.session, row.id, texts, source=source, by=self.by, now=self.now)

    def _sign(self, row: ArticleRow, file: ParsedFile, digest: str) -> None:
        row.source, row.import_folder, row.import_digest, row.edited = FROM_FILE + file.path, self.folder, digest, False
        row.updated_at, row.updated_by = self.now, self.by


def _once_each(files: Iterator[AnyFile]) -> list[AnyFile]:
    """The files, where the second with the same id becomes a broken one that names both."""
    first: dict[str, str] = {}
    kept: list[AnyFile] = []
    for file in files:
        if not isinstance(file, ParsedFile) or first.setdefault(file.article, file.path) == file.path:
            kept.append(file)
            continue
        message = f"{first[file.article]} has the id {file.article} too; give one of the two another id."
        kept.append(BrokenFile(file.path, (Problem(message, file.lines.get("id")),), file.article))
    return kept


def _with_links(files: Sequence[AnyFile]) -> list[AnyFile]:
    """The files, where links from page to page lead to the articles. A page without a text of its own left is wrong."""
    parsed = [file for file in files if isinstance(file, ParsedFile)]
    articles = {page_key(address): file.article for file in parsed for address in file.aliases}
    articles |= {page_key(file.path): file.article for file in parsed}
    return [_linked(file, articles) if isinstance(file, ParsedFile) else file for file in files]


def _linked(file: ParsedFile, articles: dict[str, str]) -> AnyFile:
    linked = replace(file.draft, body=resolve_links(file.draft.body, file.path, articles))
    try:
        check_draft(linked)
    except InvalidArticle as error:
        return BrokenFile(file.path, tuple(Problem(message) for message in error.errors.values()), file.article)
    return replace(file, draft=linked)


def _rows(session: Session, identities: Sequence[str]) -> dict[str, ArticleRow]:
    found: dict[str, ArticleRow] = {}
    for start in range(0, len(identities), _BATCH):
        some = select(ArticleRow).where(ArticleRow.id.in_(identities[start : start + _BATCH]))
        found |= {row.id: row for row in session.scalars(some)}
    return found


def _missing(session: Session, folder: str, paths: set[str], articles: set[str]) -> Iterator[MissingFile]:
    imported = select(ArticleRow).where(ArticleRow.import_folder == folder, ArticleRow.status != Status.ARCHIVED)
    for row in session.scalars(imported.order_by(ArticleRow.id)):
        path = row.source.removeprefix(FROM_FILE)
        if path not in paths and row.id not in articles:
            yield MissingFile(row.id, row.title, path)


def _digest(file: ParsedFile) -> str:
    contents = asdict(file.draft) | {"published": file.published}
    return hashlib.sha256(json.dumps(contents, sort_keys=True, default=str).encode()).hexdigest()
