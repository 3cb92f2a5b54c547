import pytest

from intents.lexicon import Lexicon, build_lexicon
from intents.reading import MOST_SENTENCES, content_words, read_question


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return build_lexicon([["printer", "paper", "password", "reset", "meeting"]])


def test_one_sentence_is_not_cut(lexicon: Lexicon) -> None:
    read = read_question("My pritner needs paper.", lexicon)
    assert read.words == ("my", "pritner", "needs", "paper")
    assert read.meant == ("my", "printer", "needs", "paper")
    assert [(repair.typed, repair.read_as) for repair in read.repairs] == [("pritner", "printer")]
    assert read.known == 0.5
    assert read.sentences == ()


def test_sentences_and_lines_are_cut_and_repaired(lexicon: Lexicon) -> None:
    read = read_question("I was in a meeting. Hello?\nreset my pasword\n\nthanks", lexicon)
    assert read.sentences == (("i", "was", "in", "a", "meeting"), ("reset", "my", "password"))


def test_of_a_long_story_the_telling_sentences_are_kept(lexicon: Lexicon) -> None:
    story = "A meeting. " * 3 + " ".join(f"Meeting {number}." for number in range(10)) + " Printer paper password reset."
    read = read_question(story, lexicon)
    assert len(read.sentences) == MOST_SENTENCES
    assert read.sentences[-1] == ("printer", "paper", "password", "reset")


def test_content_words_come_once_and_in_order() -> None:
    assert content_words(("the", "printer", "is", "a", "printer", "tray")) == ("printer", "tray")
