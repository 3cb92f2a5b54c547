"""Articles as the conversation shows them."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from knowledge import store
from knowledge.model import EVERYONE, Status

from .model import ArticleLink
from .turnout import ShownArticle


def shown_article(session: Session, identity: str, *, audiences: Collection[str] = (EVERYONE,), base_url: str) -> ShownArticle | None:
    """The article, if it is published and meant for one of these audiences."""
    found = store.article(session, identity)
    if found is None or found.status is not Status.PUBLISHED or found.audience not in audiences:
        return None
    link = ArticleLink(found.id, found.title, f"{base_url}/a/{found.id}")
    return ShownArticle(link, found.body, found.service_area)
