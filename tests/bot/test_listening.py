"""What short messages mean, in many wordings."""

import pytest

from bot.listening import Phrasebook, has_words, plain
from bot.texts import Texts

WISHES = """
talk to a person
Talk to a person!
TALK TO A HUMAN
I want to talk to a person
i'd like to speak to somebody
can I speak with someone please
could i please talk to a real person
may I chat with a human
I would like to speak with an agent
let me talk to somebody
I need to talk to someone
I just want to talk to someone about this
talk to agent
speak to a representative
speak to someone from IT support
can i speak to a humna
can I speek to a persn
i wnat to talk to a person
conect me to an agnet
i need a humman
connect me to a human
connect me with support
transfer me to an agent
please transfer me
put me through to someone
put me through to the helpdesk
get me a human
get me somebody
give me a person
bring me a human being
human
Human!!!
agent
operator please
representative
real person
a real human please
somebody
someone please
i need a human
I need a real person
i want a human being
I'd rather have a human
I would prefer a real person
I need someone
can someone help me
can somebody call me
could someone please contact me
please call me
call me
is anyone there
is there a human here
is there a real person available
are there any humans there
are you human? i want a human
open a ticket
please open a ticket for me
create a ticket
I want to raise a ticket
log a ticket
can you open a support case
new ticket
escalate this
please escalate
hand me over to a person
hand this over to someone
pass this on to the team
I don't want to talk to a bot
i dont want a bot
I do not want to talk to a machine, I want a human
not a bot
no bots please
stop the bot
support
help desk
service desk
live chat
my laptop does not start, can I talk to a human please
it is not working, get me a person
this is not helping, let me speak to a human
I can't log in, connect me to an agent
why can't I talk to a human
this bot is useless, I want a human
fuck this, give me a human
ok talk to a person then
no, I want to talk to a person
yes please connect me to a person
""".strip().splitlines()

NO_WISHES = """
forward my mail to a colleague
can I give someone access to my calendar
how do I add a person to a meeting
someone stole my laptop
somebody is using my account
can someone else read my mail
who is my HR representative
my agent desktop is slow
the install agent crashes
the antivirus agent uses all the memory
how do I invite someone to a channel
how do I transfer files to a new phone
transfer my number to a new phone
how do I connect to the vpn
connect me to the guest wifi
put it on silent
how do I call someone outside the company
I need to share a file with someone
can I share my screen with a person outside
how do I send an email to all people in my team
the travel agent has booked the wrong flight
human resources portal does not open
how do I talk in a Teams meeting, my microphone is off
the person in the call cannot hear me
chat does not load
I lost the ticket for the parking garage
train ticket refund
I need support for an external monitor
is there someone in the building at night
who can I talk to about my stress level
I don't want to talk to a person
i do not need a human
no need to talk to a person
without talking to a person
can I do this without an agent
VPN keeps dropping
hello
""".strip().splitlines()


@pytest.fixture(scope="module")
def phrases() -> Phrasebook:
    return Phrasebook(Texts())


@pytest.mark.parametrize("text", WISHES)
def test_wants_a_person(phrases: Phrasebook, text: str) -> None:
    assert phrases.wants_person(text)


@pytest.mark.parametrize("text", NO_WISHES)
def test_wants_no_person(phrases: Phrasebook, text: str) -> None:
    assert not phrases.wants_person(text)


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("talk to a person", False),
        ("can I please just talk to a real person right now", False),
        ("this stupid bot is useless, get me a human", False),
        ("my laptop is dead, get me a human", True),
        ("can I speak to someone about my payslip", True),
        ("get me a human for the broken badge reader", True),
    ],
)
def test_what_a_wish_is_about(phrases: Phrasebook, text: str, tells: bool) -> None:
    assert phrases.besides_person(text) == (text if tells else "")


