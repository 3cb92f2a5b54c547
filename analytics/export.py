"""Episodes as CSV, for a spreadsheet. No names, no ids."""

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from .episodes import outcome, provisional
from .model import Episode, RecordSettings
from .names import without_names

COLUMNS = (
    "opened_at_utc",
    "channel",
    "question",
    "times_asked",
    "outcome",
    "may_still_change",
    "article",
    "article_title",
    "choice_offered",
    "choice_taken",
    "asked_for_person",
    "handed_over_because",
    "seconds_until_person_answered",
    "hours_until_recontact",
    "first_reply_ms",
)
_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def write_csv(
    episodes: Iterable[Episode],
    *,
    names: Mapping[str, Collection[str]],
    hidden_channels: Collection[str],
    settings: RecordSettings,
    now: datetime,
) -> str:
    """One line per episode after the line of `COLUMNS`; what a spreadsheet would take for a formula is made harmless text."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for episode in episodes:
        question = without_names(episode.question, names.get(episode.person, ()))
        channel = "" if episode.channel in hidden_channels else episode.channel
        writer.writerow([as_text(value) for value in _cells(episode, question, channel, settings, now)])
    return written.getvalue()


def as_text(cell: str) -> str:
    """The cell, with an apostrophe before anything that Excel, LibreOffice or Google Sheets would calculate.

    After OWASP, "CSV Injection"; leading blanks do not hide it.
    """
    return f"'{cell}" if cell.startswith(_STARTS_FORMULA) or cell.lstrip().startswith(_STARTS_FORMULA) else cell


def _cells(episode: Episode, question: str, channel: str, settings: RecordSettings, now: datetime) -> list[str]:
    window = timedelta(days=settings.recontact_days)
    return [
        episode.opened_at.isoformat(sep=" ", timespec="seconds"),
        channel,
        question,
        str(episode.asked),
        outcome(episode, window).value,
        _yes(provisional(episode, window, now)),
        episode.article,
        episode.article_title,
        _yes(episode.choices_offered),
        _yes(episode.choice_taken),
        _yes(episode.asked_person_at is not None),
        "" if episode.handoff_reason is None else episode.handoff_reason.value,
        _between(episode.handed_off_at, episode.person_answered_at, timedelta(seconds=1)),
        _between(episode.last_at, episode.recontacted_at, timedelta(hours=1)),
        "" if episode.latency_ms is None else f"{episode.latency_ms:.1f}",
    ]


def _between(start: datetime | None, end: datetime | None, unit: timedelta) -> str:
    return "" if start is None or end is None else f"{max((end - start) / unit, 0.0):.1f}"


def _yes(true: bool) -> str:
    return "yes" if true else "no"
