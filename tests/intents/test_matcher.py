import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents import classifier
from intents.decision import decide
from intents.matcher import Matcher
from intents.model import Answer, Entry, MatchingSettings, Understanding, Unknown


def found(understanding: Understanding) -> list[str]:
    return [match.article for match in understanding.matches]


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("i forgot my password", "reset-password"),
        ("i have forgotten the passwords", "reset-password"),
        ("my pasword is forgoten", "reset-password"),
        ("the vpn wont connect", "vpn-fails"),
        ("vpn conection fails in hotle", "vpn-fails"),
        ("why is the vpn so slow today", "vpn-slow"),
        ("paper stuck in printer", "paper-jam"),
        ("how can I get annual leave", "leave-request"),
        ("0x80070005", "vpn-fails"),
        ("what is error 0x80070005?", "vpn-fails"),
        ("where can i borrow a projector", "no-phrasings"),
        ("is there a projector at reception", "no-phrasings"),
        ("Wie beantrage ich Urlaub?", "urlaub"),
        ("HELP!!! printer jammed 😡😡", "paper-jam"),
    ],
)
def test_the_right_article_comes_first(matcher: Matcher, question: str, article: str) -> None:
    assert found(matcher.match(question))[0] == article


@pytest.mark.parametrize("question", ["who won the football match", "asdfgh qwerty", "", "   ", "👍", "!!!", "مرحبا", "how do i"])
def test_what_the_knowledge_does_not_cover_is_not_answered(matcher: Matcher, question: str) -> None:
    assert isinstance(decide(matcher.match(question), MatchingSettings()), Unknown)


def test_a_phrasing_word_for_word_is_answered(matcher: Matcher) -> None:
    understanding = matcher.match("VPN: not working!")
    assert understanding.matches[0].confidence >= 0.97
    assert isinstance(decide(understanding, MatchingSettings()), Answer)


def test_a_phrasing_of_two_articles_is_not_answered_but_asked_about() -> None:
    twins = [Entry("a", "Badge lost", ("badge help",)), Entry("b", "Badge broken", ("badge help",)), Entry("c", "Parking", ())]
    understanding = Matcher.build(twins).match("badge help")
    assert not isinstance(decide(understanding, MatchingSettings()), Answer)
    assert found(understanding)[:2] == ["a", "b"]


def test_what_is_said_about_a_match(matcher: Matcher) -> None:
    understanding = matcher.match("vpn does not conect from my hotel")
    assert [(repair.typed, repair.read_as) for repair in understanding.repairs] == [("conect", "connect")]
    assert "conect" in understanding.words
    assert understanding.known == pytest.approx(2 / 3)
    first = understanding.matches[0]
    assert first.words == ("vpn", "connect", "hotel")
    assert first.nearest in ("The VPN does not connect", "vpn times out at the hotel", "can't connect to vpn")
    assert first.score == pytest.approx(sum(part.value * part.weight for part in first.parts), abs=1e-5)
    assert sum(part.weight for part in first.parts) == pytest.approx(1.0)


def test_a_question_inside_a_story_is_found(matcher: Matcher) -> None:
    story = "I just came back from holiday with my team. The printer is jamed again!\nMy manager wants the report today, can you help?"
    understanding = matcher.match(story)
    assert found(understanding)[0] == "paper-jam"
    assert understanding.matches[0].words == ("printer", "jamed")


def test_as_many_matches_as_asked_for() -> None:
    many = Matcher.build([Entry(f"a{number:02}", f"Printer on floor {number}") for number in range(40)])
    assert len(many.match("printer", limit=30).matches) == 30


def test_matches_are_ordered_and_limited(matcher: Matcher) -> None:
    understanding = matcher.match("vpn", limit=2)
    assert len(understanding.matches) == 2
    confidences = [match.confidence for match in matcher.match("vpn", limit=50).matches]
    assert confidences == sorted(confidences, reverse=True)


def test_audience_is_filtered_before_ranking(matcher: Matcher) -> None:
    question = "approve a holiday request"
    assert found(matcher.match(question))[0] == "leave-approve"
    assert found(matcher.match(question, audiences={"managers"}))[0] == "leave-approve"
    everyone = matcher.match(question, audiences=())
    assert "leave-approve" not in found(everyone)
    assert found(everyone)[0] == "leave-request"
    without = Matcher.build([Entry("x", "Approve leave", audience="managers")])
    assert without.match("approve leave", audiences={"everyone"}).matches == ()


def test_language_is_filtered(matcher: Matcher) -> None:
    assert "urlaub" not in found(matcher.match("urlaub", language="en"))
    assert found(matcher.match("urlaub", language="de")) == ["urlaub"]
    assert matcher.match("urlaub", language="fr").matches == ()