YES = [
    "yes",
    "Yes!",
    "YES",
    "yep",
    "yeah sure",
    "y",
    "👍",
    "👍🏽",
    "✅",
    "yes thanks",
    "yes, thank you very much",
    "oh yes",
    "ok yes",
]
HELPED = [
    "that helped",
    "it works now",
    "yes it works now, thank you so much!",
    "thanks, that fixed it",
    "great, problem solved",
    "it's working again",
    "solved",
    "that did the trick, cheers",
    "perfect, it works",
    "tht helped",
]
NO = ["no", "No.", "nope", "nah", "n", "👎", "no thanks", "no thank you", "not really", "sorry, no", "unfortunately not", "no not yet"]
NOT_HELPED = [
    "it didn't help",
    "that didn’t help",
    "doesn't work",
    "It still doesn't work!!",
    "no, still not working",
    "nope, that's not it",
    "still the same problem",
    "nothing changed",
    "i already tried that",
    "no luck",
    "wrong answer",
]
NOTED = ["ok", "okay", "ok cool", "got it", "i see", "will try", "hmm", "😊", "great", "noted"]
THANKS = [
    "thanks",
    "Thank you!",
    "thx",
    "ok thanks",
    "perfect, thank you",
    "thanks a lot",
    "many thanks",
    "🙏",
    "tahnks",
    "thank you for your help",
]


@pytest.mark.parametrize("text", YES)
def test_yes(phrases: Phrasebook, text: str) -> None:
    assert phrases.says(text, "yes")


@pytest.mark.parametrize("text", HELPED)
def test_helped(phrases: Phrasebook, text: str) -> None:
    assert phrases.says(text, "yes", "helped")


@pytest.mark.parametrize("text", NO)
def test_no(phrases: Phrasebook, text: str) -> None:
    assert phrases.says(text, "no")


@pytest.mark.parametrize("text", NOT_HELPED)
def test_not_helped(phrases: Phrasebook, text: str) -> None:
    assert phrases.says(text, "no", "not_helped")


@pytest.mark.parametrize("text", [*NO, *NOT_HELPED, *NOTED, *THANKS, "VPN keeps dropping", "yes but the printer still fails", ""])
def test_what_is_never_a_yes(phrases: Phrasebook, text: str) -> None:
    """A courtesy or a "no" taken for a yes would make the figures lie."""
    assert not phrases.says(text, "yes", "helped")


@pytest.mark.parametrize("text", [*YES, *HELPED, *NOTED, *THANKS, "no sound in Teams", "no longer needed", "no problem, thanks", ""])
def test_what_is_never_a_no(phrases: Phrasebook, text: str) -> None:
    assert not phrases.says(text, "no", "not_helped")


@pytest.mark.parametrize("text", THANKS)
def test_thanks(phrases: Phrasebook, text: str) -> None:
    assert phrases.means(text, "thanks")


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("no, it still fails", "it still fails"),
        ("no it still does not print", "it still does not print"),
        ("No – the screen stays black", "the screen stays black"),
        ("nope. only at home", "only at home"),
        ("no\nit says error 5", "it says error 5"),
        ("that didn't help, the light is red", "the light is red"),
        ("no but the light is red", "but the light is red"),
        ("no", ""),
        ("no sound in Teams", ""),
        ("no internet since today", ""),
        ("no longer needed thanks", ""),
        ("no problem any more, thank you", ""),
        ("wrong password message appears", ""),
        ("nobody can hear me in Teams", ""),
        ("notebook is slow today", ""),
        ("VPN keeps dropping", ""),
    ],
)
def test_a_no_and_more(phrases: Phrasebook, text: str, more: str) -> None:
    assert phrases.begins_with_no(text) == more


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1", 0),
        ("1.", 0),
        ("#2", 1),
        ("2)", 1),
        ("two", 1),
        ("the second one", 1),
        ("The second one, please", 1),
        ("no, the second one", 1),
        ("I mean the third one", 2),
        ("option 3", 2),
        ("b", 1),
        ("the last one", -1),
        ("first", 0),
        ("7", 6),
        ("0", None),
        ("2024", None),
        ("-1", 0),
        ("error 2", None),
        ("second monitor stays black", None),
        ("the first day at work", None),
        ("", None),
    ],
)
def test_which_one(phrases: Phrasebook, text: str, place: int | None) -> None:
    assert phrases.which(text) == place


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("greeting", "Hi!"),
        ("greeting", "good morning"),
        ("greeting", "helo"),
        ("greeting", "how are you?"),
        ("goodbye", "bye"),
        ("goodbye", "that's all"),
        ("help", "What can you do?"),
        ("help", "waht can you do"),
        ("start_over", "start over"),
        ("start_over", "Never mind."),
        ("my_tickets", "My tickets"),
        ("my_tickets", "what's the status of my ticket?"),
        ("skip", "I don’t know"),
        ("skip", "n/a"),
        ("withdraw", "I no longer need this"),
        ("none_of_these", "None of these"),
        ("other", "no, the other"),
    ],
)
def test_commands(phrases: Phrasebook, name: str, text: str) -> None:
    assert phrases.means(text, name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("greeting", "hi, my vpn keeps dropping"),
        ("start_over", "my computer restarts"),
        ("start_over", "how do I cancel leave"),
        ("help", "help me set up my phone"),
        ("my_tickets", "my train tickets"),
        ("yes", "s"),
        ("no", "know"),
        ("thanks", "than"),
        ("greeting", ""),
        ("greeting", "hello " * 100),
    ],
)
def test_no_commands(phrases: Phrasebook, name: str, text: str) -> None:
    assert not phrases.means(text, name)


