"""`zerolevel ask`: one question, one answer, and why."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape

from intents.decision import decide
from intents.explain import CandidateExplained, Explanation, explain
from intents.matcher import Matcher
from knowledge.model import ParsedFile
from knowledge.reading import read_folder

from ..config import Settings
from ..dialogue import respond
from ..listening import Phrasebook
from ..model import ArticleLink, Kind, Message, Person, Reply
from ..turnout import Context, HandOver, Read, ShownArticle, Spoken, State
from ..turns import as_html, reply_to_json
from .entries import entries_of


@dataclass(frozen=True, slots=True)
class Asked:
    """The replies to one question, the same as JSON, and everything behind them (None when the matcher was not asked)."""

    replies: tuple[Reply, ...]
    json: dict[str, Any]
    explanation: Explanation | None


def answer_once(matcher: Matcher, article: Callable[[str], ShownArticle | None], question: str, settings: Settings) -> Asked:
    """What a fresh conversation would say to this message; nothing is recorded."""
    texts = settings.words()
    context = Context(
        texts=texts,
        phrases=Phrasebook(texts),
        read=lambda text: _read(matcher, text, settings),
        article=article,
        topics=tuple,
        my_tickets=tuple,
    )
    turnout = respond(Message("terminal", "ask", Person("terminal:ask"), question), State(), context)
    if isinstance(turnout.effect, HandOver):
        hint = Reply(Kind.HANDOFF, "Here a ticket would be opened, and a person would answer in the chat.")
        turnout = replace(turnout, spoken=(Spoken(hint),))
    replies = tuple(spoken.reply for spoken in turnout.spoken)
    found = turnout.read
    explanation = None if found is None else explain(found.understanding, found.decision, settings.matching)
    return Asked(replies, {"conversation": None, "replies": [_as_json(reply) for reply in replies]}, explanation)


def read_sample(folder: Path) -> tuple[Matcher, dict[str, ShownArticle]]:
    """The matcher and the articles of a folder, without a database."""
    files = [file for file in read_folder(folder) if isinstance(file, ParsedFile)]
    return Matcher.build(entries_of(files)), {file.article: _shown(file) for file in files}


def _read(matcher: Matcher, text: str, settings: Settings) -> Read:
    understanding = matcher.match(text, limit=settings.matching.candidates, audiences=("everyone",))
    return Read(understanding, decide(understanding, settings.matching))


def _shown(file: ParsedFile) -> ShownArticle:
    link = ArticleLink(file.article, file.draft.title, f"/a/{file.article}")
    return ShownArticle(link, file.draft.body, file.draft.service_area)


def _as_json(reply: Reply) -> dict[str, Any]:
    return {"speaker": "bot", "text": reply.text, "html": as_html(reply.text), **reply_to_json(reply)}


def draw_answer(asked: Asked, console: Console) -> None:
    """The replies as the terminal chat shows them."""
    for reply in asked.replies:
        if reply.article is not None:
            console.print(f"[bold cyan]{escape(reply.article.title)}[/bold cyan]  [dim]{escape(reply.article.url)}[/dim]")
        console.print(Markdown(reply.text))
        for option in reply.choices:
            console.print(f"  [cyan]·[/cyan] {escape(option.label)}")


def draw_explanation(asked: Asked, console: Console) -> None:
    """Words, repairs, every candidate with its scores, the thresholds, and why."""
    found = asked.explanation
    console.print()
    if found is None:
        console.print("This was read as a command or small talk; the knowledge was not searched.")
        return
    console.print(f"[bold]Decision[/bold]    {found.decided}: {escape(found.why)}")
    thresholds = f"answer from {found.answer_at:.2f}, choice from {found.choose_at:.2f}, lead over the second at least {found.margin:.2f}"
    console.print(f"[bold]Thresholds[/bold]  {thresholds}")
    console.print(f"[bold]Words read[/bold]  {escape(' '.join(found.words)) or '–'}")
    repairs = ", ".join(f"{repair.typed} → {repair.read_as}" for repair in found.repairs)
    console.print(f"[bold]Repaired[/bold]    {escape(repairs) or 'nothing'}")
    console.print(f"[bold]Known[/bold]       {found.known:.0%} of the content words occur in the knowledge")
    for candidate in found.candidates:
        _draw_candidate(candidate, console)


def _draw_candidate(candidate: CandidateExplained, console: Console) -> None:
    mark = "[green]●[/green]" if candidate.offered else str(candidate.place)
    sure = f"{candidate.confidence:.0%} sure, score {candidate.score:.3f}"
    parts = " + ".join(f"{part.scorer} {part.value:.2f} × {part.weight:.2f}" for part in candidate.parts)
    console.print(f"\n{mark} [bold]{escape(candidate.title)}[/bold]  {sure}  [dim]{escape(candidate.article)}[/dim]")
    console.print(f"  score    {parts}")
    console.print(f"  words    {escape(', '.join(candidate.words)) or '–'}")
    console.print(f"  nearest  “{escape(candidate.nearest)}”")
