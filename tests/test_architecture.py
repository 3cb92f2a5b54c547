"""What keeps the house in order and no linter knows: lists are complete, words of channels stay in channels, texts and code agree."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.metrics import METRICS
from bot.channels import CHANNELS
from bot.skills import SKILLS
from bot.texts import LANGUAGES, OPEN_ENDED, Texts
from bot.web.shell import TEMPLATES

ROOT = Path(__file__).parents[1]
FOLDERS = ("bot", "escalation", "knowledge", "analytics", "intents")
CODE = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
PAGES = sorted(path for folder in TEMPLATES for path in folder.rglob("*.html"))
WORDS_OF_SDKS = ("slack", "teams", "botbuilder", "bolt", "activity", "block", "card", "thread_ts", "html", "cookie", "http", "request")
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
BY_KEY = ("by_area", "area_words", "fact", "fact_label")
"""Sections of the texts whose names are service areas or facts, so that no code names them."""
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}


def files_of(folder: str, *besides: str) -> set[str]:
    """The modules of a folder."""
    return {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__", *besides}


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Every file of ours, parsed, with its place."""
    for path in CODE:
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def test_every_skill_is_in_the_list() -> None:
    assert {skill.__module__.rpartition(".")[2] for skill in SKILLS} == files_of("bot/skills")
    assert len(set(SKILLS)) == len(SKILLS)


def test_every_channel_is_in_the_list() -> None:
    assert {channel.__module__.rpartition(".")[2] for channel in CHANNELS} == files_of("bot/channels", "port")
    assert len({channel.name for channel in CHANNELS}) == len(CHANNELS)


def test_every_metric_is_in_the_list() -> None:
    listed = {module for metric in METRICS if (module := _module_of(metric))}
    assert listed == files_of("analytics/metrics")
    assert len({metric.key for metric in METRICS}) == len(METRICS)


def _module_of(metric: object) -> str:
    """The file in which the metric is made: the one whose list or name holds this very object."""
    for name in files_of("analytics/metrics"):
        module = sys.modules[f"analytics.metrics.{name}"]
        values = [value for held in vars(module).values() for value in (held if isinstance(held, tuple | list) else (held,))]
        if any(value is metric for value in values):
            return name
    return ""


def test_message_and_reply_know_no_channel() -> None:
    source = (ROOT / "bot" / "model.py").read_text(encoding="utf-8")
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
    assert not [name for name in names for word in WORDS_OF_SDKS if word in name.casefold()]
    assert not re.search(r"\b(slack|teams|botbuilder)\b", source, re.IGNORECASE)


def test_only_the_clock_asks_for_the_time() -> None:
    found = [
        f"{place}:{node.lineno}"
        for place, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and (node.value.id, node.attr) in CLOCKS
    ]
    assert [place for place in found if not place.startswith("bot/clock.py")] == []


def test_rows_stay_in_their_folder() -> None:
    """Queries across folders go through the other folder's store; only foreign keys and the start of migrations name its tables."""
    for place, tree in trees():
        folder = place.partition("/")[0]
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.level == 0 and node.module.endswith(".tables"):
                owner = node.module.partition(".")[0]
                assert owner == folder or place.endswith("tables.py"), f"{place} imports the rows of {owner}"


def test_only_the_three_openers_commit() -> None:
    allowed = {"bot/database.py", "bot/migrate.py", "bot/migrations/env.py"}
    for place, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == "commit":
                assert place in allowed, f"{place}:{node.lineno} commits"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_template_is_a_page_in_the_shell_or_a_part(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    if page.name == "shell.html":
        return
    if re.search(r'{%\s*extends "shell.html"\s*%}', source):
        assert "{% block title %}" in source
        assert "{% block main %}" in source
        return
    name = next(page.relative_to(folder).as_posix() for folder in TEMPLATES if page.is_relative_to(folder))
    everything = [other.read_text(encoding="utf-8") for other in PAGES if other != page]
    assert any(re.search(rf'{{%\s*(include|import|from) "{re.escape(name)}"', other) for other in everything), f"nothing uses {name}"


def test_every_template_is_used() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (*CODE, *PAGES))
    unused = [page.name for page in PAGES if f"{page.stem}.html" not in source and f'"{page.stem}"' not in source]
    assert unused == []


