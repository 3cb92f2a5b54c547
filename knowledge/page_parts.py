"""What the pages of this folder have in common."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy.orm import Session
from starlette.templating import Jinja2Templates

from intents.matcher import Matcher
from intents.model import Entry, MatchingSettings

from . import store
from .effects import Preview
from .model import Article, KnowledgeSettings, Suggestion
from .preview import preview_phrasings

OpenSession = Callable[[Request], AbstractContextManager[Session]]

DONE = {
    "phrasings": "Published. The next person who asks like this gets the article.",
    "article": "The article is published, and the next question will find it.",
    "dismissed": "Dismissed. These questions are no longer on the list.",
    "reopened": "These questions are on the list of open questions again.",
    "saved": "Saved.",
    "draft": "Saved as a draft. Employees do not see it until you publish it.",
    "published": "Published. The next question will find it.",
    "archived": "Archived. Employees no longer see this article; you can publish it again at any time.",
    "phrasing_added": "Phrasing added. The next question will find it.",
    "phrasing_removed": "Phrasing removed.",
    "gone": "Somebody else has decided about these questions in the meantime.",
}


@dataclass(frozen=True, slots=True)
class PageParts:
    """Everything that a page needs from outside."""

    open_session: OpenSession
    templates: Jinja2Templates
    now: Callable[[], datetime]
    current_matcher: Callable[[], Matcher]
    matching: MatchingSettings
    settings: KnowledgeSettings

    def since(self) -> datetime:
        """From when on unanswered questions are shown."""
        return self.now() - timedelta(days=self.settings.gap_days)

    def changes(self, entries: Sequence[Entry], texts: Sequence[str], article: str, *, questions: Sequence[str] = ()) -> Preview:
        """What these new phrasings of the article would change. It takes seconds: no session may be open meanwhile."""
        return preview_phrasings(
            Matcher.build,
            entries,
            texts,
            article,
            questions=questions,
            current=self.current_matcher(),
            matching=self.matching,
            settings=self.settings,
        )

    def likely(self, suggestion: Suggestion | None) -> str:
        """The article's id when the matcher is sure enough of it to offer it to an employee, else an empty string."""
        return suggestion.article if suggestion is not None and suggestion.confidence >= self.matching.choose_at else ""

    def page(self, request: Request, name: str, context: Mapping[str, object], status_code: int = 200) -> HTMLResponse:
        """The template `knowledge/<name>.html`, with the message that `?done=` asks for."""
        common: dict[str, object] = {"done": DONE.get(request.query_params.get("done", "")), "errors": {}}
        return self.templates.TemplateResponse(request, f"knowledge/{name}.html", {**common, **context}, status_code=status_code)


def author(request: Request) -> str:
    """The name that is kept with a change."""
    return str(request.user.display_name)


def see(url: str, done: str) -> RedirectResponse:
    """To another page after a form was accepted, with the message to show there."""
    return RedirectResponse(f"{url}?done={done}", status_code=303)


def existing(session: Session, article: str) -> Article:
    """The article, or the page that says that there is none."""
    found = store.article(session, article)
    if found is None:
        raise HTTPException(404, "There is no such article.")
    return found
