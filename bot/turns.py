"""A recorded turn in the form in which channels draw it and the web interface gives it out."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from analytics.model import Turn
from knowledge.markdown import to_html

from .model import Reply


@lru_cache(maxsize=4096)
def as_html(text: str) -> str:
    """Safe HTML of Markdown; remembered, because the same answers are given again and again."""
    return to_html(text)


def reply_to_json(reply: Reply) -> dict[str, Any]:
    """The reply as it is kept with its turn."""
    article = reply.article
    return {
        "kind": reply.kind.value,
        "article": None if article is None else {"id": article.id, "title": article.title, "url": article.url},
        "choices": [{"id": option.id, "label": option.label} for option in reply.choices],
        "confidence": reply.confidence,
    }


def drawn(turn: Turn) -> dict[str, Any]:
    """The turn as plain values; `html` is safe to insert into a page."""
    kept: Mapping[str, Any] = turn.reply
    return {
        "seq": turn.seq,
        "speaker": turn.speaker.value,
        "author": turn.author,
        "at": f"{turn.at.isoformat(timespec='milliseconds')}Z",
        "kind": kept.get("kind", "text"),
        "text": turn.text,
        "html": as_html(turn.text) if turn.speaker in ("bot", "system") else "",
        "article": kept.get("article"),
        "choices": list(kept.get("choices", ())),
        "confidence": kept.get("confidence"),
    }
