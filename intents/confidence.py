"""From a score to a chance: how likely it is that a candidate answers the question."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of a logistic model over what is known of one candidate."""

    offset: float
    score: float
    lead: float
    known: float
    covered: float

    def confidence(self, *, score: float, lead: float, known: float, covered: float) -> float:
        """The chance (0 to 1) that the candidate answers the question; 0 for a score of 0.

        `lead` is its score less the best score of any other candidate, so below 0 for all but the first.
        """
        if score <= 0.0:
            return 0.0
        return logistic(self.offset + self.score * score + self.lead * lead + self.known * known + self.covered * covered)


def logistic(value: float) -> float:
    """The logistic function, safe for every float."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, value))))


WITHOUT_CLASSIFIER = Calibration(offset=-3.68, score=2.98, lead=18.71, known=0.63, covered=2.31)
"""Fitted by `validation.fit_calibration` to the questions of `knowledge/sample/validation.tsv` and `outside.tsv`, those without an article
weighted to a fifth of all."""

WITH_CLASSIFIER = Calibration(offset=-4.50, score=2.34, lead=6.71, known=0.65, covered=3.06)
"""Fitted in the same way to the 1,819 phrasings of the sample knowledge (five folds, each phrasing judged by a matcher built without it)
and `outside.tsv`, with the classifier made to take part."""

WORD_FOR_WORD = 0.97
"""The least confidence in an article one of whose lines is, word for word in any order, the question."""

GUESSED = 0.5
"""The most confidence in anything when the words had to be guessed (see `Read.is_guessed`): enough to ask."""