def test_no_file_is_two_rooms() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in CODE if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400}
    assert long == {}


def test_no_function_is_two_functions() -> None:
    """Not counted: migrations, and functions that hold others, such as those that name the routes of a page."""
    long = [
        f"{place}:{node.lineno} {node.name}"
        for place, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, FUNCTION) and (node.end_lineno or 0) - node.lineno >= 50 and not _holds_others(node)
    ]
    assert [line for line in long if "migrations/" not in line] == []


def _holds_others(function: ast.AST) -> bool:
    return any(isinstance(node, FUNCTION) for node in ast.walk(function) if node is not function)


# Texts


class _Named:
    """The texts that the code names: sure ones by section and name, and every string that could be a name."""

    def __init__(self) -> None:
        self.sure: set[tuple[str, str]] = set()
        self.strings: set[str] = set()
        self.patterns: set[str] = set()
        for place, tree in trees():
            if place.startswith("bot/"):
                for node in ast.walk(tree):
                    self._take(node)

    def _take(self, node: ast.AST) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            self.strings.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in node.values]
            if any(part != r"\w+" and re.search(r"[a-z]{3}", part) for part in parts):
                self.patterns.add("".join(parts))
        elif isinstance(node, ast.Call):
            self._take_call(node)

    def _take_call(self, call: ast.Call) -> None:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
        given = [value.value if isinstance(value, ast.Constant) else None for value in call.args]
        if name == "say" and given and isinstance(given[0], str):
            self.sure.add(("say", given[0]))
        elif name in ("plain_reply", "is_it_solved") and len(given) > 1 and isinstance(given[1], str):
            self.sure.add(("say", given[1]))
        elif name in ("text", "words", "number") and len(given) == 2 and isinstance(given[0], str) and isinstance(given[1], str):
            self.sure.add((given[0], given[1]))
        elif name == "means" and len(given) > 1 and isinstance(given[1], str):
            self.sure.add(("phrases", given[1]))

    def may_name(self, text: str) -> bool:
        """Whether some string of the code could be this name."""
        return text in self.strings or any(re.fullmatch(pattern, text) for pattern in self.patterns)


@pytest.fixture(scope="module")
def named() -> _Named:
    return _Named()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_the_code_names_exists(language: str, named: _Named) -> None:
    sections = Texts(language).sections()
    assert len(named.sure) > 40
    assert [f"{section}.{name}" for section, name in sorted(named.sure) if name not in sections[section]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_used(language: str, named: _Named) -> None:
    sections = Texts(language).sections()
    unused = [
        f"{section}.{name}"
        for section, texts in sections.items()
        for name in texts
        if section not in ("web", *OPEN_ENDED) and not named.may_name(name)
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_that_are_asked_have_words(language: str) -> None:
    texts = Texts(language)
    sections = texts.sections()
    asked = {fact for area in sections["by_area"] for fact in texts.words("by_area", area)} | {"about", "name"}
    assert asked == set(sections["fact"]) == set(sections["fact_label"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_the_pages_exist_and_are_used(language: str) -> None:
    texts = set(Texts(language).sections()["web"])
    source = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    used = set(re.findall(r"\b(?:texts\.)?web\.(\w+)", source))
    assert used - texts == set()
    assert texts - used == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_for_the_script_are_handed_to_it(language: str) -> None:
    """Every `words.x` of the chat's script is a data attribute of the page."""
    page = (ROOT / "bot" / "web" / "templates" / "ask.html").read_text(encoding="utf-8")
    given = {re.sub(r"-(\w)", lambda match: match[1].upper(), name) for name in re.findall(r"\bdata-([a-z-]+)=", page)}
    script = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "web" / "static").glob("chat*.js"))
    assert set(re.findall(r"\bwords\.(\w+)", script)) <= given
