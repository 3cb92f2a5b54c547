"""Reads the files of scripted conversations; README.md describes the format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK_OPENS, BLOCK_ENDS = "<<<", ">>>"


class ScriptError(Exception):
    """The file itself is wrong; `str()` says where and how."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script: what is done or expected (`verb`), of whom or how (`detail`), and the rest of the line."""

    line: int
    verb: str
    detail: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Script:
    """One conversation: its title, the sentence that says what it specifies, and its steps."""

    title: str
    meaning: str
    steps: tuple[Step, ...]


_FORMS = tuple(
    (verb, re.compile(pattern, re.DOTALL))
    for verb, pattern in (
        ("employee", r"employee(?: \((?P<detail>[^)]*)\))?:(?P<text>.*)"),
        ("chooses", r"chooses: (?P<text>\S+)"),
        ("presses", r"presses(?: (?P<detail>old))?: (?P<text>.+)"),
        ("sends", r"sends: (?P<text>\S+)"),
        ("again", r"again: (?P<text>same ref|new ref)"),
        ("waits", r"waits: (?P<text>\d+ (?:second|minute|hour|day)s?)"),
        ("name", r"name: (?P<text>.+)"),
        ("elsewhere", r"in another chat"),
        ("tidied", r"idle conversations are ended"),
        ("secret", r"secret: (?P<text>.+)"),
        ("claims", r"agent (?P<detail>\w+) claims"),
        ("refused", r"agent (?P<detail>\w+) cannot claim: (?P<text>.+)"),
        ("closes", r"agent (?P<detail>\w+) closes (?:with (?P<text>\S+)|without an article)"),
        ("hands_back", r"agent (?P<detail>\w+) hands back"),
        ("passes_on", r"agent (?P<detail>\w+) passes on"),
        ("agent", r"agent (?P<detail>\w+): (?P<text>.+)"),
        ("bot_answer", r"bot answer: (?P<text>.+)"),
        ("bot_choice", r"bot choice(?:: (?P<text>.+))?"),
        ("bot_unknown", r"bot unknown(?:: (?P<text>.+))?"),
        ("bot_handoff", r"bot handoff(?:: (?P<text>.+))?"),
        ("bot_text", r"bot text: (?P<text>.+)"),
        ("bot_silent", r"bot silent"),
        ("note", r"note: (?P<text>.+)"),
        ("says", r"says: (?P<text>.+)"),
        ("says_not", r"says not: (?P<text>.+)"),
        ("buttons", r"buttons: (?P<text>.+)"),
        ("ticket", r"ticket(?: (?P<detail>\d+))?: (?P<text>.+)"),
        ("record", r"record: (?P<text>.+)"),
        ("conversations", r"conversations: (?P<text>\d+)"),
    )
)


def read_script(path: Path) -> Script:
    """The conversation in this file; raises `ScriptError` for a line that is not in the format."""
    title, meaning, *rest = [*path.read_text(encoding="utf-8").splitlines(), "", ""]
    if not title.strip() or not meaning.strip():
        raise ScriptError(f"{path.name}: the first line is a title, the second says what is specified.")
    return Script(title.strip(), meaning.strip(), tuple(_steps(path.name, rest)))


def pieces(text: str) -> list[str]:
    """The parts between the dots: "…a…b…" are "a" and "b"."""
    return [piece.strip() for piece in text.split("…") if piece.strip()]


def listed(text: str) -> list[str]:
    """The parts between the bars."""
    return [part.strip() for part in text.split("|")]


def _steps(name: str, lines: list[str]) -> Iterator[Step]:
    numbered = iter(enumerate(lines, 3))
    for number, line in numbered:
        if not line.strip() or line.startswith("#"):
            continue
        opens = line.endswith(BLOCK_OPENS)
        whole = f"{line.removesuffix(BLOCK_OPENS).rstrip()} {_block(name, number, numbered)}" if opens else line
        yield _step(name, number, whole)


def _block(name: str, opened: int, numbered: Iterator[tuple[int, str]]) -> str:
    block: list[str] = []
    for _, line in numbered:
        if line.strip() == BLOCK_ENDS:
            return "\n".join(block)
        block.append(line)
    raise ScriptError(f"{name}:{opened}: the block is not closed with {BLOCK_ENDS}.")


def _step(name: str, number: int, line: str) -> Step:
    for verb, form in _FORMS:
        found = form.fullmatch(line)
        if found is not None:
            parts = found.groupdict()
            return Step(number, verb, parts.get("detail") or "", (parts.get("text") or "").strip(" "), line)
    raise ScriptError(f"{name}:{number}: this is not in the format: {line}")
