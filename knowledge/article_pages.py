"""The list of articles, and writing, publishing and archiving one."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.authentication import requires

from . import store
from .articles import add_phrasing, archive_article, new_phrasing, publish_article, remove_phrasing, save_article
from .checks import check_draft, tidy
from .forms import ArticleForm, Pages
from .gaps import answer_gap_with_article, gap_of, open_gaps, with_suggestions
from .markdown import to_html
from .model import Article, EditConflict, InvalidArticle, Status
from .page_parts import PageParts, author, existing, see

_ARTICLES_PER_PAGE = 50
_MOST_PROPOSED = 20


def add_article_routes(router: APIRouter, parts: PageParts) -> None:
    """The pages about articles; `new` stands before `{article}` because the first path that fits is taken."""

    @router.get("/knowledge/articles")
    @requires("knowledge")
    def show_articles(request: Request, q: str = "", topic: str = "", status: str = "", page: int = 1) -> Response:
        return _list(parts, request, q.strip()[:200], topic, Status(status) if status in set(Status) else None, page)

    @router.get("/knowledge/articles/new")
    @requires("knowledge")
    def new_article(request: Request, gap: str = "") -> Response:
        with parts.open_session(request) as session:
            form = _form_for_gap(parts, session, gap) if gap else ArticleForm.empty(store.service_areas(session))
            return _form(parts, request, session, form, None)

    @router.post("/knowledge/articles/new")
    @requires("knowledge")
    def save_new(request: Request, form: Annotated[ArticleForm, Form()]) -> Response:
        with parts.open_session(request) as session:
            return _save_new(parts, request, session, form)

    @router.get("/knowledge/articles/{article}")
    @requires("knowledge")
    def show_article(request: Request, article: str) -> Response:
        with parts.open_session(request) as session:
            return _one(parts, request, session, existing(session, article))

    @router.get("/knowledge/articles/{article}/edit")
    @requires("knowledge")
    def edit_article(request: Request, article: str) -> Response:
        with parts.open_session(request) as session:
            found = existing(session, article)
            return _form(parts, request, session, ArticleForm.of(found), found)

    @router.post("/knowledge/articles/{article}/edit")
    @requires("knowledge")
    def save_edit(request: Request, article: str, form: Annotated[ArticleForm, Form()]) -> Response:
        with parts.open_session(request) as session:
            return _save_edit(parts, request, session, existing(session, article), form)

    @router.get("/knowledge/articles/{article}/versions/{number}")
    @requires("knowledge")
    def show_version(request: Request, article: str, number: int) -> Response:
        with parts.open_session(request) as session:
            found = existing(session, article)
            version = next((v for v in store.versions(session, article) if v.version == number), None)
        if version is None:
            raise HTTPException(404, "There is no such version.")
        return parts.page(request, "version", {"article": found, "version": version, "html": to_html(version.body)})

    _add_action_routes(router, parts)


def _add_action_routes(router: APIRouter, parts: PageParts) -> None:
    @router.post("/knowledge/articles/{article}/publish")
    @requires("knowledge")
    def publish(request: Request, article: str) -> Response:
        with parts.open_session(request) as session:
            found = existing(session, article)
            try:
                publish_article(session, article, by=author(request), now=parts.now())
            except InvalidArticle as error:
                return _one(parts, request, session, found, error.errors)
        return see(f"/knowledge/articles/{article}", "published")

    @router.post("/knowledge/articles/{article}/archive")
    @requires("knowledge")
    def archive(request: Request, article: str) -> Response:
        with parts.open_session(request) as session:
            existing(session, article)
            archive_article(session, article, by=author(request), now=parts.now())
        return see(f"/knowledge/articles/{article}", "archived")

    @router.post("/knowledge/articles/{article}/phrasings")
    @requires("knowledge")
    def add(request: Request, article: str, text: Annotated[str, Form()] = "", confirmed: Annotated[str, Form()] = "") -> Response:
        return _add_phrasing(parts, request, article, text, confirmed=bool(confirmed))

    @router.post("/knowledge/articles/{article}/phrasings/{phrasing}/remove")
    @requires("knowledge")
    def remove(request: Request, article: str, phrasing: int) -> Response:
        with parts.open_session(request) as session:
            existing(session, article)
            remove_phrasing(session, article, phrasing, by=author(request), now=parts.now())
        return see(f"/knowledge/articles/{article}", "phrasing_removed")


def _add_phrasing(parts: PageParts, request: Request, article: str, text: str, *, confirmed: bool) -> Response:
    """Publishes the phrasing at once when no other article is hurt, else first shows what would happen.

    The session is closed before the change is tried: that takes a while, and nobody must wait for it to write.
    """
    with parts.open_session(request) as session:
        found = existing(session, article)
        try:
            wanted = new_phrasing(session, article, text)
        except InvalidArticle as error:
            return _one(parts, request, session, found, error.errors, typed=text)
        entries = store.entries(session)
    if found.status is Status.PUBLISHED and not confirmed:
        preview = parts.changes(entries, [wanted], article)
        if not preview.harmless:
            return parts.page(request, "phrasing_preview", {"article": found, "text": wanted, "preview": preview})
    with parts.open_session(request) as session:
        try:
            add_phrasing(session, article, wanted, by=author(request), now=parts.now())
        except InvalidArticle as error:
            return _one(parts, request, session, found, error.errors, typed=text)
    return see(f"/knowledge/articles/{article}", "phrasing_added")


def _list(parts: PageParts, request: Request, search: str, topic: str, status: Status | None, page: int) -> Response:
    with parts.open_session(request) as session:
        total = store.count_articles(session, search=search, topic=topic, status=status)
        pages = Pages.of(page, total, _ARTICLES_PER_PAGE)
        lines = store.articles(session, search=search, topic=topic, status=status, limit=pages.size, offset=pages.start)
        topics = store.topic_names(session)
    context = {
        "lines": [(line, store.is_overdue(line.review_on, parts.now())) for line in lines],
        "total": total,
        "topics": topics,
        "search": search,
        "topic": topic,
        "status": status,
        "statuses": list(Status),
        "pages": pages,
    }
    return parts.page(request, "articles", context)


def _one(
    parts: PageParts, request: Request, session: Session, article: Article, errors: dict[str, str] | None = None, *, typed: str = ""
) -> Response:
    context = {
        "article": article,
        "html": to_html(article.body),
        "phrasings": store.phrasings(session, article.id),
        "versions": store.versions(session, article.id),
        "overdue": store.is_overdue(article.review_on, parts.now()),
        "typed": typed,
        "errors": errors or {},
    }
    return parts.page(request, "article", context, 422 if errors else 200)


def _form(
    parts: PageParts,
    request: Request,
    session: Session,
    form: ArticleForm,
    article: Article | None,
    errors: dict[str, str] | None = None,
    html: str = "",
    theirs: Article | None = None,
) -> Response:
    choices = {
        "topics": store.topic_names(session),
        "areas": store.service_areas(session),
        "audiences": store.audiences(session),
    }
    saved = None if theirs is None else {"article": theirs, "html": to_html(theirs.body), "differences": form.differences(theirs)}
    context = {"form": form, "article": article, "errors": errors or {}, "html": html, "theirs": saved, **choices}
    return parts.page(request, "article_form", context, 422 if errors else 200)


def _form_for_gap(parts: PageParts, session: Session, key: str) -> ArticleForm:
    """The form with what is known from the gap: its questions, and topic and area of the nearest article if that is likely at all."""
    empty = ArticleForm.empty(store.service_areas(session))
    gaps = open_gaps(session, since=parts.since(), now=parts.now(), settings=parts.settings)
    gap = next((gap for gap in gaps if key in gap.episodes), None)
    if gap is None:
        return empty
    [gap] = with_suggestions([gap], parts.current_matcher())
    near = store.article(session, likely) if (likely := parts.likely(gap.nearest)) else None
    asked = [question.text for question in gap.questions[:_MOST_PROPOSED]]
    filled = {"title": _as_title(gap.question), "phrasings": "\n".join(" ".join(text.split()) for text in asked)}
    filled |= {"topic": near.topic, "service_area": near.service_area} if near else {}
    return empty.model_copy(update=filled | {"episodes": " ".join(gap.episodes)})


def _as_title(question: str) -> str:
    line = " ".join(question.split())[:100].rstrip(" ?!.,")
    return line[:1].upper() + line[1:]


def _save_new(parts: PageParts, request: Request, session: Session, form: ArticleForm) -> Response:
    try:
        draft = form.draft()
        check_draft(tidy(draft))
        if form.action == "preview":
            return _form(parts, request, session, form, None, html=to_html(draft.body))
        gap = gap_of(session, form.episodes.split()) if form.episodes else None
        if form.action == "publish" and gap is not None:
            answer_gap_with_article(session, gap, draft=draft, by=author(request), now=parts.now())
            return see("/knowledge", "article")
        saved = save_article(session, draft, by=author(request), now=parts.now())
        if form.action == "publish":
            publish_article(session, saved.id, by=author(request), now=parts.now(), reason=form.reason.strip())
    except InvalidArticle as error:
        return _form(parts, request, session, form, None, error.errors, to_html(form.body))
    return see(f"/knowledge/articles/{saved.id}", "article" if form.action == "publish" else "draft")


def _save_edit(parts: PageParts, request: Request, session: Session, article: Article, form: ArticleForm) -> Response:
    try:
        draft = form.draft()
        check_draft(tidy(draft))
        if form.action == "preview":
            return _form(parts, request, session, form, article, html=to_html(draft.body))
        reason = form.reason.strip()
        save_article(session, draft, article=article.id, by=author(request), now=parts.now(), reason=reason, seen=_seen(form))
        if form.action == "publish":
            publish_article(session, article.id, by=author(request), now=parts.now(), reason=reason)
    except EditConflict as error:
        seen = form.model_copy(update={"seen": article.updated_at.isoformat()})
        return _form(parts, request, session, seen, article, error.errors, to_html(form.body), theirs=article)
    except InvalidArticle as error:
        return _form(parts, request, session, form, article, error.errors, to_html(form.body))
    return see(f"/knowledge/articles/{article.id}", "published" if form.action == "publish" else "saved")


def _seen(form: ArticleForm) -> datetime | None:
    try:
        return datetime.fromisoformat(form.seen) if form.seen else None
    except ValueError:
        return None
