"""The bot's replies: short enough, honest about the wait, safe in Markdown."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot import replies
from bot.model import ArticleLink, Kind, Reply
from bot.texts import Texts
from bot.turnout import ShownArticle, State, TicketLine, Topic
from escalation.model import Expectation

TEXTS = Texts()
ARTICLE = ShownArticle(ArticleLink("vpn-drops", "The VPN drops", "http://desk.example/a/vpn-drops"), "1. Try again.", "it")


def ids(reply: Reply) -> list[str]:
    return [option.id for option in reply.choices]


def test_a_short_article_stays_whole() -> None:
    assert replies.shortened("One.\n\nTwo.") == "One.\n\nTwo."


def test_a_long_article_is_cut_between_paragraphs() -> None:
    body = "\n\n".join(f"{number} " + "word " * 60 for number in range(10))
    cut = replies.shortened(body)
    assert len(cut) <= replies.LONGEST_ANSWER + 2
    assert cut.endswith(" …")
    assert body.startswith(cut.removesuffix(" …"))
    assert cut.removesuffix(" …").endswith("word ")


def test_one_long_paragraph_is_cut_between_words() -> None:
    cut = replies.shortened("word " * 1000, limit=52)
    assert cut == f"{'word ' * 9}word …"


def test_one_word_without_end_is_cut_anyway() -> None:
    assert replies.shortened("x" * 5000, limit=10) == f"{'x' * 10} …"


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(0), "a minute"),
        (timedelta(seconds=20), "a minute"),
        (timedelta(minutes=1), "a minute"),
        (timedelta(minutes=5, seconds=10), "5 minutes"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=3, minutes=20), "3 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=9, hours=13), "10 days"),
    ],
)
def test_a_length_of_time_as_people_say_it(length: timedelta, said: str) -> None:
    assert replies.duration(length) == said


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("VPN keeps dropping", "VPN keeps dropping"),
        ("two\nlines\n\n and   blanks", "two lines and blanks"),
        ("*bold* <b> [link](x) `code` a_b #1 a|b ~", r"\*bold\* \<b\> \[link\](x) \`code\` a\_b \#1 a\|b \~"),
        ("word " * 30, f"{'word ' * 15}word …"),
    ],
)
def test_a_question_in_one_line(question: str, line: str) -> None:
    assert replies.quoted(question) == line


def test_an_answer_asks_whether_it_helped() -> None:
    reply = replies.answer(TEXTS, ARTICLE, confidence=0.9)
    assert reply.kind is Kind.ANSWER
    assert reply.text == "1. Try again.\n\nDid this help?"
    assert (reply.article, reply.confidence) == (ARTICLE.link, 0.9)
    assert ids(reply) == ["helped:vpn-drops", "not_helped:vpn-drops", "person"]


def test_a_choice_ends_with_none_and_a_person() -> None:
    reply = replies.choice(TEXTS, "choose", [ARTICLE])
    assert [(option.id, option.label) for option in reply.choices] == [
        ("article:vpn-drops", "The VPN drops"),
        ("none", "None of these"),
        ("person", "Talk to a person"),
    ]


@pytest.mark.parametrize(("shown", "passed_on"), [((), "your question and this chat"), (("vpn-drops",), "what we tried")])
def test_the_offer_of_a_person_says_what_is_passed_on(shown: tuple[str, ...], passed_on: str) -> None:
    reply = replies.offer_person(TEXTS, "unknown", State(shown=shown))
    assert passed_on in reply.text
    assert ids(reply) == ["person", "ask_again"]


@pytest.mark.parametrize(
    ("expectation", "said", "not_said"),
    [
        (Expectation(ahead=0), ["can't say yet how long"], ["ahead of you"]),
        (Expectation(ahead=1), ["one person ahead of you", "can't say yet"], ["people"]),
        (Expectation(ahead=4), ["4 people ahead of you"], ["one person"]),
        (
            Expectation(ahead=0, usual=timedelta(minutes=12), long=timedelta(hours=3)),
            ["usual wait is 12 minutes", "within 3 hours"],
            ["can't say", "ahead"],
        ),
    ],
)
def test_the_wait_is_told_honestly(expectation: Expectation, said: Sequence[str], not_said: Sequence[str]) -> None:
    reply = replies.handed_off(TEXTS, number=1001, area="Support desk", expectation=expectation, fact=None, again=False)
    assert "**1001**" in reply.text
    assert "**Support desk**" in reply.text
    assert all(words in reply.text for words in said)
    assert not any(words in reply.text for words in not_said)
    assert ids(reply) == ["withdraw:1001"]


def test_a_fact_may_be_skipped() -> None:
    reply = replies.handed_off(TEXTS, number=7, area="HR team", expectation=Expectation(ahead=0), fact="name", again=False)
    assert reply.text.endswith("To save time: what is your name?")
    assert ids(reply) == ["skip", "withdraw:7"]


def test_is_it_solved() -> None:
    reply = replies.is_it_solved(TEXTS, "agent_closed", number=7, agent="Ana")
    assert reply.text == "Ana has marked your request **7** as done. Is it solved?"
    assert ids(reply) == ["solved:7", "not_solved:7"]


def test_topics() -> None:
    assert "- **VPN** – for example “VPN keeps dropping”" in replies.topics(TEXTS, [Topic("VPN", "VPN keeps dropping")]).text
    assert "don't have any articles yet" in replies.topics(TEXTS, []).text


def test_my_tickets() -> None:
    tickets = [TicketLine(2, "", "waiting", ""), TicketLine(1, "<b>x</b>", "claimed", "Ana")]
    text = replies.my_tickets(TEXTS, tickets).text
    assert "- **2** – no description yet – waiting for someone to take it" in text
    assert r"- **1** – \<b\>x\</b\> – Ana is working on it" in text
    assert ids(replies.my_tickets(TEXTS, [])) == ["person"]
