"""What site generators and HTML leave in Markdown (Jekyll, Hugo, Eleventy), turned into plain Markdown that an employee can read."""

import posixpath
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

_COMMENT = re.compile(r"<!--.*?-->|\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}|\{#(?![\w-]+\}).*?#\}", re.DOTALL)
_KEPT = re.compile(
    r"\{%-?\s*raw\s*-?%\}(?P<raw>.*?)\{%-?\s*endraw\s*-?%\}"
    r"|(?P<fence>^[ \t]*(?P<mark>`{3,}|~{3,})[^\n]*\n.*?^[ \t]*(?P=mark)[`~]*[ \t]*$)"
    r"|(?P<code>(?P<ticks>`+)(?!`)[^\n]+?(?<!`)(?P=ticks)(?!`))",
    re.DOTALL | re.MULTILINE,
)
_RAW_TAG = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_TAG = re.compile(r"\{%-?\s*(?P<name>/?[\w-]*)(?P<rest>.*?)-?%\}|\{\{[<%]\s*(?P<short>/?[\w./-]+)(?P<args>.*?)[>%]\}\}", re.DOTALL)
_VARIABLE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_ATTRIBUTE_LIST = re.compile(r"\{:[^}\n]*\}|[ \t]\{[#.][\w-][^}\n]*\}")
_QUOTED = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_LINK_TAGS = frozenset({"page", "link", "post_url", "ref", "relref", "url", "doc"})
_SILENT_TAGS = re.compile(r"include|image|img|figure|icon|import|render|layout|youtube|video|asset|css|script|set|assign|capture|for|if")

_DROPPED = re.compile(r"<(script|style|iframe|svg|template|object|noscript)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_HTML_BLOCK = re.compile(r"^[ \t]*<(table|ul|ol|dl|details|section|div)\b.*?</\1\s*>", re.DOTALL | re.MULTILINE | re.IGNORECASE)
_ANCHOR = re.compile(r"<a\b[^>]*?href\s*=\s*[\"']([^\"'>]*)[\"'][^>]*>(.*?)</a\s*>", re.DOTALL | re.IGNORECASE)
_HTML_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>a|abbr|article|aside|b|br|button|center|code|col|colgroup|dd|details|div|dl|dt|em|figcaption|figure|font|footer|"
    r"h[1-6]|header|hr|i|img|input|kbd|label|li|main|mark|nav|ol|p|pre|s|section|small|source|span|strong|sub|summary|sup|table|tbody|td|"
    r"tfoot|th|thead|tr|u|ul|video)(?=[\s/>])[^>]*>",
    re.IGNORECASE,
)
_INSTEAD = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "kbd": "`"}
_NEW_BLOCK = {"p", "div", "table", "ul", "ol", "dl", "details", "section", "article", "aside", "header", "footer", "pre", "summary"}
_NEW_LINE = {"tr", "dt", "dd", "br"}

_LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\]){0,1000})\]"
    r"\(\s*<?(?P<target>[^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+[\"'][^)]*)?\s*\)"
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|/a/[a-z0-9-]+$")
_PAGE_ENDING = re.compile(r"(?:\.(?:md|markdown|html?))$", re.IGNORECASE)
_INDEX_NAME = re.compile(r"(?:^|/)(?:index|_index|readme)$")


def to_plain_markdown(body: str) -> str:
    """The body without comments, template tags and HTML; code stays as it is. A body without any of these comes back unchanged."""
    text = _COMMENT.sub("", body) if "<!--" in body or "{%" in body or "{#" in body else body
    cleaned = _outside_code(text, _clean)
    return body if cleaned == body else re.sub(r"\n{3,}", "\n\n", cleaned)


def resolve_links(body: str, path: str, articles: Mapping[str, str]) -> str:
    """The body with links to other pages of the folder leading to their articles (`/a/<id>`); a link that leads nowhere becomes its text.

    `articles` maps `page_key(address)` to the id of the article; `path` is the file's own path in the folder.
    """

    def replaced(found: re.Match[str]) -> str:
        target, shown = found["target"], found["text"]
        if found["image"] or _ABSOLUTE.match(target):
            return found.group()
        article = _find(target, path, articles)
        return f"[{shown}](/a/{article})" if article else shown

    return _outside_code(body, lambda text: _LINK.sub(replaced, text))


def page_key(address: str) -> str:
    """The same key for every way of writing a page's address: `/Leave/`, `leave.md`, `leave/index.html` and `leave#pay` are one page."""
    plain = unquote(address.split("#")[0].split("?")[0]).strip().strip("/").lower()
    return _INDEX_NAME.sub("", _PAGE_ENDING.sub("", posixpath.normpath(plain) if plain else "")).strip("/")


def _find(target: str, path: str, articles: Mapping[str, str]) -> str | None:
    if target.startswith("#") or not target:
        return None
    if target.startswith("/"):
        return articles.get(page_key(target))
    near = posixpath.join(posixpath.dirname(path), target)
    below = posixpath.join(_PAGE_ENDING.sub("", path), target)
    return next((articles[key] for key in map(page_key, (near, below, target)) if key in articles), None)


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    end = 0
    for found in _KEPT.finditer(text):
        parts.append(change(text[end : found.start()]))
        parts.append(found["raw"] if found["raw"] is not None else _RAW_TAG.sub("", found.group()))
        end = found.end()
    parts.append(change(text[end:]))
    return "".join(parts)


def _clean(text: str) -> str:
    if "{" in text:
        text = _ATTRIBUTE_LIST.sub("", _VARIABLE.sub("", _TAG.sub(_tag_text, text)))
    return _without_html(text) if "<" in text else text


def _tag_text(found: re.Match[str]) -> str:
    """What a reader must see of a template tag: the address of a link, else its first quoted words, else nothing."""
    name = found["name"] or found["short"] or ""
    quoted = _QUOTED.search(found["rest"] or found["args"] or "")
    if quoted is None:
        return ""
    words = quoted.group(1) or quoted.group(2) or ""
    if name in _LINK_TAGS:
        return words if words.startswith(("/", ".", "#")) else f"/{words}"
    return "" if _SILENT_TAGS.match(name) or "icon" in name or re.search(r"[/\\]|\.\w+$", words) else words


def _without_html(text: str) -> str:
    text = _HTML_TAG.sub(lambda found: " ".join(found.group().split()), _DROPPED.sub("", text))
    text = _HTML_BLOCK.sub(_unindented, text)
    text = _ANCHOR.sub(lambda found: f"[{' '.join(found[2].split())}]({found[1]})", text)
    return "\n".join(_HTML_TAG.sub(_tag_in_table if line.lstrip().startswith("|") else _html_text, line) for line in text.split("\n"))


def _unindented(found: re.Match[str]) -> str:
    return "\n".join(line.strip() for line in found.group().split("\n"))


def _tag_in_table(found: re.Match[str]) -> str:
    return _INSTEAD.get(found["name"].lower(), " ")


def _html_text(found: re.Match[str]) -> str:
    name, closes = found["name"].lower(), bool(found["close"])
    if name in _INSTEAD:
        return _INSTEAD[name]
    if name[0] == "h" and name[1:].isdigit():
        return "\n\n" if closes else f"\n\n{'#' * int(name[1:])} "
    if name == "li":
        return "\n" if closes else "\n- "
    if name in ("td", "th"):
        return " " if closes else ""
    if name in _NEW_LINE:
        return "\n" if closes or name == "br" else ""
    return "\n\n" if name in _NEW_BLOCK else ""
