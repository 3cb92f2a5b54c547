import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.normalise import LONGEST_QUESTION, is_content, is_identifier, normalise, shorten, stem, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Hello\t\nWORLD  ", "hello world"),
        ("don’t “quote” me", 'don\'t "quote" me'),
        ("ﬁle ＡＢＣ", "file abc"),
        ("pass\u200bword \u202eabc\u202c", "password abc"),
        ("bell\x07here", "bell here"),
        ("see https://www.vpn.example.com/a?b=c now", "see vpn example now"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I can't log in", ["i", "can", "not", "login"]),
        ("dont cannot won't", ["do", "not", "can", "not", "will", "not"]),
        ("E-Mail and Wi-Fi and my user name", ["email", "and", "wifi", "and", "my", "username"]),
        ("error 0x80070005!", ["error", "0x80070005"]),
        ("ERR_NO_NET", ["err_no_net", "err", "no", "net"]),
        ("out-of-office", ["out", "of", "office"]),
        ("windows 11.2", ["windows", "11.2", "11", "2"]),
        ("👍 🎉", []),
        ("مرحبا بالعالم", ["مرحبا", "بالعالم"]),
        ("the supplier's invoice", ["the", "suppliers", "invoice"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("printers", "printer"), ("policies", "policy"), ("access", "access"), ("status", "status"), ("planned", "plan"),
        ("calling", "call"), ("crashes", "crash"), ("string", "string"), ("0x80070005s", "0x80070005s"), ("bus", "bus"), ("used", "used"),
    ],
)  # fmt: skip
def test_stem(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_word_forms_meet_in_one_stem() -> None:
    assert len({stem(word) for word in ("share", "shares", "shared", "sharing")}) == 1
    assert len({stem(word) for word in ("expire", "expires", "expired", "expiring")}) == 1


def test_identifiers_and_content_words() -> None:
    assert [is_identifier(word) for word in ("0x80070005", "err_no_net", "printer")] == [True, True, False]
    assert [is_content(word) for word in ("printer", "the", "x", "7")] == [True, False, False, True]


def test_a_long_question_is_cut_at_the_same_place_every_time() -> None:
    long = "printer jam " * 2000
    assert len(shorten(long)) <= LONGEST_QUESTION
    assert shorten(long) == shorten(long + "something else")


@given(st.text(max_size=400))
def test_normalise_is_stable(text: str) -> None:
    once = normalise(text)
    assert once == " ".join(once.split())
    assert words(text) == words(text)


def test_lone_surrogates_and_private_characters_do_not_survive() -> None:
    assert normalise("a\ud800b\ue000c").encode() == b"abc"
