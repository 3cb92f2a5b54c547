"""A whole conversation, and an answer from the desk, without touching a mouse."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chatting import DID_IT_HELP, ONE_OF_THESE, SOLVED, last
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MOST_STEPS = 60
NAME_OF_FOCUS = """() => {
  const {innerText, ariaLabel, labels, placeholder} = document.activeElement;
  return (innerText || ariaLabel || labels?.[0]?.innerText || placeholder || '').trim();
}"""


def tab_to(page: Page, label: str, *, back: bool = False) -> None:
    """Presses Tab until the focus is on something with this name, and sees that the focus can be seen."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        name = page.evaluate(NAME_OF_FOCUS)
        if name.startswith(label):
            assert page.evaluate(FOCUS_SHOWS), f"the focus on “{label}” cannot be seen"
            return
    raise AssertionError(f"Tab never reaches “{label}”")


FOCUS_SHOWS = """() => {
  const shows = (element) => { const style = getComputedStyle(element);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none'; };
  const at = document.activeElement.getBoundingClientRect();
  const seen = at.bottom > 0 && at.top < innerHeight;
  return seen && (shows(document.activeElement) || shows(document.activeElement.parentElement));
}"""


def test_conversation_and_answer_by_keyboard(someone: Callable[..., BrowserContext], site: Site) -> None:
    page = someone().new_page()
    page.goto("/")
    expect(page.get_by_role("textbox", name="Your message")).to_be_focused()
    page.keyboard.type("VPN keeps")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("dropping")
    page.keyboard.press("Enter")
    expect(last(page)).to_contain_text(DID_IT_HELP)
    assert page.locator("#turns > li.employee .body").inner_text() == "VPN keeps\ndropping"
    tab_to(page, "No", back=True)
    page.keyboard.press("Enter")
    expect(last(page)).to_contain_text(ONE_OF_THESE)
    tab_to(page, "None of these", back=True)
    page.keyboard.press("Space")
    expect(last(page)).to_have_class(re.compile("unknown"))
    tab_to(page, "Talk to a person", back=True)
    page.keyboard.press("Enter")
    expect(page.locator("#turns > li.handoff")).to_be_visible()
    agent = someone("agent").new_page()
    agent.goto("/desk")
    tab_to(agent, "Skip to the content")
    tab_to(agent, "Claim")
    agent.keyboard.press("Enter")
    expect(agent.get_by_role("status")).to_contain_text("This one is yours now.")
    tab_to(agent, "Answer")
    agent.keyboard.type("Hello, I am here.")
    agent.keyboard.press("Tab")
    agent.keyboard.press("Enter")
    expect(last(page)).to_contain_text("Hello, I am here.")
    tab_to(agent, "Which article solved it?")
    agent.keyboard.type("The VPN keeps disconnecting")
    agent.keyboard.press("Enter")
    expect(agent.get_by_role("status")).to_contain_text("Closed.")
    expect(last(page)).to_contain_text("Is it solved?")
    tab_to(page, "Yes, solved", back=True)
    page.keyboard.press("Enter")
    expect(last(page)).to_contain_text(SOLVED)


def test_skip_link_leads_to_the_content(someone: Callable[..., BrowserContext]) -> None:
    page = someone("admin").new_page()
    page.goto("/statistics")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
