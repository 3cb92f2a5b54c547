"""`zerolevel evaluate`: how well questions are understood, measured on questions that nothing was tuned on."""

import csv
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from intents.evaluation import Question, Report, evaluate, judge
from intents.matcher import Matcher
from intents.model import Entry, MatchingSettings
from intents.validation import choose_settings, cross_validate

from .entries import read_entries
from .errors import Stop
from .importing import progress_bar

NO_ARTICLE = "none"


def read_questions(path: Path) -> list[Question]:
    """Questions from a tab-separated file with the columns question, article (`a|b` or none) and, if there is one, kind."""
    if not path.is_file():
        raise Stop(f"{path}: there is no such file.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or "question" not in rows[0]:
        raise Stop(f"{path}: the first line must name the columns, among them “question” and “article”.")
    return [Question(row["question"], _articles(row.get("article") or NO_ARTICLE), row.get("kind") or "") for row in rows]


def report(folder: Path, questions: Path, *, settings: MatchingSettings, mistakes: bool, console: Console) -> None:
    """Prints the figures for these questions under the configured thresholds."""
    entries, asked = read_entries(folder), read_questions(questions)
    _require_known(entries, asked, questions)
    with progress_bar(console) as progress:
        matcher = Matcher.build(entries, progress=progress)
    found = evaluate(matcher, asked, settings)
    console.print(f"{len(entries)} articles, {found.questions} questions ({found.inside} with an article, {found.outside} without)")
    console.print(_figures(found))
    console.print(_kinds(found))
    console.print(_curve(found))
    if mistakes:
        for mistake in found.mistakes:
            right = " or ".join(mistake.question.articles) or "none"
            said = f"{mistake.said} {', '.join(mistake.articles)}".strip()
            console.print(
                f"[red]{escape(mistake.question.text)}[/red]\n    right: {right}; said: {said} ({mistake.confidence:.0%})", soft_wrap=True
            )


def choose_thresholds(
    folder: Path, validation: Path | None, outside: Path | None, *, wrong_at_most: float, settings: MatchingSettings, console: Console
) -> None:
    """Prints the thresholds that keep wrong answers at the given share, from validation questions, never from held-out ones.

    Without a file of validation questions, every phrasing is asked of a matcher that was built without it, which is harder than life.
    """
    entries = read_entries(folder)
    asked = [question for path in (validation, outside) if path is not None for question in read_questions(path)]
    judged = judge(Matcher.build(entries), asked)
    if validation is None:
        console.print("No validation questions given: cross-validating over the phrasings, which takes a while.")
        judged += cross_validate(entries)
    chosen = choose_settings(judged, wrong_at_most=wrong_at_most)
    console.print(f"From {len(judged)} questions, with at most {wrong_at_most:.0%} of all questions answered wrongly:\n\n\\[matching]")
    for name in ("answer_at", "choose_at", "margin"):
        console.print(f"{name} = {getattr(chosen, name):.2f}  [dim]# now {getattr(settings, name):.2f}[/dim]")


def _articles(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split("|") if name.strip())
    return () if names in ((), (NO_ARTICLE,)) else names


def _require_known(entries: list[Entry], questions: list[Question], path: Path) -> None:
    known = {entry.article for entry in entries}
    unknown = sorted({article for question in questions for article in question.articles} - known)
    if unknown:
        raise Stop(f"{path}: these articles are not in the folder: {', '.join(unknown[:5])}.")


def _figures(found: Report) -> Table:
    table = Table("Figure", "Value", "Of")
    for name, value, of in (
        ("First article right (P@1)", found.first_right, "questions with an article"),
        ("Right one among the first three (recall@3)", found.right_within_three, "questions with an article"),
        ("Out-of-scope recall: not answered", found.outside_not_answered, "questions without an article"),
        ("Out-of-scope recall: neither answer nor choice", found.outside_silent, "questions without an article"),
        ("Wrong answers", found.wrong_answers, "all questions"),
        ("Wrong answers", found.wrong_of_answers, "answers given"),
        ("Answered", found.answered, "all questions"),
        ("Offered a choice", found.offered, "all questions"),
        ("Right one in the choice", found.choice_has_right, "choices"),
        ("AUROC, in scope against out of scope", found.auroc, ""),
        ("AURC, area under risk against coverage", found.aurc, ""),
        ("Expected calibration error", found.calibration_error, ""),
    ):
        table.add_row(name, f"{100 * value:.1f} %", of)
    return table


def _kinds(found: Report) -> Table:
    table = Table("Kind", "Questions", "P@1", "Recall@3", "Answered", "Answered wrongly", "Choice")
    for kind in found.kinds:
        ranked = ("–", "–") if kind.kind == NO_ARTICLE else (f"{100 * kind.first_right:.1f} %", f"{100 * kind.right_within_three:.1f} %")
        shares = (kind.answered, kind.answered_wrongly, kind.offered)
        table.add_row(kind.kind, str(kind.questions), *ranked, *(f"{100 * value:.1f} %" for value in shares))
    return table


def _curve(found: Report) -> Table:
    table = Table("Coverage: share answered", "Risk: share of those wrong", title="Risk against coverage, surest questions first")
    for coverage, risk in found.curve:
        table.add_row(f"{100 * coverage:.0f} %", f"{100 * risk:.1f} %  {'▇' * round(risk * 60)}")
    return table
