"""Titles and phrasings, the lines a question is compared with one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from .model import Entry
from .normalise import stems, words
from .tfidf import Counts, Floats, TfidfIndex, Weighted, build_index, letter_terms, letter_vectorizer, neighbours, term_vectorizer
from .thesaurus import Meanings, signs

WORDS_SHARE = 0.4
"""Share of the word comparison in a line's score; the rest is letter groups, which forgive misspelling and word forms."""


@dataclass(frozen=True, slots=True)
class LineScores:
    """Per article, each between 0 and 1: its nearest line, and the middle of all its lines."""

    nearest: Floats
    centre: Floats


@dataclass(frozen=True, slots=True)
class LineIndex:
    """The lines of all articles, article after article; `first_lines` says where each article begins."""

    meanings: Meanings
    texts: list[str]
    sorted_spellings: list[str]
    first_lines: Counts
    words: TfidfIndex
    letters: TfidfIndex
    spreads: Floats

    def lines_of(self, article: int) -> range:
        """The numbers of the article's lines."""
        end = self.first_lines[article + 1] if article + 1 < len(self.first_lines) else len(self.texts)
        return range(int(self.first_lines[article]), int(end))

    def queries(self, asked: Sequence[str]) -> tuple[Weighted, Weighted]:
        """The question's vector of word terms and its vector of letter groups."""
        return self.words.query(word_terms(stems(asked), self.meanings)), self.letters.query(letter_terms(asked))

    def score(self, words: Weighted, letters: Weighted) -> LineScores:
        """What the question's similarity to every line comes to for every article."""
        by_words = self.words.postings.scores(words)
        by_letters = self.letters.postings.scores(letters)
        similar = WORDS_SHARE * by_words + (1.0 - WORDS_SHARE) * by_letters
        if not len(similar):
            return LineScores(similar, similar)
        nearest = np.maximum.reduceat(similar, self.first_lines)
        centre = np.add.reduceat(similar, self.first_lines) / self.spreads
        return LineScores(nearest, centre)


def article_lines(entry: Entry) -> list[str]:
    """The title and then every phrasing that differs from the lines before it; never empty."""
    seen: dict[str, str] = {}
    for line in (entry.title, *entry.phrasings):
        seen.setdefault(" ".join(words(line)), line)
    return list(seen.values())


def word_terms(stemmed: Sequence[str], meanings: Meanings) -> list[str]:
    """What words are compared by: the stems, the pairs of neighbours, and the signs of their meanings."""
    return [*stemmed, *neighbours(stemmed), *signs(stemmed, meanings)]


def build_lines(articles: Sequence[Sequence[str]], meanings: Meanings) -> tuple[LineIndex, csr_matrix, csr_matrix]:
    """The index of the lines of every article, with its two scikit-learn matrices (words, letters)."""
    texts = [line for lines in articles for line in lines]
    split = [words(line) for line in texts]
    spellings = [" ".join(line) for line in split]
    texts_of_stems = [" ".join(stems(line)) for line in split]
    by_words, word_matrix = build_index(texts_of_stems, term_vectorizer(lambda text: word_terms(text.split(), meanings)))
    by_letters, letter_matrix = build_index(spellings, letter_vectorizer())
    starts = np.cumsum([0, *(len(lines) for lines in articles)])[:-1].astype(np.int64)
    spreads = _spreads(word_matrix, letter_matrix, starts)
    in_order = [" ".join(sorted(line)) for line in split]
    return LineIndex(meanings, texts, in_order, starts, by_words, by_letters, spreads), word_matrix, letter_matrix


def _spreads(word_matrix: csr_matrix, letter_matrix: csr_matrix, starts: Counts) -> Floats:
    """The length of the sum of every article's line vectors: dividing summed similarities by it gives the cosine to their centroid."""
    squares = WORDS_SHARE * _squared_sums(word_matrix, starts) + (1.0 - WORDS_SHARE) * _squared_sums(letter_matrix, starts)
    return np.sqrt(np.maximum(squares, 1e-9))


def _squared_sums(matrix: csr_matrix, starts: Counts) -> Floats:
    """The squared length of the sum of the rows of every article."""
    rows, _ = matrix.shape
    if not rows:
        return np.zeros(0)
    groups = csr_matrix((np.ones(rows, dtype=np.float32), np.arange(rows), np.append(starts, rows)), shape=(len(starts), rows))
    sums = groups @ matrix
    return np.asarray(sums.multiply(sums).sum(axis=1), dtype=np.float64).ravel()
