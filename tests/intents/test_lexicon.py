import pytest

from intents.lexicon import Lexicon, build_lexicon
from intents.normalise import words


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    texts = ["reset your password", "password reset for the printer", "connect the printer", "authenticator approval", "holiday request"]
    return build_lexicon(words(text) for text in texts)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pasword", "password"), ("passwrod", "password"), ("rpinter", "printer"), ("conect", "connect"), ("authentcator", "authenticator"),
        ("passwordreset", "password reset"), ("autenticatr", "authenticator"),
    ],
)  # fmt: skip
def test_misspelt_words_are_repaired(lexicon: Lexicon, typed: str, meant: str) -> None:
    read, repairs = lexicon.repair([typed])
    assert read == meant.split()
    assert [(repair.typed, repair.read_as) for repair in repairs] == [(typed, meant)]


@pytest.mark.parametrize("word", ["printers", "rest", "teh", "0x80070005", "weather", "xyzzyxyzzy", "holidays", "пароль"])
def test_known_short_ordinary_and_far_words_are_left_alone(lexicon: Lexicon, word: str) -> None:
    assert lexicon.repair([word]) == ([word], ())


def test_known_share_counts_content_words_before_repair(lexicon: Lexicon) -> None:
    assert lexicon.known_share(["reset", "my", "pasword"]) == 0.5
    assert lexicon.known_share(["how", "do", "i"]) == 0.0
    assert lexicon.known_share([]) == 0.0
    assert lexicon.known_share(["printers"]) == 1.0


def test_a_repair_is_reported_once(lexicon: Lexicon) -> None:
    read, repairs = lexicon.repair(["pasword", "and", "pasword"])
    assert read == ["password", "and", "password"]
    assert len(repairs) == 1


def test_spared_words_are_not_repaired() -> None:
    assert build_lexicon([["printer"]], spared=["pointer"]).repair(["pointers"]) == (["pointers"], ())
    assert build_lexicon([["printer"]]).repair(["prointer"])[0] == ["printer"]
