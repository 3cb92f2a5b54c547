"""The matcher in use: built from the published articles, and swapped for a new one when they change."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import structlog

from intents.decision import decide
from intents.matcher import Matcher
from intents.model import MatchingSettings, Understanding
from knowledge import store

from .database import Database
from .turnout import Read

log = structlog.get_logger()

Progress = Callable[[str, int, int], None]
REBUILT_AT_ONCE = 5_000
REMEMBERED = 4_096


@dataclass(frozen=True)
class Built:
    """A matcher and the index version it was built from; `understand` remembers its newest questions."""

    version: int
    articles: int
    matcher: Matcher
    understand: Callable[[str, tuple[str, ...]], Understanding]


class Index:
    """Gives out the current matcher; questions never wait for a new one to be built."""

    def __init__(self, database: Database, settings: MatchingSettings, *, progress: Progress | None = None) -> None:
        self._database = database
        self._settings = settings
        self._building = threading.Lock()
        self._built = self._build(progress)

    @property
    def current(self) -> Built:
        """The matcher in use."""
        return self._built

    def read(self, question: str, audiences: tuple[str, ...]) -> Read:
        """The question as understood, and the decision."""
        return self.read_with(self._built, question, audiences)

    def read_with(self, built: Built, question: str, audiences: tuple[str, ...]) -> Read:
        """The same with the matcher of one moment, so that a turn is decided by one index version throughout."""
        understanding = built.understand(question, audiences)
        return Read(understanding, decide(understanding, self._settings))

    def refresh(self) -> bool:
        """Whether the articles had changed; small knowledge is rebuilt before this returns, large in the background."""
        with self._database.reading() as session:
            if store.index_version(session) == self._built.version:
                return False
        if self._built.articles > REBUILT_AT_ONCE:
            threading.Thread(target=self._rebuild, name="index", daemon=True).start()
        else:
            self._rebuild()
        return True

    def _rebuild(self) -> None:
        with self._building:
            with self._database.reading() as session:
                newest = store.index_version(session)
            if newest != self._built.version:
                self._built = self._build(None)

    def _build(self, progress: Progress | None) -> Built:
        started = time.monotonic()
        with self._database.reading() as session:
            version, entries = store.index_version(session), store.entries(session)
        matcher = Matcher.build(entries, progress=progress)

        @lru_cache(maxsize=REMEMBERED)
        def understand(question: str, audiences: tuple[str, ...]) -> Understanding:
            return matcher.match(question, limit=self._settings.candidates, audiences=audiences)

        log.debug("index built", version=version, articles=len(entries), seconds=round(time.monotonic() - started, 2))
        return Built(version, len(entries), matcher, understand)
