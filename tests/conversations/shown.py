"""Turns, tickets and needs in the words of the scripts."""

import re
from collections.abc import Sequence
from datetime import timedelta

from analytics.episodes import outcome
from analytics.model import Episode, RecordSettings, Turn
from escalation.model import Ticket


def choices(turn: Turn) -> Sequence[dict[str, str]]:
    kept = turn.reply.get("choices", [])
    return [dict(choice) for choice in kept] if isinstance(kept, list) else []


def offered(turn: Turn) -> list[str]:
    return [choice["id"].partition(":")[2] for choice in choices(turn) if choice["id"].startswith("article:")]


def drawn(turn: Turn) -> str:
    what = turn.article or turn.text
    buttons = f"  [{' | '.join(choice['label'] for choice in choices(turn))}]" if choices(turn) else ""
    text = what if len(what) <= 300 else f"{what[:300]}…"
    return f"{turn.seq:>3} {turn.author or turn.speaker.value} ({turn.signal.value}): {text!r}{buttons}"


def told(need: Episode, settings: RecordSettings) -> str:
    keys = ("outcome", "article", "asked", "reason", "solved", "question")
    return "record: " + ", ".join(f"{key} {need_value(need, key, settings)}" for key in keys)


def need_value(need: Episode, key: str, settings: RecordSettings) -> str:
    if key == "outcome":
        return outcome(need, timedelta(days=settings.recontact_days)).value
    value = getattr(need, {"reason": "handoff_reason"}.get(key, key))
    return {True: "yes", False: "no", None: "open"}.get(value, str(value)) if value is None or isinstance(value, bool) else str(value)


def ticket_value(ticket: Ticket, key: str, value: str) -> tuple[str, str]:
    if key == "fact":
        label, _, said = value.partition(": ")
        return ticket.facts.get(label, f"only {list(ticket.facts)}"), said
    found = getattr(ticket, {"name": "person_name"}.get(key, key))
    found = {True: "yes", False: "no", None: "open"}[found] if found is None or isinstance(found, bool) else found
    return str(found), "" if value == "empty" else value


def fields(text: str, keys: str, first: str) -> list[tuple[str, str]]:
    """ "waiting, area it" is status: waiting, area: it; a comma belongs to the value unless one of the keys follows."""
    fields = []
    for part in re.split(rf", (?=(?:{keys})\b)", text):
        key, _, value = part.partition(" ")
        fields.append((key, value) if re.fullmatch(keys, key) else (first, part))
    return fields
