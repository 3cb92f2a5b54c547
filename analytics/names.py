"""Keeping people's names out of the statistics."""

import re
from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from .store import in_chunks
from .tables import ConversationRow

MASK = "[name]"
SHORTEST_PART = 3


def names_of(session: Session, people: Iterable[str]) -> dict[str, frozenset[str]]:
    """What these people are called in the record, by person; their id is among it."""
    known: dict[str, set[str]] = {person: {person} for person in people}
    for some in in_chunks(sorted(known)):
        found = select(ConversationRow.person, ConversationRow.person_name).where(ConversationRow.person.in_(some)).distinct()
        for person, name in session.execute(found):
            known[person].add(name)
    return {person: frozenset(name for name in names if name) for person, names in known.items()}


def without_names(text: str, names: Collection[str]) -> str:
    """The text with these names masked: whole names in any spelling of large and small letters, their parts only as written."""
    for name in sorted(filter(_worth_masking, names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", MASK, text, flags=re.IGNORECASE)
        parts = [re.escape(part) for part in name.split() if len(part) >= SHORTEST_PART and part[:1].isupper()]
        if parts:
            text = re.sub(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", MASK, text)
    return text


def _worth_masking(name: str) -> bool:
    return len(name) >= SHORTEST_PART