@pytest.mark.parametrize("text", ["fuck this", "damn", "you stupid bot", "what the hell", "this is bullshit!"])
def test_only_swears(phrases: Phrasebook, text: str) -> None:
    assert phrases.only_swears(text)


@pytest.mark.parametrize("text", ["fucking vpn keeps dropping", "the damn printer jams", "this is the bot", "hello", ""])
def test_does_not_only_swear(phrases: Phrasebook, text: str) -> None:
    assert not phrases.only_swears(text)


@pytest.mark.parametrize(
    "text", ["it doesn't work", "I have a problem", "help!", "my computer is broken", "error", "nothing works, please help"]
)
def test_vague(phrases: Phrasebook, text: str) -> None:
    assert phrases.is_vague(text)


@pytest.mark.parametrize("text", ["the printer", "outlook error", "vpn", "my badge does not work"])
def test_not_vague(phrases: Phrasebook, text: str) -> None:
    assert not phrases.is_vague(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Anna", "Anna"),
        ("anna berg", "anna berg"),
        ("My name is Anna Berg.", "Anna Berg"),
        ("I'm Ben", "Ben"),
        ("it’s Chloë O'Neill", "Chloë O'Neill"),
        ("Dr. Anna Maria van Berg", "Dr. Anna Maria van Berg"),
        ("no sound in teams", ""),
        ("why do you want to know that from me", ""),
        ("the fan is running but the screen stays black", ""),
        ("…", ""),
        ("", ""),
    ],
)
def test_names(phrases: Phrasebook, text: str, name: str) -> None:
    assert phrases.is_name(text) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Hello,   WORLD! ", "hello world"),
        ("don’t", "dont"),
        ("don't", "dont"),
        ("ＶＰＮ", "vpn"),
        ("a\u200bb", "a b"),
        ("👍!", "👍"),
        ("c++ and c#", "c++ and c#"),
        ("", ""),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(("text", "found"), [("a", True), ("7", True), ("привет", True), ("😀", False), ("?!", False), ("", False)])
def test_has_words(text: str, found: bool) -> None:
    assert has_words(text) is found


def test_long_texts_take_no_time(phrases: Phrasebook) -> None:
    text = "no, yes please talk to a person " * 700
    assert not phrases.says(text, "yes", "no")
    assert not phrases.wants_person(text)
    assert phrases.begins_with_no(text)


def test_the_organisations_own_phrases() -> None:
    phrases = Phrasebook(Texts("en", {"phrases": {"thanks": ["merci vielmals"]}}))
    assert phrases.means("Merci vielmals!", "thanks")
    assert not phrases.means("thanks", "thanks")
