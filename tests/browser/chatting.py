"""What an employee does on the chat page, in their words."""

from playwright.sync_api import Locator, Page, expect

from bot.texts import Texts

TEXTS = Texts()
WITH_PERSON = TEXTS.text("web", "with_person")
TROUBLE = TEXTS.text("web", "trouble")
NOT_SENT_YET = TEXTS.text("web", "waiting_to_send")
DID_IT_HELP = TEXTS.say("did_it_help")
ONE_OF_THESE = TEXTS.say("choose_next")
SOLVED = TEXTS.say("solved")
HELPED = TEXTS.say("helped")
SKIPPED = TEXTS.say("fact_skipped")


def ask(page: Page, text: str) -> None:
    """Types and sends."""
    box = page.get_by_role("textbox", name="Your message")
    box.fill(text)
    box.press("Enter")


def press(page: Page, label: str) -> None:
    """Presses the newest live button with this label."""
    page.locator(".choices button:not([aria-disabled='true'])", has_text=label).last.click()


def turns(page: Page) -> list[str]:
    """Everything on the page that was said, first to last."""
    return [text.strip() for text in page.locator("#turns > li .body").all_inner_texts()]


def last(page: Page) -> Locator:
    """What was said last."""
    return page.locator("#turns > li").last


def wait_for_answer(page: Page, title: str) -> None:
    """Until an article with this title is shown."""
    expect(page.locator("#turns > li.answer").last.get_by_role("heading", name=title)).to_be_visible()


def hand_over(page: Page, question: str) -> int:
    """Asks, calls a person, and returns the number of the request."""
    page.goto("/")
    ask(page, question)
    expect(page.locator("#turns > li.bot").last).to_be_visible()
    press(page, "Talk to a person")
    told = page.locator("#turns > li.handoff .body strong").nth(1)
    expect(told).to_be_visible()
    return int(told.inner_text())
