"""How much of a question an article speaks about: BM25 over title, phrasings, tags and one passage of the body at a time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from .model import Entry
from .normalise import stems, without_markdown, words
from .tfidf import Counts, Floats, Postings, Weighted
from .thesaurus import Meanings, signs

PASSAGE_WORDS = 120
"""A body longer than this is cut, at the ends of lines where possible, so that long articles do not drown their own details."""

_K1 = 2.0
_B = 0.4
_TITLE_COPIES = 3


@dataclass(frozen=True, slots=True)
class CoverageIndex:
    """Passages of articles, each with the article's title and phrasings, weighted by BM25 (Robertson and Zaragoza 2009)."""

    meanings: Meanings
    vocabulary: dict[str, int]
    idf: list[float]
    rarest: float
    postings: Postings
    first_rows: Counts

    def weight(self, stemmed: Sequence[str]) -> float:
        """The question's weight: the sum over its different words; one that no article has weighs as much as the rarest word."""
        numbers = (self.vocabulary.get(term) for term in sorted(set(_terms(stemmed, self.meanings))))
        return sum(self.rarest if number is None else self.idf[number] for number in numbers)

    def scores(self, stemmed: Sequence[str]) -> Floats:
        """For every article the share (0 to 1) of the question's weight that its best passage covers."""
        asked = sorted(set(_terms(stemmed, self.meanings)))
        known: Weighted = [(number, 1.0) for term in asked if (number := self.vocabulary.get(term)) is not None]
        if not known or not len(self.first_rows):
            return np.zeros(len(self.first_rows))
        covered = np.maximum.reduceat(self.postings.scores(known), self.first_rows)
        return covered / (self.weight(stemmed) * (_K1 + 1.0))

    def uses(self, article: int, stemmed: str) -> bool:
        """Whether the article has the stem anywhere."""
        number = self.vocabulary.get(stemmed)
        if number is None:
            return False
        rows = self.postings.rows_of(number)
        end = self.first_rows[article + 1] if article + 1 < len(self.first_rows) else self.postings.size
        place = int(np.searchsorted(rows, self.first_rows[article]))
        return place < len(rows) and int(rows[place]) < int(end)


def cut_passages(body: str) -> list[list[str]]:
    """The stems of the body in passages of at most about PASSAGE_WORDS words; an empty body is one empty passage."""
    passages: list[list[str]] = [[]]
    for line in without_markdown(body).splitlines():
        found = stems(words(line))
        if passages[-1] and len(passages[-1]) + len(found) > PASSAGE_WORDS:
            passages.append([])
        while len(found) > PASSAGE_WORDS:
            passages[-1].extend(found[:PASSAGE_WORDS])
            passages.append([])
            found = found[PASSAGE_WORDS:]
        passages[-1].extend(found)
    return passages


def passage_texts(entry: Entry) -> list[str]:
    """One text of stems for every passage, with the article's title (several times), phrasings, tags and topic in front."""
    title = stems(words(entry.title))
    heading = [*title * _TITLE_COPIES, *stems(words(" ".join(entry.phrasings))), *stems(words(" ".join((*entry.tags, entry.topic))))]
    return [" ".join([*heading, *passage]) for passage in cut_passages(entry.body)]


def build_coverage(passages: Sequence[Sequence[str]], meanings: Meanings) -> CoverageIndex:
    """The index of the passages of every article, in the articles' order."""
    texts = [text for article in passages for text in article]
    vectorizer = CountVectorizer(analyzer=lambda text: _terms(text.split(), meanings), lowercase=False, dtype=np.float32)
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn's way of saying that no text has a word
        vectorizer.fit(["∅"])
        counts = csr_matrix((len(texts), 1), dtype=np.float32)
    starts = np.cumsum([0, *(len(article) for article in passages)])[:-1].astype(np.int64)
    idf = _idf(counts)
    vocabulary = {str(word): int(number) for word, number in vectorizer.vocabulary_.items()}
    rarest = math.log1p((len(texts) + 0.5) / 0.5)
    return CoverageIndex(meanings, vocabulary, idf.tolist(), rarest, _weigh(counts, idf), starts)


def _terms(stemmed: Sequence[str], meanings: Meanings) -> list[str]:
    """The stems and the signs of their meanings."""
    return [*stemmed, *signs(stemmed, meanings)]


def _idf(counts: csr_matrix) -> Floats:
    """BM25's inverse document frequency of every word; never negative."""
    having = np.bincount(counts.indices, minlength=counts.shape[1]).astype(np.float64)
    return np.asarray(np.log1p((counts.shape[0] - having + 0.5) / (having + 0.5)), dtype=np.float64)


def _weigh(counts: csr_matrix, idf: Floats) -> Postings:
    """The counts with every figure replaced by its BM25 weight."""
    lengths = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    usual = float(lengths.mean()) if len(lengths) and lengths.any() else 1.0
    damping = _K1 * (1.0 - _B + _B * lengths / usual)
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    weights = idf[counts.indices] * counts.data * (_K1 + 1.0) / (counts.data + damping[rows])
    return Postings.from_matrix(csr_matrix((weights, counts.indices, counts.indptr), shape=counts.shape))
