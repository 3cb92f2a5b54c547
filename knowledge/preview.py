"""What a change of the knowledge would change in the answers, tried on a second matcher before anything is published."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from intents.decision import decide
from intents.model import Answer, Choice, Entry, MatchingSettings, Understanding

from .checks import spelling
from .effects import Harm, PhrasingMove, Preview, QuestionChange, Verdict
from .gaps import Matching
from .model import KnowledgeSettings

Build = Callable[[Sequence[Entry]], Matching]
Line = tuple[Entry, str]
"""A title or phrasing and the entry that it belongs to."""

_NEIGHBOURS = 20
"""Articles near to a new phrasing whose own phrasings are asked again."""

_MOST_CHECKED = 400
_CANDIDATES_IN_PART = 50


def preview_phrasings(
    build: Build,
    entries: Sequence[Entry],
    texts: Sequence[str],
    article: str,
    *,
    questions: Sequence[str],
    current: Matching,
    matching: MatchingSettings,
    settings: KnowledgeSettings | None = None,
) -> Preview:
    """What the bot says to `questions` and to the `texts` themselves before and after these are phrasings of `article`, and which known
    phrasings of the nearest other articles would then no longer lead to their own.

    `current` is the matcher of these `entries`. Above `settings.rebuild_at_most` articles both matchers are built of the nearest
    articles only (`whole_index` is false then).
    """
    whole = len(entries) <= (settings or KnowledgeSettings()).rebuild_at_most
    near = _near(entries, current, (*texts, *questions), article)
    known = entries if whole else near
    before = current if whole else build(known)
    after = build(_changed(known, article, texts))
    asked = {spelling(question) for question in questions}
    changes = tuple(_change(question, before, after, article, matching) for question in questions)
    wordings = tuple(_change(text, before, after, article, matching) for text in texts if spelling(text) not in asked)
    lines = _lines_of_neighbours(known, after, (*texts, *questions), article)
    moves = {(m.article, m.text): m for m in _moves_in_own_words(build, near, lines, article, texts, matching)}
    moves |= {(m.article, m.text): m for m in _moves(lines, before, after, article, matching, exact=True)}
    return Preview(changes, tuple(moves.values()), len(lines), whole, wordings)


def verdict(matcher: Matching, question: str, matching: MatchingSettings) -> Verdict:
    """What the bot would say to the question."""
    return _verdict(matcher.match(question), matching)


def _verdict(understanding: Understanding, matching: MatchingSettings) -> Verdict:
    match decide(understanding, matching):
        case Answer(match=first):
            return Verdict("answer", (first.article,), (first.title,), first.confidence)
        case Choice(matches=offered):
            return Verdict("choice", tuple(m.article for m in offered), tuple(m.title for m in offered), offered[0].confidence)
        case _:
            return Verdict("unknown")


def _changed(entries: Sequence[Entry], article: str, texts: Sequence[str]) -> list[Entry]:
    return [_with(entry, texts) if entry.article == article else entry for entry in entries]


def _with(entry: Entry, texts: Sequence[str]) -> Entry:
    present = {spelling(text) for text in entry.phrasings}
    return replace(entry, phrasings=(*entry.phrasings, *(text for text in texts if spelling(text) not in present)))


def _near(entries: Sequence[Entry], matcher: Matching, texts: Sequence[str], article: str) -> list[Entry]:
    near = {article} | {match.article for text in texts for match in matcher.match(text, limit=_CANDIDATES_IN_PART).matches}
    return [entry for entry in entries if entry.article in near]


def _lines_of_neighbours(entries: Sequence[Entry], matcher: Matching, texts: Sequence[str], article: str) -> list[Line]:
    """Titles and phrasings of the articles nearest to the texts, at most so many, with the entries to which they belong."""
    by_id = {entry.article: entry for entry in entries}
    near = dict.fromkeys(match.article for text in texts for match in matcher.match(text, limit=_NEIGHBOURS).matches)
    near.pop(article, None)
    found = [(by_id[name], text) for name in near for text in (by_id[name].title, *by_id[name].phrasings)]
    return found[:_MOST_CHECKED]


def _change(question: str, before: Matching, after: Matching, article: str, matching: MatchingSettings) -> QuestionChange:
    was, will_be = verdict(before, question, matching), verdict(after, question, matching)
    return QuestionChange(question, was, will_be, _rank(will_be, article) > _rank(was, article), _harm(was, will_be, article))


def _harm(was: Verdict, will_be: Verdict, article: str) -> Harm | None:
    """What becomes of another article that answers now; None when no other answers, or when it still does."""
    if was.kind != "answer" or was.articles[0] == article or (will_be.kind == "answer" and will_be.articles == was.articles):
        return None
    return {"answer": Harm.TAKEN, "choice": Harm.CHOICE}.get(will_be.kind, Harm.LOST)


def _rank(said: Verdict, article: str) -> int:
    """2 when the article is the answer, 1 when it is offered, 0 when nothing is said, -1 when another article is the answer."""
    if article in said.articles:
        return 2 if said.kind == "answer" else 1
    return -1 if said.kind == "answer" else 0


def _moves_in_own_words(
    build: Build, near: Sequence[Entry], lines: Sequence[Line], article: str, texts: Sequence[str], matching: MatchingSettings
) -> Iterator[PhrasingMove]:
    """What would move if people asked like the known phrasings without using the very words: each half of the phrasings is asked of an
    index of the near articles that has only the other half."""
    for fold in (0, 1):
        asked = {(entry.article, text) for entry, text in lines if text in entry.phrasings[fold::2]}
        held_out = [replace(entry, phrasings=tuple(p for p in entry.phrasings if (entry.article, p) not in asked)) for entry in near]
        some = [(entry, text) for entry, text in lines if (entry.article, text) in asked]
        if some:
            yield from _moves(some, build(held_out), build(_changed(held_out, article, texts)), article, matching, exact=False)


def _moves(
    lines: Sequence[Line], before: Matching, after: Matching, article: str, matching: MatchingSettings, *, exact: bool
) -> Iterator[PhrasingMove]:
    """The lines for which their own article comes first now and `article` would afterwards, or which their own article answers now and
    which would become a choice with `article` in it."""
    for entry, text in lines:
        now, then = before.match(text), after.match(text)
        if _first(now) != entry.article:
            continue
        was, will_be = _verdict(now, matching), _verdict(then, matching)
        shared = was.kind == "answer" and will_be.kind == "choice" and article in will_be.articles
        if shared or _first(then) == article:
            yield PhrasingMove(text, entry.article, entry.title, was, will_be, exact)


def _first(understanding: Understanding) -> str:
    return understanding.matches[0].article if understanding.matches else ""
