"""Which articles a question is about: every scorer asked, their answers fused, the best few explained."""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from .classifier import Classifier, train_classifier
from .confidence import GUESSED, WITH_CLASSIFIER, WITHOUT_CLASSIFIER, WORD_FOR_WORD, Calibration
from .coverage import CoverageIndex, build_coverage, passage_texts
from .lexicon import Lexicon, build_lexicon
from .lines import LineIndex, article_lines, build_lines
from .measures import share
from .model import Entry, Match, Part, Understanding
from .normalise import stem, stems, without_markdown, words
from .reading import Read, content_words, read_question
from .tfidf import Floats
from .thesaurus import MEANINGS, read_meanings

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, how many stages are done, and how many there are."""

EVERYONE = "everyone"
"""Articles for this audience are found whatever audiences a question is asked for."""

WEIGHTS = {"coverage": 0.65, "nearest": 0.05, "centre": 0.25, "wording": 0.05}
WEIGHTS_WITH_CLASSIFIER = {"coverage": 0.30, "nearest": 0.10, "centre": 0.15, "wording": 0.05, "classifier": 0.40}
"""What each scorer's value (0 to 1) counts in the score. The first by P@1 on held-out phrasings of the sample and StackFAQ with 0, 1 and 3
phrasings; the second by P@1 on the validation parts of BANKING77 and CLINC150 with 10 phrasings an intent."""

SENTENCE_SHARE = 0.5
"""In a story: the share of an article's best sentence in its score; the rest is for the message as a whole."""

_FINALISTS = 12
"""Candidates whose wording is compared letter by letter, if no more are asked for; the others cannot reach the first places."""

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Scored:
    """A finalist: its number in the index, what every scorer said, and its line nearest to the question."""

    article: int
    score: float
    word_for_word: bool
    parts: tuple[Part, ...]
    nearest: str


