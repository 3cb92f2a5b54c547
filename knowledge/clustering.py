"""Questions that are about the same thing, put together. Deterministic: the same questions make the same groups on every machine."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from intents.normalise import is_content, stem, words

_AT_ONCE = 500


def cluster(questions: Sequence[str], *, similar_at: float) -> list[list[int]]:
    """Groups of places in `questions`, each group and its members in the order in which they were given.

    The first question that is like none before it leads a new group; every other one joins the leader that it is most like, when their
    cosine over character 3- and 4-grams of content words is at least `similar_at`. There are no chains: whoever is in a group is
    like its leader.
    """
    if not questions:
        return []
    vectors = _vectors([_content(question) for question in questions])
    groups: list[list[int]] = []
    leaders: list[int] = []
    for place, likeness in enumerate(_likenesses(vectors)):
        to_leaders = likeness[leaders]
        nearest = int(to_leaders.argmax()) if leaders else -1
        if leaders and to_leaders[nearest] >= similar_at:
            groups[nearest].append(place)
        else:
            leaders.append(place)
            groups.append([place])
    return groups


def _vectors(texts: Sequence[str]) -> Any:
    """One sparse row of length 1 for each text (all zero when the text has no letters)."""
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True, dtype=np.float32)
    return vectorizer.fit_transform([text or "?" for text in texts]).tocsr()


def _likenesses(vectors: Any) -> Iterator[NDArray[np.float32]]:
    """For every text in turn its cosine with all of them, to six digits so that machines agree."""
    for start in range(0, vectors.shape[0], _AT_ONCE):
        yield from (vectors[start : start + _AT_ONCE] @ vectors.T).toarray().round(6)


def _content(question: str) -> str:
    """The question's content words in their stems; all its words when it has no content word."""
    read = words(question[:2000])
    return " ".join(stem(word) for word in read if is_content(word)) or " ".join(read)
