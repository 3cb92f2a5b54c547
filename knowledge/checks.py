"""What an article must look like, and one clear sentence for each field that does not."""

import hashlib
import re
import unicodedata
from dataclasses import replace
from datetime import date

from intents.normalise import normalise

from .model import LONGEST_BODY, LONGEST_ID, LONGEST_PHRASING, LONGEST_TITLE, Draft, InvalidArticle

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|[\ud800-\udfff]")
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+")
_SHORT_FIELDS = {"topic": 100, "service_area": 60, "audience": 60}
_MOST_TAGS = 30
_LONGEST_TAG = 60


def check_draft(draft: Draft) -> None:
    """Raises `InvalidArticle` with a sentence for every field that cannot be kept."""
    errors = {**_title_and_body(draft), **_short_fields(draft), **_tags(draft)}
    if not _LANGUAGE.fullmatch(draft.language):
        errors["language"] = "Give the language as a short code such as en, de or pt-BR."
    for text in draft.phrasings:
        if problem := phrasing_problem(text):
            errors["phrasings"] = f'"{shortened(text)}": {problem}'
            break
    if errors:
        raise InvalidArticle(errors)


def tidy(draft: Draft) -> Draft:
    """The same contents without stray white space, with one kind of line end, and without repeated tags and phrasings."""
    return replace(
        draft,
        title=" ".join(draft.title.split()),
        body=draft.body.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip(),
        topic=" ".join(draft.topic.split()),
        service_area=draft.service_area.strip(),
        audience=draft.audience.strip(),
        language=draft.language.strip(),
        tags=tuple(dict.fromkeys(tag.strip() for tag in draft.tags if tag.strip())),
        phrasings=tuple({spelling(text): " ".join(text.split()) for text in reversed(draft.phrasings)}.values())[::-1],
    )


def phrasing_problem(text: str) -> str:
    """Why the text cannot be a phrasing, or an empty string."""
    if not spelling(text):
        return "A phrasing needs at least one word."
    if len(text) > LONGEST_PHRASING:
        return f"A phrasing can have at most {LONGEST_PHRASING} characters; this one has {len(text)}."
    return _control_characters(text)


def id_problem(identity: str) -> str:
    """Why this cannot be the id of an article, or an empty string."""
    if len(identity) > LONGEST_ID:
        return f"An id can have at most {LONGEST_ID} characters; this one has {len(identity)}."
    if not _ID.fullmatch(identity):
        return f"An id has small letters, digits and single hyphens, for example {slug(identity)}."
    return ""


def spelling(text: str) -> str:
    """The one spelling in which two phrasings of an article are compared; empty when there is no letter or digit in the text."""
    plain = normalise(text)
    if not any(character.isalnum() for character in plain):
        return ""
    return plain.strip(" .,;:!?")[:LONGEST_PHRASING]


def slug(text: str, *, otherwise: str = "article") -> str:
    """An id made of the text: plain letters, digits and hyphens; a long one is cut and ends with a digest of the whole."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    joined = _NOT_IN_AN_ID.sub("-", plain.lower()).strip("-")
    if not joined:
        return f"{otherwise}-{_digest(text)}" if text.strip() else otherwise
    return joined if len(joined) <= LONGEST_ID else f"{joined[: LONGEST_ID - 9].rstrip('-')}-{_digest(text)}"


def parse_date(text: str) -> date | None:
    """The date written as 2027-05-31, or None for an empty text. Raises `ValueError` for anything else."""
    return date.fromisoformat(text.strip()) if text.strip() else None


def shortened(text: str, at_most: int = 60) -> str:
    """The beginning of the text, for a message."""
    line = " ".join(text.split())
    return line if len(line) <= at_most else line[: at_most - 1].rstrip() + "…"


def _title_and_body(draft: Draft) -> dict[str, str]:
    errors = {}
    if not draft.title.strip():
        errors["title"] = "Give the article a title."
    elif len(draft.title) > LONGEST_TITLE:
        errors["title"] = f"A title can have at most {LONGEST_TITLE} characters; this one has {len(draft.title)}."
    elif problem := _control_characters(draft.title):
        errors["title"] = problem
    if not draft.body.strip():
        errors["body"] = "Write the text of the article."
    elif len(draft.body) > LONGEST_BODY:
        errors["body"] = f"The text can have at most {LONGEST_BODY:,} characters; this one has {len(draft.body):,}."
    elif problem := _control_characters(draft.body):
        errors["body"] = problem
    return errors


def _short_fields(draft: Draft) -> dict[str, str]:
    errors = {}
    for name, longest in _SHORT_FIELDS.items():
        value = str(getattr(draft, name))
        label = name.replace("_", " ")
        if not value.strip():
            errors[name] = f"Give the {label}."
        elif len(value) > longest:
            errors[name] = f"The {label} can have at most {longest} characters; this one has {len(value)}."
        elif problem := _control_characters(value):
            errors[name] = problem
    return errors


def _tags(draft: Draft) -> dict[str, str]:
    if len(draft.tags) > _MOST_TAGS:
        return {"tags": f"An article can have at most {_MOST_TAGS} tags; this one has {len(draft.tags)}."}
    long = next((tag for tag in draft.tags if len(tag) > _LONGEST_TAG or _control_characters(tag)), None)
    return {} if long is None else {"tags": f'The tag "{shortened(long)}" is too long; at most {_LONGEST_TAG} plain characters.'}


def _control_characters(text: str) -> str:
    found = _NOT_TEXT.search(text)
    if found is None:
        return ""
    line = text.count("\n", 0, found.start()) + 1
    return f"There is an invisible control character (U+{ord(found.group()):04X}) in line {line} of the text; remove it."


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
