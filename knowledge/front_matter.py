"""The lines at the top of a Markdown file: YAML between `---` or TOML between `+++`, each value with the line on which it stands."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from .model import Problem

_FENCES = {"---": re.compile(r"(?:---|\.\.\.)[ \t]*"), "+++": re.compile(r"\+\+\+[ \t]*")}
_KEY_LINE = re.compile(r"[A-Za-z_][\w-]*\s*[:=]")
_TOML_LINE = re.compile(r"line (\d+)")
_QUOTE_IT = 'A text with ": ", "#" or quotation marks in it must stand in quotes.'


@dataclass(frozen=True, slots=True)
class Value:
    """What stands behind a key, as it was written: one text, or several with their lines; None in `texts` is neither text nor number."""

    line: int
    texts: tuple[str | None, ...]
    lines: tuple[int, ...]
    is_list: bool = False

    @property
    def text(self) -> str | None:
        """The single text, or None when there is a list or something else."""
        return None if self.is_list or len(self.texts) != 1 else self.texts[0]


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The values of a file by key, what is wrong with them, and the text below, which begins on line `body_line`."""

    values: Mapping[str, Value]
    body: str
    body_line: int = 1
    problems: tuple[Problem, ...] = field(default=())


def read_front_matter(text: str) -> FrontMatter:
    """What the file says of itself; a file without front matter is all body."""
    lines = text.split("\n")
    closing = _FENCES.get(lines[0].rstrip())
    if closing is None:
        return FrontMatter({}, text)
    end = next((number for number, line in enumerate(lines[1:], 1) if closing.fullmatch(line)), None)
    if end is None:
        return _never_closed(text, lines)
    block, body = "\n".join(lines[1:end]), "\n".join(lines[end + 1 :])
    values, problems = (_yaml if lines[0].startswith("---") else _toml)(block)
    if values is None:
        return FrontMatter({}, text)
    return FrontMatter(values, body, end + 2, problems)


def _never_closed(text: str, lines: list[str]) -> FrontMatter:
    """A file may begin with a ruler; one that begins with a key was meant to have front matter."""
    if len(lines) < 2 or not _KEY_LINE.match(lines[1]):
        return FrontMatter({}, text)
    mark = lines[0].strip()
    return FrontMatter({}, text, 1, (Problem(f"The front matter never ends; put a line with {mark} after its last key.", 1),))


def _yaml(block: str) -> tuple[dict[str, Value] | None, tuple[Problem, ...]]:
    try:
        root = yaml.compose(block, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return {}, (Problem(f"The front matter is not valid YAML: {error.problem}. {_QUOTE_IT}", mark.line + 2 if mark else 1),)
    except (yaml.YAMLError, RecursionError) as error:
        return {}, (Problem(f"The front matter is not valid YAML: {str(error).splitlines()[0] or type(error).__name__}.", 1),)
    if root is None:
        return {}, ()
    if not isinstance(root, yaml.MappingNode):
        return None, ()
    return _from_mapping(root)


def _from_mapping(root: yaml.MappingNode) -> tuple[dict[str, Value], tuple[Problem, ...]]:
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for key, node in root.value:
        name, line = str(key.value), key.start_mark.line + 2
        if name in values:
            problems.append(Problem(f"{name} is given twice, in line {values[name].line} and here; keep one of them.", line))
        values[name] = _value(node, line)
    return values, tuple(problems)


def _value(node: yaml.Node, line: int) -> Value:
    if isinstance(node, yaml.SequenceNode):
        items = node.value
        texts = tuple(_text(item) for item in items)
        return Value(line, texts, tuple(item.start_mark.line + 2 for item in items), is_list=True)
    return Value(line, (_text(node),), (node.start_mark.line + 2,))


def _text(node: yaml.Node) -> str | None:
    """A scalar as it was written: `no`, `1.10` and `2027-05-01` stay what the author typed."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    return "" if node.tag == "tag:yaml.org,2002:null" and node.value in ("", "~") else str(node.value)


def _toml(block: str) -> tuple[dict[str, Value] | None, tuple[Problem, ...]]:
    try:
        table = tomllib.loads(block)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _TOML_LINE.search(str(error))
        line = int(found.group(1)) if found else block.count("\n") + 1
        return {}, (Problem(f"The front matter is not valid TOML: {error}.", line + 1),)
    return {key: _toml_value(key, value, block) for key, value in table.items()}, ()


def _toml_value(key: str, value: object, block: str) -> Value:
    found = re.search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", block, re.MULTILINE)
    line = block.count("\n", 0, found.start()) + 2 if found else 1
    if isinstance(value, list):
        return Value(line, tuple(_toml_text(item) for item in value), (line,) * len(value), is_list=True)
    return Value(line, (_toml_text(value),), (line,))


def _toml_text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if isinstance(value, dict | list) else str(value)
