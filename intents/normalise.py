"""Text in, comparable words out: the same for an article when the index is built and for a question when it is asked."""

import re
import unicodedata
from collections.abc import Sequence

from .english import STOP_WORDS

LONGEST_QUESTION = 1500
"""Characters of a normalised question that are scored; what follows is ignored."""

_RAW_LIMIT = 20_000
_URL = re.compile(r"\b(?:https?|ftp)://(?:www\.)?([^\s/?#:<>()\[\]\"]*)[^\s<>()\[\]\"]*")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-"})
_NOT = re.compile(r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should|wo|ca)(?:n't|nt)\b|\bcannot\b")
_IN_WORD_QUOTE = re.compile(r"(?<=\w)'(?=\w)")
_SPELLINGS = (
    (re.compile(r"\be[- ]?mail"), "email"),
    (re.compile(r"\bwi[- ]fi\b"), "wifi"),
    (re.compile(r"\b(?:log|sign)(?:ged|ging|ed|ing|s)?[- ]?in\b|\blog(?:ged|ging|s)?[- ]?on\b"), "login"),
    (re.compile(r"\b(set|back)[- ]up\b"), r"\1up"),
    (re.compile(r"\b(pass|key) (word|board)(s?)\b"), r"\1\2\3"),
    (re.compile(r"\buser[- ](name|id)\b"), r"user\1"),
)
_TOKEN = re.compile(r"\w+(?:[.:\\/-]\w+)*")
_SEPARATOR = re.compile(r"[_.:\\/-]+")
_MARKDOWN_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_VOWELS = frozenset("aeiouy")


def normalise(text: str) -> str:
    """The text in one spelling: NFKC, casefolded, straight quotes, one space between words, no control or bidi characters.

    An address of the web is replaced by the words of its host (`https://www.vpn.example.com/x` becomes `vpn example`).
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_QUOTES)
    if not plain.isascii():
        plain = "".join(character for character in plain if unicodedata.category(character) not in ("Cf", "Cs", "Co"))
    return _SPACE.sub(" ", _URL.sub(_host_words, plain)).strip()


def _host_words(found: re.Match[str]) -> str:
    """`vpn example` for the host `vpn.example.com`."""
    return " " + " ".join(found.group(1).split(".")[:-1]) + " "


def shorten(text: str) -> str:
    """The normalised first part of a question: at most LONGEST_QUESTION characters, whatever its length was."""
    return normalise(text[:_RAW_LIMIT])[:LONGEST_QUESTION].rstrip()


def without_markdown(body: str) -> str:
    """The body with Markdown links replaced by their text."""
    return _MARKDOWN_LINK.sub(r"\1", body)


def words(text: str) -> list[str]:
    """The words of a text in their order; an identifier such as `0x80070005` or `err_no_net` stays whole, with its parts after it."""
    plain = _NOT.sub(_spell_out_not, normalise(text))
    for pattern, spelling in _SPELLINGS:
        plain = pattern.sub(spelling, plain)
    found: list[str] = []
    for token in _TOKEN.findall(_IN_WORD_QUOTE.sub("", plain)):
        found.extend(_split(token))
    return found


def _spell_out_not(found: re.Match[str]) -> str:
    """`do not` for `don't`, `can not` for `can't` and `cannot`."""
    verb = found.group(1) or "ca"
    return {"wo": "will", "ca": "can"}.get(verb, verb) + " not"


def _split(token: str) -> list[str]:
    """The token whole if it is an identifier, then its parts."""
    parts = [part for part in _SEPARATOR.split(token) if part]
    if len(parts) <= 1:
        return parts
    whole = "_" in token or any(character.isdigit() for character in token)
    return [token, *parts] if whole else parts


def is_identifier(word: str) -> bool:
    """Whether the word has a digit or a separator in it: never stemmed, never repaired."""
    return not word.isalpha()


def is_content(word: str) -> bool:
    """Whether the word says something about the subject: no stop word, and more than one letter unless it is a digit."""
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit())


def stem(word: str) -> str:
    """The word without an English plural, -ing or -ed ending; identifiers and short words come back unchanged.

    After Harman's S-stemmer ("How effective is suffixing?", JASIS 1991), with the two verb endings added.
    """
    if len(word) < 4 or is_identifier(word):
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and not _VOWELS.isdisjoint(root):
            return _undouble(root)
    return word.removesuffix("e") if len(word) > 4 else word


def _singular(word: str) -> str:
    """`policy` for `policies`, `printer` for `printers`; `access` and `status` stay."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("shes", "ches", "xes", "sses", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _undouble(root: str) -> str:
    """`plan` for `plann`; `call` and `pass` keep their double letter; a final e is dropped as in `stem`."""
    if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz":
        return root[:-1]
    return root.removesuffix("e") if len(root) > 4 else root


def stems(tokens: Sequence[str]) -> list[str]:
    """The stem of every word, in the same order."""
    return [stem(token) for token in tokens]
