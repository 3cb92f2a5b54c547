"""The words of the product: one TOML file a language, each text changeable in the configuration."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

LANGUAGES = ("en",)
OPEN_ENDED = ("by_area", "area_words", "fact", "fact_label")
FILLED_IN = ("say",)


class UnknownText(ValueError):
    """A text was named that does not exist, or cannot be used; `str()` says which, and what is allowed."""


class Texts:
    """The texts of one language, with the organisation's own in place of ours."""

    def __init__(self, language: str = "en", changed: Mapping[str, object] | None = None) -> None:
        self._sections = {name: dict(section) for name, section in _read(language).items()}
        for section, texts in (changed or {}).items():
            self._change(section, texts)
        self._check_facts()

    def say(self, name: str, /, **filled: object) -> str:
        """The sentence `name` of the section `say`, with its braces filled in."""
        return self.text("say", name).format(**filled)

    def text(self, section: str, name: str) -> str:
        """One text, as written."""
        value = self._sections[section][name]
        if not isinstance(value, str):
            raise UnknownText(f"texts.{section}.{name} is not a single text.")
        return value

    def words(self, section: str, name: str) -> tuple[str, ...]:
        """One list of words or phrases; empty when the list is not there."""
        value = self._sections[section].get(name, [])
        if not isinstance(value, list):
            raise UnknownText(f"texts.{section}.{name} is not a list.")
        return tuple(str(item) for item in value)

    def names(self, section: str) -> tuple[str, ...]:
        """The names of the texts of a section."""
        return tuple(self._sections[section])

    def sections(self) -> dict[str, dict[str, object]]:
        """Every section, for templates."""
        return {name: dict(section) for name, section in self._sections.items()}

    def _change(self, section: str, texts: object) -> None:
        known = self._sections.get(section)
        if known is None or not isinstance(texts, Mapping):
            raise UnknownText(f"texts.{section}: there is no such section. Sections are {', '.join(self._sections)}.")
        for name, value in texts.items():
            if name not in known and section not in OPEN_ENDED:
                raise UnknownText(f"texts.{section}.{name}: there is no such text. Texts there are {', '.join(known)}.")
            ours = known.get(name, next(iter(known.values())))
            if _kind(value) != _kind(ours):
                raise UnknownText(f"texts.{section}.{name}: expected {_kind(ours)}, found {_kind(value)}.")
            _check(section, name, value, ours)
            known[name] = value

    def _check_facts(self) -> None:
        """Whatever may be asked of an employee has a question and a label."""
        for area in self.names("by_area"):
            for fact in self.words("by_area", area):
                missing = [section for section in ("fact", "fact_label") if fact not in self._sections[section]]
                if missing:
                    raise UnknownText(f"texts.by_area.{area}: “{fact}” needs a text of its own in texts.{' and in texts.'.join(missing)}.")


@cache
def _read(language: str) -> dict[str, dict[str, object]]:
    path = Path(__file__).with_name(f"{language}.toml")
    with path.open("rb") as file:
        return tomllib.load(file)


def _check(section: str, name: str, value: object, ours: object) -> None:
    """A text that could not be used would fail in the middle of a conversation; it is refused at the start instead."""
    if section in FILLED_IN:
        _check_braces(name, str(value), _braces(str(ours)))
    if section == "patterns" and isinstance(value, list):
        for pattern in value:
            _check_pattern(name, str(pattern))


def _check_braces(name: str, text: str, allowed: set[str]) -> None:
    words = ", ".join(f"{{{word}}}" for word in sorted(allowed)) or "none"
    try:
        found = _braces(text)
    except ValueError as error:
        raise UnknownText(f"texts.say.{name}: the braces do not match: {error}. Allowed are {words}.") from None
    for unknown in sorted(found - allowed):
        raise UnknownText(f"texts.say.{name}: nothing is known to fill in for {{{unknown}}}. Allowed are {words}.")


def _check_pattern(name: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise UnknownText(f"texts.patterns.{name}: {pattern!r} is not a regular expression: {error}.") from None


def _braces(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a list of texts" if all(isinstance(item, str) for item in value) else "a list of something else"
    return {str: "a text", int: "a number", bool: "true or false"}.get(type(value), f"a {type(value).__name__}")
