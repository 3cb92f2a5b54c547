"""The tables of the articles. Times are naive UTC."""

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .model import LONGEST_ID, LONGEST_PHRASING, LONGEST_TITLE


class Base(DeclarativeBase):
    """The metadata of this folder."""

    metadata = MetaData()


class ArticleRow(Base):
    """An article as it is now.

    `import_digest` is the digest of the file as it was imported last, `edited` whether an editor changed the article after that.
    """

    __tablename__ = "article"

    id: Mapped[str] = mapped_column(String(LONGEST_ID), primary_key=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    body: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(String(100), index=True)
    service_area: Mapped[str] = mapped_column(String(60))
    audience: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(20))
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    review_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(20), index=True)
    source: Mapped[str] = mapped_column(Text)
    import_folder: Mapped[str] = mapped_column(Text, default="")
    import_digest: Mapped[str] = mapped_column(String(64), default="")
    edited: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(String(200))


class ArticleVersionRow(Base):
    """An article as it was published once."""

    __tablename__ = "article_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    article: Mapped[str] = mapped_column(ForeignKey(ArticleRow.id, ondelete="CASCADE"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    body: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(String(100))
    service_area: Mapped[str] = mapped_column(String(60))
    audience: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(20))
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    review_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("article", "version"),)


class PhrasingRow(Base):
    """One way in which people ask for an article; `spelling` is the text in the one spelling that the matcher compares."""

    __tablename__ = "phrasing"

    id: Mapped[int] = mapped_column(primary_key=True)
    article: Mapped[str] = mapped_column(ForeignKey(ArticleRow.id, ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    spelling: Mapped[str] = mapped_column(String(LONGEST_PHRASING), index=True)
    source: Mapped[str] = mapped_column(String(20))
    added_by: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("article", "spelling"),)


class GapDecisionRow(Base):
    """What was decided about an unanswered episode; `episode` is a plain value, the record may be deleted before it."""

    __tablename__ = "gap_decision"

    episode: Mapped[str] = mapped_column(String(60), primary_key=True)
    action: Mapped[str] = mapped_column(String(20))
    article: Mapped[str] = mapped_column(String(LONGEST_ID), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(index=True)


class IndexVersionRow(Base):
    """One row: raised by every change that the matcher must see."""

    __tablename__ = "index_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int]
