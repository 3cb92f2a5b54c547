from intents.normalise import stems, words
from intents.thesaurus import read_meanings, signs


def test_words_and_phrases_of_one_meaning_share_its_sign() -> None:
    table = read_meanings("holiday, vacation, time off\n\nroom, boardroom")
    expected = signs(["holiday"], table)
    assert len(expected) == 1
    assert signs(stems(words("Some time off")), table) == expected
    assert signs(stems(words("vacations")), table) == expected
    assert signs(["time"], table) == []
    assert signs(stems(words("vacation in the boardroom")), table) == [*expected, *signs(["room"], table)]


def test_a_word_may_have_several_meanings() -> None:
    assert len(signs(stems(["leave"]), read_meanings())) == 2


def test_signs_cannot_be_typed() -> None:
    every = {sign for found in read_meanings().values() for sign in found}
    assert every
    assert not any(word in every for sign in every for word in words(sign))
