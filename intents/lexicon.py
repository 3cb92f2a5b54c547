"""The words the knowledge uses: which of a question's words are known, and which known word a misspelt one was meant to be."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from .english import ORDINARY_WORDS
from .model import Repair
from .normalise import is_content, is_identifier, stem

_SHORTEST = 4
"""Shorter words are never repaired: too many ordinary words lie one letter away."""

_TWO_ERRORS_FROM = 8
"""Letters from which two errors are allowed in one word."""

_SHORTEST_HALF = 3


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Counts of the knowledge's words, their stems, the same words by first letter and length, and stems that are never repaired."""

    counts: dict[str, int]
    stemmed: frozenset[str]
    near: dict[tuple[str, int], list[str]]
    spared: frozenset[str] = frozenset()

    def knows(self, word: str) -> bool:
        """Whether the knowledge uses the word in any of its English forms."""
        return word in self.counts or stem(word) in self.stemmed

    def known_share(self, words: Iterable[str]) -> float:
        """The share (0 to 1) of the content words among these that the knowledge uses; 0 when there is none."""
        asked = {word for word in words if is_content(word)}
        return sum(self.knows(word) for word in asked) / len(asked) if asked else 0.0

    def repair(self, words: Sequence[str]) -> tuple[list[str], tuple[Repair, ...]]:
        """The words with misspelt ones replaced, and what was replaced, each once."""
        repairs = {word: meant for word in dict.fromkeys(words) if (meant := self._meant(word))}
        read = [part for word in words for part in repairs.get(word, word).split()]
        return read, tuple(Repair(typed, meant) for typed, meant in repairs.items())

    def _meant(self, word: str) -> str:
        """The word or two words that were probably meant; empty when the word is known, ordinary, or nothing is near."""
        if len(word) < _SHORTEST or is_identifier(word) or self.knows(word) or not is_content(word):
            return ""
        if word in ORDINARY_WORDS or stem(word) in ORDINARY_WORDS or stem(word) in self.spared:
            return ""
        return self._nearest(word) or self._two_words(word)

    def _nearest(self, word: str) -> str:
        """The known word with the fewest errors, the most used of several; empty when none is near enough.

        The first letter must be right or be swapped with the second, as it is in most typing errors.
        """
        errors = 1 if len(word) < _TWO_ERRORS_FROM else 2
        lengths = range(len(word) - errors, len(word) + errors + 1)
        choices = [near for first in dict.fromkeys(word[:2]) for size in lengths for near in self.near.get((first, size), ())]
        found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=errors, limit=None)
        ranked = sorted((distance, -self.counts[near], near) for near, distance, _ in found if self._plausible(word, near))
        return ranked[0][2] if ranked else ""

    def _plausible(self, word: str, near: str) -> bool:
        """Whether `near` is a likely reading: it has the same first letter, or the first two swapped."""
        return word[0] == near[0] or word[:2] == near[1::-1]

    def _two_words(self, word: str) -> str:
        """Two known words that were typed without the space between them; empty when there is no such pair."""
        pairs = [
            (-min(self.counts.get(left, 0), self.counts.get(right, 0)), left, right)
            for cut in range(_SHORTEST_HALF, len(word) - _SHORTEST_HALF + 1)
            if (left := word[:cut]) in self.counts and (right := word[cut:]) in self.counts
        ]
        return " ".join(min(pairs)[1:]) if pairs else ""


def build_lexicon(texts: Iterable[Iterable[str]], spared: Iterable[str] = ()) -> Lexicon:
    """The lexicon of texts that are given as words; words with one of the spared stems are never taken for misspellings."""
    counts = Counter(word for text in texts for word in text)
    near: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word in sorted(counts):
        if len(word) >= _SHORTEST and not is_identifier(word):
            near[word[0], len(word)].append(word)
    return Lexicon(dict(counts), frozenset(stem(word) for word in counts), dict(near), frozenset(spared))
