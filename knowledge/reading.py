"""Reading a folder of Markdown: every file an article, with our front matter, a site generator's, or none at all."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

from rapidfuzz import fuzz

from .checks import check_draft, id_problem, parse_date, phrasing_problem, shortened, slug, tidy
from .front_matter import FrontMatter, Value, read_front_matter
from .model import EVERYONE, GENERAL, GENERAL_AREA, BrokenFile, Draft, InvalidArticle, ParsedFile, Problem, SkippedFile
from .site_markup import to_plain_markdown

LARGEST_FILE = 1_000_000
"""Bytes; a file that is larger is reported as wrong."""

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, how many files are done, and how many there are."""

_ENDINGS = {".md", ".markdown"}
_KNOWN_KEYS = ("id", "title", "phrasings", "topic", "service_area", "audience", "language", "review_on", "tags")
_OTHER_ADDRESSES = ("permalink", "redirect_from", "aliases", "url")
_HEADING = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]*?)[ \t]*#*[ \t]*(?:\n|\Z)")
_EMPHASIS = re.compile(r"[*_`]+|\[([^\]]*)\]\([^)]*\)")

AnyFile = ParsedFile | BrokenFile | SkippedFile


def read_folder(path: Path, *, progress: Progress | None = None) -> Iterator[AnyFile]:
    """Every Markdown file below the folder in the order of its path, as an article or with what is wrong with it.

    Hidden files and folders are left out, links that lead out of the folder are refused.
    Raises `NotADirectoryError` with a clear sentence when there is no such folder.
    """
    root = path.resolve()
    if not root.is_dir():
        raise NotADirectoryError(f"{path} is not a folder. Give the folder that holds the Markdown files.")
    found = sorted(_markdown_files(root), key=lambda file: file.relative_to(root).as_posix())
    for number, file in enumerate(found, 1):
        yield _read_file(root, file)
        if progress is not None:
            progress("files", number, len(found))


def parse_file(path: str, text: str) -> AnyFile:
    """The article that a file's text makes; `path` is relative to the folder, with forward slashes."""
    matter = read_front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    values = matter.values
    if "redirect_to" in values:
        return SkippedFile(path, f"The page only leads to {values['redirect_to'].text or 'another page'}.")
    identity = _single(values, "id") or slug(_name_of(path), otherwise="index")
    problems = [*matter.problems, *_problems_of_values(values)]
    if problem := id_problem(identity):
        problems.append(Problem(problem, values["id"].line if "id" in values else None))
    draft = _draft(path, matter)
    problems += _problems_of_draft(draft, matter)
    if problems:
        return BrokenFile(path, tuple(sorted(problems, key=lambda p: p.line or 0)), identity)
    lines = {name: value.line for name, value in values.items()}
    return ParsedFile(path, identity, draft, _is_published(values), lines, _aliases(values), tuple(_near_misses(values)))


def _markdown_files(root: Path) -> Iterator[Path]:
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith(".") and name != "node_modules")
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in _ENDINGS:
                yield Path(folder, name)


def _read_file(root: Path, file: Path) -> AnyFile:
    path = file.relative_to(root).as_posix()
    try:
        if not file.resolve().is_relative_to(root):
            return _broken(path, "This is a link that leads out of the folder; put the file itself here.")
        if file.stat().st_size > LARGEST_FILE:
            return _broken(path, f"The file has {file.stat().st_size:,} bytes; at most {LARGEST_FILE:,} are read. Split it.")
        content = file.read_bytes()
    except (OSError, RuntimeError) as error:  # RuntimeError: a link to itself, before Python 3.13
        return _broken(path, f"The file cannot be read: {getattr(error, 'strerror', None) or error}.")
    try:
        return parse_file(path, _decoded(content))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _broken(path, "This is not a UTF-8 text file; save it as text with that encoding.", line)


def _decoded(content: bytes) -> str:
    """The content as text. Raises `UnicodeDecodeError`, also for a zero byte: no text has one."""
    if b"\0" in content:
        place = content.index(b"\0")
        raise UnicodeDecodeError("utf-8", content, place, place + 1, "zero byte")
    return content.decode("utf-8-sig")


def _broken(path: str, message: str, line: int | None = None) -> BrokenFile:
    return BrokenFile(path, (Problem(message, line),))


