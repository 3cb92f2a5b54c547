"""Markdown to safe HTML and to plain text."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAGS = {"p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "a"} | {
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_ATTRIBUTES = {"a": {"href", "title", "target"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_OWN_PAGE = re.compile(r"/a/[a-z0-9-]+")
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_BLOCK_END = frozenset({"paragraph_close", "heading_close", "fence", "code_block", "table_close"})


def to_html(text: str) -> str:
    """HTML of CommonMark with tables: no raw HTML, no images (their text instead), headings from h2 on, links only to the web, to mail
    addresses and to our own articles; a link that leads elsewhere keeps its text."""
    tokens = _PARSER.parse(text)
    _lower_headings(tokens)
    for token in tokens:
        _tame(token.children or [])
    return nh3.clean(
        _PARSER.renderer.render(tokens, _PARSER.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
        attribute_filter=_allowed,
    )


def to_text(text: str) -> str:
    """The same text for a terminal or a plain message: lists with dashes or numbers, addresses in brackets after their link."""
    parts: list[str] = []
    numbers: list[int | None] = []
    for token in _PARSER.parse(text):
        parts.append(_opening(token, numbers) if token.nesting == 1 else _content_or_end(token, numbers))
        if token.type in _BLOCK_END:
            parts.append("\n" if numbers else "\n\n")
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" \| (?=\n)", "", "".join(parts))).strip()


def _opening(token: Token, numbers: list[int | None]) -> str:
    """The mark of a list item; `numbers` holds for every open list its next number, or None for dashes."""
    if token.type == "list_item_open":
        return "  " * (len(numbers) - 1) + _mark(numbers)
    if token.type in ("bullet_list_open", "ordered_list_open"):
        numbers.append(int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else None)
    return ""


def _content_or_end(token: Token, numbers: list[int | None]) -> str:
    match token.type:
        case "inline":
            return _line(token.children or [])
        case "fence" | "code_block":
            return token.content.rstrip("\n")
        case "td_close" | "th_close":
            return " | "
        case "tr_close":
            return "\n"
        case "bullet_list_close" | "ordered_list_close":
            numbers.pop()
            return "" if numbers else "\n"
    return ""


def _mark(numbers: list[int | None]) -> str:
    number = numbers[-1]
    if number is None:
        return "- "
    numbers[-1] = number + 1
    return f"{number}. "


def _line(tokens: Sequence[Token]) -> str:
    parts: list[str] = []
    address, shown_from = "", 0
    for token in tokens:
        match token.type:
            case "text" | "code_inline" | "image":
                parts.append(token.content)
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "link_open":
                address, shown_from = str(token.attrGet("href") or ""), len(parts)
            case "link_close":
                shown = "".join(parts[shown_from:])
                if _is_address(address) and shown not in address:
                    parts.append(f" ({address.removeprefix('mailto:')})")
    return "".join(parts)


def _tame(tokens: list[Token]) -> None:
    """Images become their text; links to the web open beside the chat."""
    for token in tokens:
        if token.type == "image":
            token.type, token.tag, token.children = "text", "", None
        elif token.type == "link_open" and _scheme(str(token.attrGet("href") or "")) in ("http", "https"):
            token.attrSet("target", "_blank")


def _lower_headings(tokens: Sequence[Token]) -> None:
    """The page's own title is its h1: the highest heading of the text becomes h2 and the others follow."""
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) - highest + 2)}"


def _allowed(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href":
        return value if _is_address(value) or _OWN_PAGE.fullmatch(value) else None
    if attribute == "target":
        return value if value == "_blank" else None
    return value


def _is_address(value: str) -> bool:
    return _scheme(value) in _SCHEMES


def _scheme(address: str) -> str:
    """The scheme of an address in small letters, empty for a relative or unreadable one."""
    try:
        return urlsplit(address).scheme.lower()
    except ValueError:
        return ""
