"""Our words, and the organisation's in place of them."""

import re
from string import Formatter

import pytest

from bot.texts import Texts, UnknownText


def test_our_own_texts_are_sound() -> None:
    texts = Texts()
    assert texts.say("greeting", name=" Anna").startswith("Hello Anna!")
    assert texts.text("button", "yes") == "Yes"
    assert "hello" in texts.words("phrases", "greeting")
    assert texts.words("by_area", "legal") == ()


def test_every_pattern_compiles_and_every_brace_closes() -> None:
    texts = Texts()
    for name in texts.names("patterns"):
        for pattern in texts.words("patterns", name):
            re.compile(pattern)
    for name in texts.names("say"):
        assert list(Formatter().parse(texts.text("say", name)))


def test_no_phrase_means_two_opposite_things() -> None:
    texts = Texts()
    yes = {*texts.words("phrases", "yes"), *texts.words("phrases", "helped")}
    no = {*texts.words("phrases", "no"), *texts.words("phrases", "not_helped")}
    courtesy = {*texts.words("phrases", "thanks"), *texts.words("phrases", "noted"), *texts.words("phrases", "around")}
    assert not yes & no
    assert not courtesy & (yes | no) - {"indeed"}


def test_own_words_take_the_place_of_ours() -> None:
    changed: dict[str, object] = {
        "say": {"greeting": "Moin{name}!", "thanks": "Any time."},
        "button": {"yes": "Jo"},
        "phrases": {"greeting": ["moin"]},
        "by_area": {"legal": ["contract"], "it": []},
        "fact": {"contract": "which contract is it about?"},
        "fact_label": {"contract": "Contract"},
    }
    texts = Texts("en", changed)
    assert texts.say("greeting", name="") == "Moin!"
    assert texts.say("thanks") == "Any time."
    assert texts.text("button", "yes") == "Jo"
    assert texts.text("button", "no") == "No"
    assert texts.words("phrases", "greeting") == ("moin",)
    assert texts.words("by_area", "legal") == ("contract",)
    assert texts.words("by_area", "it") == ()


def test_the_next_texts_are_ours_again() -> None:
    Texts("en", {"say": {"thanks": "Any time."}, "phrases": {"greeting": ["moin"]}})
    assert Texts().say("thanks") != "Any time."
    assert "hello" in Texts().words("phrases", "greeting")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"sey": {"greeting": "x"}}, "texts.sey: there is no such section. Sections are say, button"),
        ({"say": "x"}, "texts.say: there is no such section"),
        ({"say": {"greting": "x"}}, "texts.say.greting: there is no such text. Texts there are greeting"),
        ({"say": {"greeting": ["x"]}}, "texts.say.greeting: expected a text, found a list of texts."),
        ({"say": {"greeting": 5}}, "texts.say.greeting: expected a text, found a number."),
        ({"say": {"greeting": True}}, "texts.say.greeting: expected a text, found true or false."),
        ({"phrases": {"greeting": "hi"}}, "texts.phrases.greeting: expected a list of texts, found a text."),
        ({"phrases": {"greeting": ["hi", 5]}}, "texts.phrases.greeting: expected a list of texts, found a list of something else."),
        ({"say": {"greeting": "Hello {nmae}!"}}, "texts.say.greeting: nothing is known to fill in for {nmae}. Allowed are {name}."),
        ({"say": {"thanks": "Bye {name}"}}, "texts.say.thanks: nothing is known to fill in for {name}. Allowed are none."),
        ({"say": {"thanks": "Bye {}"}}, "texts.say.thanks: nothing is known to fill in for {}. Allowed are none."),
        ({"say": {"greeting": "Hello {name"}}, "texts.say.greeting: the braces do not match"),
        ({"patterns": {"person": ["(human"]}}, "texts.patterns.person: '(human' is not a regular expression"),
        (
            {"by_area": {"legal": ["contract"]}},
            "texts.by_area.legal: “contract” needs a text of its own in texts.fact and in texts.fact_label.",
        ),
        ({"by_area": {"legal": "contract"}}, "texts.by_area.legal: expected a list of texts, found a text."),
        ({"fact": {"contract": ["x"]}}, "texts.fact.contract: expected a text, found a list of texts."),
    ],
)
def test_a_wrong_text_says_which_and_what_is_allowed(changed: dict[str, object], complaint: str) -> None:
    with pytest.raises(UnknownText, match=re.escape(complaint)):
        Texts("en", changed)
