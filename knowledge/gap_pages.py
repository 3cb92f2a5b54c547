"""The editor's first page: questions that nothing answered, and what to do about them."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response
from starlette.authentication import requires

from . import store
from .checks import phrasing_problem
from .dismissals import dismissals, undo_dismissal
from .effects import Preview
from .forms import GapForm, Pages
from .gaps import answer_gap_with_phrasing, dismiss_gap, gap_of, open_gaps, with_suggestions
from .model import Gap, InvalidArticle
from .page_parts import PageParts, author, see

_GAPS_PER_PAGE = 20
_LONGEST_CHOSEN = 160
"""Characters up to which a question is proposed as a phrasing; longer ones tell a story."""


def add_gap_routes(router: APIRouter, parts: PageParts) -> None:
    """The pages about gaps."""

    @router.get("/knowledge")
    @requires("knowledge")
    def show_gaps(request: Request, page: int = 1) -> Response:
        return _list(parts, request, page)

    @router.get("/knowledge/gaps/{key}")
    @requires("knowledge")
    def show_gap(request: Request, key: str) -> Response:
        return _show(parts, request, key)

    @router.post("/knowledge/gaps/preview")
    @requires("knowledge")
    def preview(request: Request, form: Annotated[GapForm, Form()]) -> Response:
        return _preview(parts, request, form)

    @router.post("/knowledge/gaps/change")
    @requires("knowledge")
    def change(request: Request, form: Annotated[GapForm, Form()]) -> Response:
        return _change(parts, request, form)

    @router.post("/knowledge/gaps/phrasings")
    @requires("knowledge")
    def publish(request: Request, form: Annotated[GapForm, Form()]) -> Response:
        return _publish(parts, request, form)

    @router.post("/knowledge/gaps/dismiss")
    @requires("knowledge")
    def dismiss(request: Request, episodes: Annotated[str, Form()] = "", reason: Annotated[str, Form()] = "") -> Response:
        return _dismiss(parts, request, episodes.split(), reason)

    _add_dismissed_routes(router, parts)


def _add_dismissed_routes(router: APIRouter, parts: PageParts) -> None:
    @router.get("/knowledge/dismissed")
    @requires("knowledge")
    def show_dismissed(request: Request, page: int = 1) -> Response:
        with parts.open_session(request) as session:
            found = dismissals(session, since=parts.since())
        pages = Pages.of(page, len(found), _GAPS_PER_PAGE)
        context = {"dismissals": found[pages.start : pages.start + pages.size], "pages": pages, "days": parts.settings.gap_days}
        return parts.page(request, "dismissed", context)

    @router.post("/knowledge/dismissed/undo")
    @requires("knowledge")
    def undo(request: Request, episodes: Annotated[str, Form()] = "") -> Response:
        with parts.open_session(request) as session:
            undo_dismissal(session, episodes.split())
        return see("/knowledge/dismissed", "reopened")


def _list(
    parts: PageParts, request: Request, page: int, errors: dict[str, str] | None = None, *, reason_for: str = "", reason: str = ""
) -> Response:
    with parts.open_session(request) as session:
        gaps = open_gaps(session, since=parts.since(), now=parts.now(), settings=parts.settings)
        published = store.count_published(session)
        overdue = store.count_overdue(session, parts.now())
    pages = Pages.of(page, len(gaps), _GAPS_PER_PAGE)
    shown = gaps[pages.start : pages.start + pages.size]
    if reason_for and all(gap.key != reason_for for gap in shown):
        shown = [*(gap for gap in gaps if gap.key == reason_for), *shown]
    context = {
        "gaps": with_suggestions(shown, parts.current_matcher()),
        "total": len(gaps),
        "asked": sum(gap.asked for gap in gaps),
        "days": parts.settings.gap_days,
        "published": published,
        "overdue": overdue,
        "pages": pages,
        "errors": errors or {},
        "reason_for": reason_for,
        "reason": reason,
    }
    return parts.page(request, "gaps", context, 422 if errors else 200)


def _show(parts: PageParts, request: Request, key: str) -> Response:
    with parts.open_session(request) as session:
        gaps = open_gaps(session, since=parts.since(), now=parts.now(), settings=parts.settings)
        titles = store.titles(session)
    gap = next((gap for gap in gaps if key in gap.episodes), None)
    if gap is None:
        return see("/knowledge", "gone")
    form = GapForm(texts=[q.text for q in gap.questions if len(q.text) <= _LONGEST_CHOSEN])
    return _one(parts, request, gap, form, titles, {})


def _one(parts: PageParts, request: Request, gap: Gap, form: GapForm, titles: list[tuple[str, str]], errors: dict[str, str]) -> Response:
    [suggested] = with_suggestions([gap], parts.current_matcher())
    own = {question.text for question in gap.questions}
    context = {
        "gap": suggested,
        "form": form,
        "chosen": form.article or ("other" if form.other else parts.likely(suggested.nearest)),
        "titles": titles,
        "usable": {question.text: not phrasing_problem(question.text) for question in gap.questions},
        "written": "\n".join([*(text for text in form.texts if text not in own), *form.more.splitlines()]),
        "errors": errors,
    }
    return parts.page(request, "gap", context, 422 if errors else 200)


def _preview(parts: PageParts, request: Request, form: GapForm) -> Response:
    """The session is closed before the second matcher is built: that takes a while, and nobody must wait for it to write."""
    with parts.open_session(request) as session:
        gap = gap_of(session, form.episode_ids)
        titles = store.titles(session)
        entries = store.entries(session)
    if gap is None:
        return see("/knowledge", "gone")
    try:
        article = form.chosen(titles)
        title = _title(titles, article)
        _check(form)
    except InvalidArticle as error:
        return _one(parts, request, gap, form, titles, error.errors)
    changes = parts.changes(entries, form.wanted, article, questions=[question.text for question in gap.questions[:20]])
    context = {"gap": gap, "form": form, "article": article, "title": title, "preview": changes, "gain": _gain(changes)}
    return parts.page(request, "gap_preview", context)


def _change(parts: PageParts, request: Request, form: GapForm) -> Response:
    with parts.open_session(request) as session:
        gap = gap_of(session, form.episode_ids)
        titles = store.titles(session)
    return see("/knowledge", "gone") if gap is None else _one(parts, request, gap, _named(form, titles), titles, {})


def _publish(parts: PageParts, request: Request, form: GapForm) -> Response:
    with parts.open_session(request) as session:
        gap = gap_of(session, form.episode_ids)
        if gap is None:
            return see("/knowledge", "gone")
        titles = store.titles(session)
        try:
            article = form.chosen(titles)
            _check(form)
            answer_gap_with_phrasing(session, gap, article=article, texts=form.wanted, by=author(request), now=parts.now())
        except InvalidArticle as error:
            problem = error.errors
        else:
            return see("/knowledge", "phrasings")
    return _one(parts, request, gap, form, titles, problem)


def _named(form: GapForm, titles: list[tuple[str, str]]) -> GapForm:
    """The form with the chosen article by its title too, in case that it is none of the nearest."""
    return form.model_copy(update={"other": form.other or dict(titles).get(form.article, "")})


def _dismiss(parts: PageParts, request: Request, episodes: list[str], reason: str) -> Response:
    with parts.open_session(request) as session:
        gap = gap_of(session, episodes)
        if gap is None:
            return see("/knowledge", "gone")
        try:
            dismiss_gap(session, gap, reason=reason, by=author(request), now=parts.now())
        except InvalidArticle as error:
            problem = error.errors
        else:
            return see("/knowledge", "dismissed")
    return _list(parts, request, 1, problem, reason_for=gap.key, reason=reason)


def _check(form: GapForm) -> None:
    if not form.wanted:
        raise InvalidArticle({"texts": "Choose or write at least one phrasing."})
    if problem := next((f"“{text[:60]}”: {found}" for text in form.wanted if (found := phrasing_problem(text))), None):
        raise InvalidArticle({"texts": problem})


def _title(titles: list[tuple[str, str]], article: str) -> str:
    title = dict(titles).get(article)
    if title is None:
        raise HTTPException(404, "There is no such article.")
    return title


def _gain(preview: Preview) -> int:
    return sum(change.better for change in preview.questions)