class Matcher:
    """Finds the articles a question is about. Nothing in it changes after `build`, so threads may share it."""

    def __init__(
        self, entries: Sequence[Entry], lexicon: Lexicon, lines: LineIndex, coverage: CoverageIndex, classifier: Classifier | None
    ) -> None:
        self._entries = entries
        self._lexicon = lexicon
        self._lines = lines
        self._coverage = coverage
        self._classifier = classifier
        self._weights = WEIGHTS_WITH_CLASSIFIER if classifier else WEIGHTS
        self._calibration: Calibration = WITH_CLASSIFIER if classifier else WITHOUT_CLASSIFIER
        self._audiences = _members([entry.audience for entry in entries])
        self._languages = _members([entry.language for entry in entries])

    @classmethod
    def build(cls, entries: Sequence[Entry], *, progress: Progress | None = None, meanings: str = MEANINGS) -> "Matcher":
        """A matcher for these articles; the same whatever their order. No articles make one that finds nothing.

        `meanings` lists words for the same thing, as in `thesaurus.py`. Whether a classifier takes part depends on how many
        phrasings there are and on the size of the knowledge (see `classifier.py`).
        """
        report = progress or _silent
        ordered = sorted(entries, key=lambda entry: (entry.article, entry.language, entry.title))
        table = read_meanings(meanings)
        report("words", 0, 4)
        lexicon = build_lexicon((_all_words(entry) for entry in ordered), spared=(term[0] for term in table if len(term) == 1))
        report("lines", 1, 4)
        lines, word_matrix, letter_matrix = build_lines([article_lines(entry) for entry in ordered], table)
        report("passages", 2, 4)
        coverage = build_coverage([passage_texts(entry) for entry in ordered], table)
        report("classifier", 3, 4)
        classifier = train_classifier(word_matrix, letter_matrix, lines.first_lines)
        report("done", 4, 4)
        return cls(ordered, lexicon, lines, coverage, classifier)

    def __len__(self) -> int:
        """How many articles it knows."""
        return len(self._entries)

    def match(
        self, question: str, *, limit: int = 5, audiences: Collection[str] | None = None, language: str | None = None
    ) -> Understanding:
        """What the question was read as, and at most `limit` articles, best first; none whose score is 0.

        Articles that are neither for everyone nor for one of `audiences` are left out before ranking (None: leave none out), and
        so are those in another language than `language` (None: any).
        """
        read = read_question(question, self._lexicon)
        finalists = self._score(read, self._allowed(audiences, language), max(limit, _FINALISTS))
        matches = [self._explain(read, scored, finalists) for scored in finalists]
        matches.sort(key=lambda match: (-match.confidence, -match.score, match.article))
        return Understanding(question, read.words, read.repairs, round(read.known, _DIGITS), tuple(matches[:limit]))

    def _allowed(self, audiences: Collection[str] | None, language: str | None) -> NDArray[np.bool_]:
        """Which articles may be found."""
        allowed = np.ones(len(self._entries), dtype=bool)
        if audiences is not None:
            allowed &= _any_of(self._audiences, {*audiences, EVERYONE}, len(allowed))
        if language is not None:
            allowed &= _any_of(self._languages, {language}, len(allowed))
        return allowed

    def _score(self, read: Read, allowed: NDArray[np.bool_], count: int) -> list[Scored]:
        """At most `count` finalists, those with the highest score first."""
        if not allowed.any() or not read.meant:
            return []
        values = self._score_story(read) if read.sentences else self._score_words(read.meant)
        fused = np.where(allowed, sum(values[name] * self._weights[name] for name in values), 0.0)
        scored = [self._score_wording(read, article, values) for article in _largest(fused, count)]
        return sorted((one for one in scored if one.score > 0.0), key=lambda one: (-one.score, one.article))

    def _score_story(self, read: Read) -> dict[str, Floats]:
        """What every scorer but the last says of every article: part for the whole message, part for the article's best sentence.

        A sentence counts by the square root of its share of the message's weight, or every "Any idea?" would find an article.
        """
        whole = self._score_words(read.meant)
        weight = self._coverage.weight(stems(read.meant))
        sentences = [(self._score_words(one), math.sqrt(self._coverage.weight(stems(one)) / weight)) for one in read.sentences]
        best = {name: np.maximum.reduce([part * values[name] for values, part in sentences]) for name in whole}
        return {name: (1.0 - SENTENCE_SHARE) * whole[name] + SENTENCE_SHARE * best[name] for name in whole}

    def _score_words(self, meant: Sequence[str]) -> dict[str, Floats]:
        """What every scorer but the last says of every article about these words."""
        by_words, by_letters = self._lines.queries(meant)
        lines = self._lines.score(by_words, by_letters)
        values = {"coverage": self._coverage.scores(stems(meant)), "nearest": lines.nearest, "centre": lines.centre}
        if self._classifier:
            values["classifier"] = self._classifier.scores(by_words, by_letters)
        return values

    def _score_wording(self, read: Read, article: int, values: dict[str, Floats]) -> Scored:
        """The article with the scorers' values and that of the last: how near its nearest line is letter by letter."""
        wording, nearest = self._nearest_line(read, article)
        found = {**{name: min(1.0, float(value[article])) for name, value in values.items()}, "wording": wording}
        parts = tuple(Part(name, round(found[name], _DIGITS), weight) for name, weight in self._weights.items())
        score = sum(found[part.scorer] * part.weight for part in parts)
        return Scored(article, round(score, _DIGITS), wording == 1.0, parts, nearest)

    def _nearest_line(self, read: Read, article: int) -> tuple[float, str]:
        """How near (0 to 1) the article's nearest title or phrasing is, words in any order, and that line as it was written."""
        asked = " ".join(sorted(read.meant))
        lines = self._lines.lines_of(article)
        _, ratio, place = process.extractOne(asked, self._lines.sorted_spellings[lines.start : lines.stop], scorer=fuzz.ratio)
        return ratio / 100.0, self._lines.texts[lines.start + place]

    def _explain(self, read: Read, scored: Scored, finalists: Sequence[Scored]) -> Match:
        """The finalist as it is handed out, with its confidence and what speaks for it; `finalists` has the highest score first.

        A question without a content word ("how do I") has no confidence in anything, unless it is word for word a line.
        """
        entry = self._entries[scored.article]
        asked = content_words(read.meant)
        shared = tuple(word for word in asked if self._coverage.uses(scored.article, stem(word)))
        covered = share(len(shared), len(asked))
        best_other = next((other.score for other in finalists if other is not scored), 0.0)
        confidence = self._calibration.confidence(
            score=scored.score if asked else 0.0, lead=scored.score - best_other, known=read.known, covered=covered
        )
        if read.is_guessed:
            confidence = min(confidence, GUESSED)
        if scored.word_for_word:
            confidence = max(confidence, WORD_FOR_WORD)
        return Match(
            article=entry.article,
            title=entry.title,
            score=scored.score,
            confidence=round(confidence, _DIGITS),
            parts=scored.parts,
            words=shared,
            nearest=scored.nearest,
            covered=round(covered, _DIGITS),
        )


def _all_words(entry: Entry) -> list[str]:
    """Every word of the article: title, phrasings, tags, topic, body."""
    return words("\n".join((entry.title, *entry.phrasings, *entry.tags, entry.topic, without_markdown(entry.body))))


def _members(labels: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """For every label the places that have it."""
    array = np.array(labels, dtype=object)
    return {label: np.asarray(array == label, dtype=bool) for label in sorted(set(labels))}


def _any_of(members: dict[str, NDArray[np.bool_]], labels: Collection[str], size: int) -> NDArray[np.bool_]:
    """The places that have one of the labels."""
    found = np.zeros(size, dtype=bool)
    for label in labels:
        if label in members:
            found |= members[label]
    return found


def _largest(values: Floats, count: int) -> list[int]:
    """The places of the largest values above 0, in ascending order; of equal values at the edge, the first places."""
    if len(values) > count:
        edge = np.partition(values, len(values) - count)[len(values) - count]
        above, level = np.flatnonzero(values > edge), np.flatnonzero(values == edge)
        chosen = np.sort(np.concatenate([above, level[: count - len(above)]]))
    else:
        chosen = np.arange(len(values))
    return [int(place) for place in chosen if values[place] > 0.0]


def _silent(stage: str, done: int, total: int) -> None:
    """Reports nothing."""