def _draft(path: str, matter: FrontMatter) -> Draft:
    values = matter.values
    body = to_plain_markdown(matter.body)
    heading = _HEADING.match(body)
    titled = _EMPHASIS.sub(r"\1", heading["title"]) if heading else ""
    title = _single(values, "title") or titled or _words_of(_name_of(path).rsplit("/", 1)[-1])
    if heading and titled.casefold().strip() == title.casefold().strip():
        body = body[heading.end() :]
    return tidy(
        Draft(
            title=title,
            body=body,
            topic=_single(values, "topic") or _topic_of(path),
            service_area=_single(values, "service_area") or GENERAL_AREA,
            audience=_single(values, "audience") or EVERYONE,
            language=_single(values, "language") or _single(values, "lang") or "en",
            tags=(*_several(values, "tags"), *_several(values, "keywords")),
            review_on=_date(_single(values, "review_on")),
            phrasings=_several(values, "phrasings", split=False),
        )
    )


def _name_of(path: str) -> str:
    """The page's name: its path without the ending, or its folder's for an index page."""
    pure = PurePosixPath(path)
    name = pure.with_suffix("").as_posix()
    return pure.parent.as_posix() if pure.stem.lower() in ("index", "_index") and pure.parent.name else name


def _topic_of(path: str) -> str:
    folder = PurePosixPath(path).parts[0] if "/" in path else ""
    return _words_of(folder) or GENERAL


def _words_of(name: str) -> str:
    plain = " ".join(re.split(r"[-_\s]+", name)).strip()
    return plain[:1].upper() + plain[1:]


def _single(values: Mapping[str, Value], key: str) -> str:
    value = values.get(key)
    return (value.text or "").strip() if value is not None else ""


def _several(values: Mapping[str, Value], key: str, *, split: bool = True) -> tuple[str, ...]:
    """The texts of a list; a single text is split at its commas."""
    value = values.get(key)
    if value is None:
        return ()
    texts = [text for text in value.texts if text]
    return tuple(texts) if value.is_list or not split else tuple(part.strip() for text in texts for part in text.split(","))


def _problems_of_values(values: Mapping[str, Value]) -> Iterator[Problem]:
    for key, value in values.items():
        if key == "phrasings":
            yield from _problems_of_phrasings(value)
        elif key == "tags" and None in value.texts:
            yield Problem("tags must be a list of words, for example [password, reset].", value.line)
        elif key in _KNOWN_KEYS and key != "tags" and value.text is None:
            yield Problem(f"{key} must be one text, not a list or a table.", value.line)
        elif key == "id" and not value.text:
            yield Problem("id is empty; write one or remove the line.", value.line)
        elif key == "review_on" and (problem := _date_problem(value.text or "")):
            yield Problem(problem, value.line)


def _problems_of_phrasings(value: Value) -> Iterator[Problem]:
    if not value.is_list and value.texts != ("",):
        yield Problem("phrasings must be a list: one line for each, beginning with a dash.", value.line)
        return
    for text, line in zip(value.texts, value.lines, strict=True):
        if text is None:
            yield Problem('This phrasing is not read as a text, because of a ": " or a bracket in it; put it in quotes.', line)
        elif value.is_list and (problem := phrasing_problem(" ".join(text.split()))):
            yield Problem(f'The phrasing "{shortened(text)}" cannot be used. {problem}', line)


def _date_problem(text: str) -> str:
    if text.strip() and _date(text) is None:
        return f'review_on is "{shortened(text)}"; write the date as 2027-05-31.'
    return ""


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _problems_of_draft(draft: Draft, matter: FrontMatter) -> list[Problem]:
    """What is wrong with the contents; the phrasings are left out, each of them has been checked with its own line."""
    lines = {name: value.line for name, value in matter.values.items()} | {"body": matter.body_line}
    try:
        check_draft(replace(draft, phrasings=()))
    except InvalidArticle as error:
        return [Problem(message, lines.get(name)) for name, message in error.errors.items()]
    return []


def _is_published(values: Mapping[str, Value]) -> bool:
    return _single(values, "draft").lower() not in ("true", "yes") and _single(values, "published").lower() not in ("false", "no")


def _aliases(values: Mapping[str, Value]) -> tuple[str, ...]:
    return tuple(address for key in _OTHER_ADDRESSES for address in _several(values, key))


def _near_misses(values: Mapping[str, Value]) -> Iterator[Problem]:
    for key, value in values.items():
        likely = next((known for known in _KNOWN_KEYS if fuzz.ratio(key.lower(), known) >= 80), None)
        if likely is not None and key not in _KNOWN_KEYS:
            yield Problem(f"{shortened(key)} is not a key that is read; did you mean {likely}?", value.line)
