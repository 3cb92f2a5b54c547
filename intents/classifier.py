"""A linear classifier on the line features, for knowledge with enough phrasings to learn from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.svm import LinearSVC

from .tfidf import Counts, Floats, Weighted

ENOUGH_LINES = 15.0
"""Lines an article must have on average (title included); below this the comparison of lines is better without a classifier."""

MOST_WEIGHTS = 40_000_000
"""Articles times features (160 MB): above this no classifier is trained, because time and memory grow with the product."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """One weight for every feature and article, and one offset an article."""

    weights: NDArray[np.float32]
    offsets: Floats
    first_letter_feature: int

    def scores(self, words: Weighted, letters: Weighted) -> Floats:
        """For every article how surely the question falls on its side of the boundary: 0 far outside, 0.5 on it, 1 well inside."""
        query = [*words, *((number + self.first_letter_feature, weight) for number, weight in letters)]
        if not query:
            return np.zeros(len(self.offsets))
        features = [number for number, _ in query]
        values = np.array([weight for _, weight in query], dtype=np.float32)
        distances = values @ self.weights[features] + self.offsets
        return np.clip((distances.astype(np.float64) + 1.0) / 2.0, 0.0, 1.0)


def train_classifier(word_matrix: csr_matrix, letter_matrix: csr_matrix, first_lines: Counts) -> Classifier | None:
    """A one-against-the-rest LinearSVC over the lines; None where it would not pay (see ENOUGH_LINES, MOST_WEIGHTS)."""
    lines, word_features = word_matrix.shape
    articles = len(first_lines)
    if articles < 3 or lines < ENOUGH_LINES * articles:
        return None
    if articles * (word_features + letter_matrix.shape[1]) > MOST_WEIGHTS:
        return None
    owners = np.repeat(np.arange(articles), np.diff(np.append(first_lines, lines)))
    model = LinearSVC(C=1.0, random_state=0)
    model.fit(hstack([word_matrix, letter_matrix]).tocsr(), owners)
    return Classifier(np.ascontiguousarray(model.coef_.T, dtype=np.float32), model.intercept_.astype(np.float64), word_features)
