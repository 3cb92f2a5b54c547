"""Markdown becomes safe HTML and readable text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.markdown import to_html, to_text


def test_lists_bold_code_and_tables_are_drawn() -> None:
    html = to_html("1. Press **Save**\n2. Type `ipconfig`\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<ol>" in html
    assert "<strong>Save</strong>" in html
    assert "<code>ipconfig</code>" in html
    assert "<td>2</td>" in html


def test_a_link_to_the_web_opens_beside_the_chat_and_tells_nothing() -> None:
    assert to_html("[x](https://example.com)") == ('<p><a href="https://example.com" target="_blank" rel="noopener noreferrer">x</a></p>\n')


@pytest.mark.parametrize("target", ["/desk", "//evil.example", "ftp://example.com/x", "#top", "other.md", "/a/../desk", "tel:112"])
def test_a_link_elsewhere_is_only_its_text(target: str) -> None:
    html = to_html(f"[the text]({target})")
    assert "href" not in html
    assert "the text" in html


def test_links_to_mail_and_to_our_own_articles_stay() -> None:
    assert 'href="mailto:a@example.com"' in to_html("<a@example.com>")
    assert 'href="/a/reset-password"' in to_html("[see](/a/reset-password)")


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>)",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1))",
        '<a href="https://x" onclick="alert(1)">y</a>',
    ],
)
def test_nothing_dangerous_gets_through(attack: str) -> None:
    html = to_html(attack)
    assert "<script" not in html
    assert "<img" not in html
    assert '<a href="j' not in html
    assert '<a href="d' not in html
    assert '<a href="https://x' not in html


def test_no_pictures_and_no_inline_style() -> None:
    html = to_html("![a diagram](https://example.com/x.png)\n\n|a|\n|--:|\n|1|")
    assert "a diagram" in html
    assert "img" not in html
    assert "style" not in html


def test_headings_begin_below_the_title_of_the_page() -> None:
    assert to_html("# One\n\n## Two") == "<h2>One</h2>\n<h3>Two</h3>\n"
    assert to_html("### Deep") == "<h2>Deep</h2>\n"


def test_plain_text_keeps_numbers_dashes_and_addresses() -> None:
    text = to_text("1. Open [the portal](https://portal.example.com).\n2. Choose:\n   - **Leave**\n   - *Pay*\n3. Done\n\nIf not, ask.")
    assert text == "1. Open the portal (https://portal.example.com).\n2. Choose:\n  - Leave\n  - Pay\n3. Done\n\nIf not, ask."


def test_an_address_that_is_shown_already_is_not_repeated() -> None:
    assert to_text("[portal.example.com](https://portal.example.com)") == "portal.example.com"


@given(st.text(max_size=300))
def test_any_text_can_be_drawn(text: str) -> None:
    assert "<script" not in to_html(text)
    to_text(text)
