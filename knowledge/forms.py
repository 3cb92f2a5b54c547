"""What is typed into the pages' forms, kept exactly as it was typed until it is right."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from .checks import parse_date
from .model import EVERYONE, GENERAL_AREA, Article, Draft, InvalidArticle


class ArticleForm(BaseModel):
    """The article form; lists are texts with commas (tags) or lines (phrasings). `seen` is the state that the editor started from."""

    title: str = ""
    body: str = ""
    topic: str = ""
    service_area: str = ""
    audience: str = ""
    language: str = ""
    tags: str = ""
    review_on: str = ""
    phrasings: str = ""
    reason: str = ""
    seen: str = ""
    episodes: str = ""
    action: str = "preview"

    @classmethod
    def empty(cls, areas: Sequence[str] = ()) -> "ArticleForm":
        """The form for a new article, `areas` being the service areas in use: only one of these is proposed."""
        area = GENERAL_AREA if GENERAL_AREA in areas or not areas else ""
        return cls(service_area=area, audience=EVERYONE, language="en")

    @classmethod
    def of(cls, article: Article) -> "ArticleForm":
        """The form filled with an article."""
        return cls(
            title=article.title,
            body=article.body,
            topic=article.topic,
            service_area=article.service_area,
            audience=article.audience,
            language=article.language,
            tags=", ".join(article.tags),
            review_on=article.review_on.isoformat() if article.review_on else "",
            seen=article.updated_at.isoformat(),
        )

    def differences(self, saved: Article) -> list[tuple[str, str, str]]:
        """Which short fields differ from the saved article: their name, what is typed here, and what is saved."""
        theirs = ArticleForm.of(saved)
        names = ("title", "topic", "service_area", "audience", "language", "tags", "review_on")
        pairs = [(name.replace("_", " ").capitalize(), getattr(self, name).strip(), getattr(theirs, name)) for name in names]
        return [(name, mine, other) for name, mine, other in pairs if mine != other]

    def draft(self) -> Draft:
        """What was typed, as contents of an article. Raises `InvalidArticle` for a date that is none."""
        try:
            review_on = parse_date(self.review_on)
        except ValueError:
            raise InvalidArticle({"review_on": "Write the date as 2027-05-31."}) from None
        return Draft(
            title=self.title,
            body=self.body,
            topic=self.topic,
            service_area=self.service_area,
            audience=self.audience,
            language=self.language,
            tags=tuple(self.tags.split(",")),
            review_on=review_on,
            phrasings=tuple(line for line in self.phrasings.splitlines() if line.strip()),
        )


class GapForm(BaseModel):
    """What an editor wants to do with a gap: `article` is an id, or "other" when `other` names the article by id or title."""

    episodes: str = ""
    article: str = ""
    other: str = ""
    texts: list[str] = []
    more: str = ""

    @property
    def episode_ids(self) -> list[str]:
        """The episodes of the gap as the editor saw it."""
        return self.episodes.split()

    @property
    def wanted(self) -> list[str]:
        """The chosen and the written phrasings, each once."""
        written = (" ".join(line.split()) for line in (*self.texts, *self.more.splitlines()))
        return list(dict.fromkeys(line for line in written if line))

    def chosen(self, titles: Sequence[tuple[str, str]]) -> str:
        """The id of the chosen article, `titles` being (id, title) of all. Raises `InvalidArticle` when it is not clear."""
        if self.article and self.article != "other":
            return self.article
        named = self.other.strip().casefold()
        found = [identity for identity, title in titles if named in (identity, title.casefold())]
        if not named:
            raise InvalidArticle({"article": "Choose the article that answers these questions."})
        if len(found) != 1:
            several = f"{len(found)} articles are called" if found else "There is no published article called"
            raise InvalidArticle({"article": f"{several} “{self.other.strip()}”. Choose one from the list."})
        return found[0]


@dataclass(frozen=True, slots=True)
class Pages:
    """Which part of a long list is shown."""

    number: int
    last: int
    size: int

    @classmethod
    def of(cls, number: int, total: int, size: int) -> "Pages":
        """Page `number` of a list of `total`, or the nearest page that there is."""
        last = max(1, -(-total // size))
        return cls(min(max(1, number), last), last, size)

    @property
    def start(self) -> int:
        """How many items come before this page."""
        return (self.number - 1) * self.size