def test_same_articles_in_any_order_give_the_same_bytes(entries: tuple[Entry, ...]) -> None:
    shuffled = list(entries)
    random.Random(3).shuffle(shuffled)
    one, two = Matcher.build(entries), Matcher.build(shuffled)
    for question in ("vpn", "holiday request please", "pasword", "0x80070005", "the tray of the printer"):
        assert repr(one.match(question)) == repr(two.match(question))


def test_ties_are_broken_by_the_articles_id() -> None:
    same = [Entry(name, "Broken lift") for name in ("b", "c", "a")]
    assert found(Matcher.build(same).match("lift is broken")) == ["a", "b", "c"]


def test_no_articles_match_nothing() -> None:
    empty = Matcher.build([])
    assert len(empty) == 0
    understanding = empty.match("vpn is slow")
    assert understanding.matches == ()
    assert understanding.known == 0.0
    assert empty.match("", audiences={"x"}, language="en").matches == ()


def test_articles_without_words_do_no_harm() -> None:
    strange = Matcher.build([Entry("empty", ""), Entry("emoji", "👍", ("",), "🎉"), Entry("vpn", "The VPN is slow")])
    assert found(strange.match("slow vpn")) == ["vpn"]


def test_twenty_thousand_characters(matcher: Matcher) -> None:
    long = "my printer has a paper jam. " * 750
    assert len(long) > 20_000
    assert found(matcher.match(long))[0] == "paper-jam"
    assert repr(matcher.match(long).matches) == repr(matcher.match(long + "vpn").matches)
    assert matcher.match("x" * 20_000).matches == ()


def test_the_long_body_of_an_article_does_not_drown_a_detail() -> None:
    filler = "\n".join(f"Paragraph {number} about travel and hotels and trains and flights." for number in range(200))
    articles = [Entry("long", "Travel handbook", (), filler + "\nPassports are renewed at the front office."), Entry("short", "Front desk")]
    assert found(Matcher.build(articles).match("renew my passport"))[0] == "long"


def test_meanings_may_be_replaced(entries: tuple[Entry, ...]) -> None:
    own = Matcher.build(entries, meanings="beamer, projector")
    assert found(own.match("beamer"))[0] == "no-phrasings"
    assert "no-phrasings" not in found(Matcher.build(entries, meanings="").match("beamer"))


def test_progress_is_reported(entries: tuple[Entry, ...]) -> None:
    seen: list[tuple[str, int, int]] = []
    Matcher.build(entries, progress=lambda stage, done, total: seen.append((stage, done, total)))
    assert [done for _, done, _ in seen] == list(range(5))
    assert {total for _, _, total in seen} == {4}


def test_a_classifier_takes_part_where_there_are_many_phrasings(entries: tuple[Entry, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifier, "ENOUGH_LINES", 1.0)
    taught = Matcher.build(entries)
    first = taught.match("the vpn does not connect").matches[0]
    assert first.article == "vpn-fails"
    assert "classifier" in [part.scorer for part in first.parts]
    assert all(0.0 <= part.value <= 1.0 for part in first.parts)
    assert repr(taught.match("vpn")) == repr(Matcher.build(list(reversed(entries))).match("vpn"))
    monkeypatch.setattr(classifier, "MOST_WEIGHTS", 1)
    assert "classifier" not in [part.scorer for part in Matcher.build(entries).match("vpn").matches[0].parts]


def test_a_phrasing_added_makes_its_article_found(entries: tuple[Entry, ...]) -> None:
    taught = [replace(one, phrasings=(*one.phrasings, "brexl")) if one.article == "paper-jam" else one for one in entries]
    assert Matcher.build(entries).match("brexl").matches == ()
    assert found(Matcher.build(taught).match("brexl")) == ["paper-jam"]


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(st.sampled_from(["vpn", "slow", "pasword", "holiday", "0x8", "👍", "tray", "team", "not"])).map(" ".join),
    )
)
def test_match_never_raises_and_confidence_is_a_chance(question: str) -> None:
    understanding = SMALL.match(question)
    assert 0.0 <= understanding.known <= 1.0
    for match in understanding.matches:
        assert 0.0 <= match.confidence <= 1.0
        assert 0.0 < match.score <= 1.0
        assert all(0.0 <= part.value <= 1.0 for part in match.parts)


SMALL = Matcher.build(
    [Entry("vpn", "The VPN is slow", ("vpn crawling",)), Entry("tray", "Paper tray"), Entry("team", "Approve leave of a team")]
)
