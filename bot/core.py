"""The composition root: what every way of running the product needs, built once, by hand, in plain calls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from . import clock
from .articles import shown_article
from .assistant import Assistant
from .channels.port import Channel
from .config import Settings
from .database import Database
from .delivery import Courier
from .index import Index, Progress
from .texts import Texts
from .turnout import ShownArticle


@dataclass(frozen=True)
class Core:
    """What every way of running the product needs: the web server, the terminal, a single question."""

    settings: Settings
    texts: Texts
    database: Database
    index: Index
    now: Callable[[], datetime]

    def article(self, session: Session, identity: str) -> ShownArticle | None:
        """A published article that everyone may read."""
        return shown_article(session, identity, base_url=self.settings.base_url)

    def assistant(self, committed: Callable[[], None] = lambda: None) -> Assistant:
        """An assistant; `committed` is called after every transaction that may have put something into the outbox."""
        return Assistant(
            database=self.database,
            index=self.index,
            texts=self.texts,
            record=self.settings.record,
            desk=self.settings.desk,
            base_url=self.settings.base_url,
            now=self.now,
            committed=committed,
        )

    def courier(self, *channels: Channel, addresses: Sequence[str] | None = None) -> Courier:
        """The worker that sends what is in the outbox for these channels, at these addresses only if any are given."""
        return Courier(self.database, {channel.name: channel for channel in channels}, self.now, addresses=addresses)


def build_core(
    settings: Settings, database: Database, *, now: Callable[[], datetime] = clock.now, progress: Progress | None = None
) -> Core:
    """Index, texts and everything that hangs on them; the database must have been migrated."""
    index = Index(database, settings.matching, progress=progress)
    return Core(settings, settings.words(), database, index, now)
