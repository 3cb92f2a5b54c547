"""TF-IDF built by scikit-learn and asked without it: term-major postings in plain arrays."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MOST_POSTINGS = 400_000
"""Postings read for one question in one index, rarest terms first; the rest are terms that say next to nothing."""

Weighted = list[tuple[int, float]]
"""Numbers of terms, each with the question's weight for it."""


@dataclass(frozen=True, slots=True)
class Postings:
    """For every term the rows that have it and its weight in each."""

    starts: Counts
    rows: NDArray[np.int32]
    weights: NDArray[np.float32]
    size: int

    @classmethod
    def from_matrix(cls, matrix: csr_matrix) -> "Postings":
        """Postings of a scipy matrix of rows by terms."""
        columns = matrix.tocsc()
        columns.sort_indices()
        starts = columns.indptr.astype(np.int64)
        return cls(starts, columns.indices.astype(np.int32), columns.data.astype(np.float32), int(columns.shape[0]))

    def length(self, term: int) -> int:
        """How many rows have the term."""
        return int(self.starts[term + 1] - self.starts[term])

    def rows_of(self, term: int) -> NDArray[np.int32]:
        """The rows that have the term, in ascending order."""
        return self.rows[self.starts[term] : self.starts[term + 1]]

    def scores(self, query: Weighted) -> Floats:
        """The sum over the query's terms of query weight times row weight, one figure a row."""
        chosen = self._affordable(query)
        if not chosen:
            return np.zeros(self.size)
        spans = [slice(int(self.starts[term]), int(self.starts[term + 1])) for term, _ in chosen]
        rows = np.concatenate([self.rows[span] for span in spans])
        values = np.concatenate([self.weights[span] * np.float32(weight) for span, (_, weight) in zip(spans, chosen, strict=True)])
        return np.bincount(rows, weights=values, minlength=self.size).astype(np.float64, copy=False)

    def _affordable(self, query: Weighted) -> Weighted:
        """The query's terms, without its commonest if all together have more than MOST_POSTINGS rows."""
        if sum(self.length(term) for term, _ in query) <= MOST_POSTINGS:
            return query
        kept: Weighted = []
        spent = 0
        for term, weight in sorted(query, key=lambda pair: (self.length(pair[0]), pair[0])):
            spent += self.length(term)
            if spent > MOST_POSTINGS and kept:
                break
            kept.append((term, weight))
        return kept


@dataclass(frozen=True, slots=True)
class TfidfIndex:
    """Rows of text that can be compared with a question by the cosine of their TF-IDF vectors."""

    vocabulary: dict[str, int]
    idf: list[float]
    postings: Postings

    def query(self, terms: Iterable[str]) -> Weighted:
        """The unit vector that scikit-learn's `transform` gives for the same terms; unknown terms are left out."""
        counts = Counter(number for term in terms if (number := self.vocabulary.get(term)) is not None)
        raw = [(number, (1.0 + math.log(count)) * self.idf[number]) for number, count in sorted(counts.items())]
        length = math.sqrt(sum(weight * weight for _, weight in raw))
        return [(number, weight / length) for number, weight in raw]


def build_index(texts: Sequence[str], vectorizer: TfidfVectorizer) -> tuple[TfidfIndex, csr_matrix]:
    """The index of the texts and the scikit-learn matrix (rows by terms) it was made of."""
    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn's way of saying that no text has a word
        vectorizer.fit(["∅"])
        matrix = csr_matrix((len(texts), 1), dtype=np.float32)
    vocabulary = {str(term): int(number) for term, number in vectorizer.vocabulary_.items()}
    idf = [float(value) for value in vectorizer.idf_]
    return TfidfIndex(vocabulary, idf, Postings.from_matrix(matrix)), matrix


def term_vectorizer(terms: Callable[[str], list[str]]) -> TfidfVectorizer:
    """Weights for the terms that the function finds in a text."""
    return TfidfVectorizer(analyzer=terms, lowercase=False, sublinear_tf=True, dtype=np.float32)


def letter_vectorizer() -> TfidfVectorizer:
    """Weights for groups of three and four letters inside words; a text is its words joined by spaces."""
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), lowercase=False, sublinear_tf=True, dtype=np.float32)


def neighbours(stems: Sequence[str]) -> list[str]:
    """The pairs of neighbours among these stems, each joined by a space."""
    return [f"{first} {second}" for first, second in pairwise(stems)]


def letter_terms(words: Sequence[str]) -> list[str]:
    """The terms `letter_vectorizer` finds in these words: a word shorter than the group gives itself once."""
    found: list[str] = []
    for word in words:
        padded = f" {word} "
        for size in (3, 4):
            found.extend(padded[start : start + size] for start in range(max(1, len(padded) - size + 1)))
            if len(padded) <= size:
                break
    return found
