"""The plain-array query path says what scikit-learn's `transform` says."""

import numpy as np
import pytest

from intents import tfidf
from intents.lines import word_terms
from intents.normalise import stems, words
from intents.tfidf import Postings, Weighted, build_index, letter_terms, letter_vectorizer, term_vectorizer
from intents.thesaurus import read_meanings

TEXTS = ["Reset a forgotten password", "the vpn is slow is slow", "A paper jam", "my VPN does not connect", "i"]
QUESTIONS = ["my password is forgotten", "is is the vpn slow", "a", "nothing known: xyzzy", "", "jam jam jam in a paper tray"]
MEANINGS = read_meanings()


def dense(query: Weighted, width: int) -> np.ndarray:
    vector = np.zeros(width)
    for number, weight in query:
        vector[number] = weight
    return vector


@pytest.mark.parametrize("question", QUESTIONS)
def test_letter_vector_equals_scikit_learn(question: str) -> None:
    vectorizer = letter_vectorizer()
    index, matrix = build_index([" ".join(words(text)) for text in TEXTS], vectorizer)
    expected = vectorizer.transform([" ".join(words(question))])
    query = index.query(letter_terms(words(question)))
    assert np.allclose(dense(query, len(index.vocabulary)), expected.toarray()[0], atol=1e-6)
    assert np.allclose(index.postings.scores(query), (expected @ matrix.T).toarray()[0], atol=1e-6)


@pytest.mark.parametrize("question", QUESTIONS)
def test_word_vector_equals_scikit_learn(question: str) -> None:
    vectorizer = term_vectorizer(lambda text: word_terms(text.split(), MEANINGS))
    index, matrix = build_index([" ".join(stems(words(text))) for text in TEXTS], vectorizer)
    expected = vectorizer.transform([" ".join(stems(words(question)))])
    query = index.query(word_terms(stems(words(question)), MEANINGS))
    assert np.allclose(dense(query, len(index.vocabulary)), expected.toarray()[0], atol=1e-6)
    assert np.allclose(index.postings.scores(query), (expected @ matrix.T).toarray()[0], atol=1e-6)


def test_texts_without_words_make_an_index_that_scores_nothing() -> None:
    index, _ = build_index(["", "  "], letter_vectorizer())
    assert index.postings.scores(index.query(letter_terms(["vpn"]))).tolist() == [0.0, 0.0]
    empty, _ = build_index([], letter_vectorizer())
    assert empty.postings.scores([]).tolist() == []


def test_beyond_the_budget_the_commonest_terms_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    index, _ = build_index(["a b", "a c", "a d"], term_vectorizer(str.split))
    monkeypatch.setattr(tfidf, "MOST_POSTINGS", 3)
    query = index.query(["a", "b"])
    assert index.postings.scores(query).tolist()[1:] == [0.0, 0.0]
    assert index.postings.scores(query)[0] > 0


def test_rows_of_a_term() -> None:
    index, _ = build_index(["a b", "b", "c"], term_vectorizer(str.split))
    assert isinstance(index.postings, Postings)
    assert index.postings.rows_of(index.vocabulary["b"]).tolist() == [0, 1]
    assert index.postings.length(index.vocabulary["c"]) == 1
