"""A question as it was read: repaired, and cut into sentences where it is a story with the question somewhere in it."""

import re
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from .lexicon import Lexicon
from .model import Repair
from .normalise import is_content, shorten, words

MOST_SENTENCES = 5
"""Sentences that are scored by themselves; of a longer story those with the most content words that the knowledge uses."""

_LINE_END = re.compile(r"\s*[\r\n]+\s*")
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")


@dataclass(frozen=True, slots=True)
class Read:
    """A question's words as typed and as they were meant, what was repaired, and the known share (0 to 1) of its content words.

    `sentences` has the meant words of every sentence; it is empty when there are fewer than two with a content word.
    """

    words: tuple[str, ...]
    meant: tuple[str, ...]
    repairs: tuple[Repair, ...]
    known: float
    sentences: tuple[tuple[str, ...], ...] = ()

    @property
    def is_guessed(self) -> bool:
        """Whether no content word was known and every repair is more than a slip away: "confluence" is not "conference"."""
        return not self.known and all(OSA.distance(repair.typed, repair.read_as) > 1 for repair in self.repairs)


def read_question(question: str, lexicon: Lexicon) -> Read:
    """The question read with the knowledge's lexicon."""
    text = shorten(_LINE_END.sub(". ", question))
    typed = words(text)
    meant, repairs = lexicon.repair(typed)
    return Read(tuple(typed), tuple(meant), repairs, lexicon.known_share(typed), _sentences(text, repairs, lexicon))


def content_words(meant: tuple[str, ...]) -> tuple[str, ...]:
    """The content words among these, each once, in their order."""
    return tuple(word for word in dict.fromkeys(meant) if is_content(word))


def _sentences(text: str, repairs: tuple[Repair, ...], lexicon: Lexicon) -> tuple[tuple[str, ...], ...]:
    """The different sentences worth scoring by themselves, repaired, in their order."""
    meant = {repair.typed: repair.read_as for repair in repairs}
    found = dict.fromkeys(
        tuple(part for word in words(sentence) for part in meant.get(word, word).split()) for sentence in _SENTENCE_END.split(text)
    )
    telling = [(sum(map(lexicon.knows, content_words(sentence))), sentence) for sentence in found]
    telling = [(known, sentence) for known, sentence in telling if known]
    if len(telling) < 2:
        return ()
    kept = sorted(sorted(range(len(telling)), key=lambda place: (-telling[place][0], place))[:MOST_SENTENCES])
    return tuple(telling[place][1] for place in kept)
