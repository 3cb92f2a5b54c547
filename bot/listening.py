"""Reading short messages: is this a yes, a greeting, a wish for a person? Pure; the phrases themselves stand in the texts."""

import re
import unicodedata
from functools import cached_property, lru_cache

from rapidfuzz.distance import OSA

from .texts import Texts

FORGIVEN_FROM = 5
LONGEST_COMMAND = 160
LONGEST_PHRASE = 8
NAME_WORDS_AT_MOST = 5
COURTESIES = ("thanks", "greeting", "around")


@lru_cache(maxsize=256)
def plain(text: str) -> str:
    """The text in small letters, without punctuation, apostrophes and invisible characters; emoji stay."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("'", "")
    kept = "".join(character if _is_spoken(character) else " " for character in folded)
    return " ".join(kept.split())


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return any(character.isalnum() for character in text)


class Phrasebook:
    """The commands of one language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._phrases: dict[str, frozenset[str]] = {}
        self._by_length: dict[str, dict[int, list[str]]] = {}

    def means(self, text: str, name: str) -> bool:
        """Whether the whole message is one of the phrases `name`; a typing error in a longer phrase is forgiven.

        What is a phrase of its own is no typing error: "got it" is near "not it".
        """
        said = plain(text)
        if not said or len(said) > LONGEST_COMMAND:
            return False
        phrases = self._of(name)
        return said in phrases or (said not in self._all and any(_nearly(said, phrase) for phrase in phrases))

    def says(self, text: str, *names: str, around: tuple[str, ...] = COURTESIES) -> bool:
        """Whether the message is one of the phrases `names`, or several of them, with nothing but courtesies around: "yes, thank you"."""
        if any(self.means(text, name) for name in names):
            return True
        words = plain(text).split()
        if not words or len(words) > LONGEST_COMMAND // 4:
            return False
        meant = frozenset().union(*map(self._of, names))
        return _is_made_of(words, meant, frozenset().union(*map(self._of, around)))

    def which(self, text: str) -> int | None:
        """The place that is meant by "2", "the second one please", "no, the last": counted from 0, and -1 for the last."""
        said = plain(text)
        if said.isdecimal() and len(said) <= 2 and int(said) > 0:
            return int(said) - 1
        for place, name in ((0, "first"), (1, "second"), (2, "third"), (-1, "last")):
            if said in self._of(name):
                return place
        for place, name in ((0, "first"), (1, "second"), (2, "third"), (-1, "last")):
            if self.says(text, name, around=(*COURTESIES, "no")):
                return place
        return None

    def begins_with_no(self, text: str) -> str:
        """What follows a "no" at the start of a longer message, such as "it still does not print"; empty otherwise.

        "No sound in Teams" begins with the word and is a question; a "no" that answers us is followed by a comma, or by "it" or "still".
        """
        said = plain(text)
        for start in sorted(self._of("no") | self._of("not_helped"), key=len, reverse=True):
            if not said.startswith(f"{start} "):
                continue
            more = said[len(start) :].strip()
            if " " in start or _is_set_off(text, start) or any(pattern.search(more) for pattern in self._no_goes_on):
                return more if " " in more else ""
        return ""

    def is_name(self, text: str) -> str:
        """The name in "my name is Anna Berg" or "Anna"; empty when this is rather something else."""
        name = text.strip()
        for pattern in self._name_is:
            name = pattern.sub("", name)
        name = name.strip(" .,!")
        words = name.split()
        is_short = has_words(name) and len(words) <= NAME_WORDS_AT_MOST
        return name if is_short and (len(words) <= 2 or (words[0][0].isupper() and words[-1][0].isupper())) else ""

    def goes_on(self, text: str) -> str:
        """The message, if right after an answer it can only mean that it did not help: "still black"; empty otherwise."""
        said = plain(text)
        return said if any(pattern.search(said) for pattern in self._goes_on) else ""

    def wants_person(self, text: str) -> bool:
        """Whether the message asks for a person, in whatever words."""
        said = plain(text)
        if len(said) > LONGEST_COMMAND * 4:
            return False
        if self.says(text, "person"):
            return True
        said = self._respelt(said)
        if not any(pattern.search(said) for pattern in self._bot_refused) and any(p.search(said) for p in self._not_person):
            return False
        if any(pattern.search(said) for pattern in self._person):
            return True
        return any(pattern.search(said) and len(self._besides(said, pattern)) <= 1 for pattern in self._person_maybe)

    def named_area(self, text: str) -> str:
        """The service area whose team the message names; empty when it names none."""
        said = f" {plain(text)} "
        areas = self._texts.names("area_words")
        return next((area for area in areas if any(f" {word} " in said for word in self._texts.words("area_words", area))), "")

    def besides_person(self, text: str, *, least: int = 1) -> str:
        """The message, when `least` of its words also say what it is about ("my laptop is dead, get me a person"); empty otherwise."""
        said = self._respelt(plain(text))
        swearing = frozenset().union(*self._swearing)
        for pattern in (*self._person, *self._person_maybe):
            if pattern.search(said):
                telling = [word for word in self._besides(said, pattern) if word not in swearing]
                return text if len(telling) >= least else ""
        return ""

    def only_swears(self, text: str) -> bool:
        """Whether the message swears and says nothing else."""
        said = plain(text).split()
        swearing, around = self._swearing
        return any(word in swearing for word in said) and all(word in swearing or word in around for word in said)

    def is_vague(self, text: str) -> bool:
        """Whether the message says that something is wrong, but not what."""
        return all(word in self._vague for word in plain(text).split())

    def _about_as_long(self, name: str, length: int) -> list[str]:
        """The phrases that are at most one letter longer or shorter."""
        if name not in self._by_length:
            by_length: dict[int, list[str]] = {}
            for phrase in sorted(self._of(name)):
                for near in (-1, 0, 1):
                    by_length.setdefault(len(phrase) + near, []).append(phrase)
            self._by_length[name] = by_length
        return self._by_length[name].get(length, [])

    def _of(self, name: str) -> frozenset[str]:
        if name not in self._phrases:
            self._phrases[name] = frozenset(filter(None, map(plain, self._texts.words("phrases", name))))
        return self._phrases[name]

    @cached_property
    def _all(self) -> frozenset[str]:
        return frozenset().union(*map(self._of, self._texts.names("phrases")))

    def _besides(self, said: str, pattern: re.Pattern[str]) -> list[str]:
        rest = pattern.sub(" ", said).split()
        return [word for word in rest if word not in self._vague and word not in self._filler]

    def _respelt(self, said: str) -> str:
        return " ".join(self._respell(word) for word in said.split())

    def _respell(self, word: str) -> str:
        if len(word) < 4 or word in self._spelling:
            return word
        return next((meant for meant in self._spelling if OSA.distance(word, meant, score_cutoff=1) <= 1 and word[0] == meant[0]), word)

    @cached_property
    def _spelling(self) -> tuple[str, ...]:
        return self._texts.words("patterns", "person_spelling")

    @cached_property
    def _goes_on(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern) for pattern in self._texts.words("patterns", "goes_on")]

    @cached_property
    def _person(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern) for pattern in self._texts.words("patterns", "person")]

    @cached_property
    def _bot_refused(self) -> list[re.Pattern[str]]:
        return [pattern for pattern in self._person if "bot" in pattern.pattern]

    @cached_property
    def _person_maybe(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern) for pattern in self._texts.words("patterns", "person_maybe")]

    @cached_property
    def _not_person(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern) for pattern in self._texts.words("patterns", "not_person")]

    @cached_property
    def _no_goes_on(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern) for pattern in self._texts.words("patterns", "no_goes_on")]

    @cached_property
    def _name_is(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern, re.IGNORECASE) for pattern in self._texts.words("patterns", "name_is")]

    @cached_property
    def _swearing(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(self._texts.words("words", "swearing")), frozenset(self._texts.words("words", "around_swearing"))

    @cached_property
    def _vague(self) -> frozenset[str]:
        return frozenset(map(plain, self._texts.words("words", "vague")))

    @cached_property
    def _filler(self) -> frozenset[str]:
        return frozenset(map(plain, self._texts.words("words", "filler")))


def _nearly(said: str, phrase: str) -> bool:
    """One slip is forgiven and no more: "that did help" is two away from "that didn't help"."""
    if len(phrase) < FORGIVEN_FROM or not phrase.isascii():
        return False
    return abs(len(phrase) - len(said)) <= 1 and OSA.distance(said, phrase, score_cutoff=1) <= 1


def _is_made_of(words: list[str], meant: frozenset[str], around: frozenset[str]) -> bool:
    """Whether the words are phrases one after the other, at least one of them meant and the others meant or around."""
    reached = {0: False}  # how far the phrases reach so far, and whether a meant one is among them
    for start in range(len(words)):
        if start not in reached:
            continue
        for end in range(start + 1, min(len(words), start + LONGEST_PHRASE) + 1):
            phrase = " ".join(words[start:end])
            if phrase in meant or phrase in around:
                reached[end] = reached.get(end, False) or reached[start] or phrase in meant
    return reached.get(len(words), False)


def _is_set_off(text: str, start: str) -> bool:
    """Whether a punctuation mark or a new line follows the word `start` at the beginning of the text."""
    return re.match(rf"\W*{re.escape(start)}\s*[,.;:!–—-]|\W*{re.escape(start)}\s*\n", text, re.IGNORECASE) is not None


def _is_spoken(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LNM" or category in ("So", "Sk") or character in "+#"
