"""One need from the first word to the last figure: employee, agent, employee again, statistics; and the editor's way."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chatting import ONE_OF_THESE, SKIPPED, SOLVED, WITH_PERSON, ask, last, press, turns, wait_for_answer
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Someone = Callable[..., BrowserContext]
TITLE = "The VPN keeps disconnecting"


def test_employee_agent_and_statistics(someone: Someone, site: Site) -> None:
    employee = someone().new_page()
    employee.goto("/")
    number = _ask_in_vain_and_call_a_person(employee)
    agent = someone("agent").new_page()
    _claim(agent, number)
    expect(last(employee)).to_contain_text("Agent Smith has joined")
    agent.get_by_role("textbox", name="Answer Kim Sommer").fill("Does it also happen by cable?")
    agent.get_by_role("button", name="Send").click()
    expect(last(employee)).to_contain_text("Does it also happen by cable?")
    expect(last(employee)).to_contain_text("Agent Smith")
    expect(agent.get_by_role("textbox", name="Answer Kim Sommer")).to_have_value("")
    ask(employee, "Only by Wi-Fi. Thank you!")
    expect(agent.locator("#transcript")).to_contain_text("Only by Wi-Fi. Thank you!")
    _close(agent)
    expect(last(employee)).to_contain_text("Is it solved?")
    press(employee, "No, not yet")
    expect(last(employee)).to_contain_text("opened your request")
    _claim(agent, number)
    _close(agent)
    expect(last(employee)).to_contain_text("Is it solved?")
    press(employee, "Yes, solved")
    expect(last(employee)).to_contain_text(SOLVED)
    seen = turns(employee)
    employee.reload()
    expect(last(employee)).to_contain_text(SOLVED)
    assert turns(employee) == seen
    agent.goto(f"/desk/{number}")
    expect(agent.get_by_text("The employee says it is solved")).to_be_visible()
    _statistics_show_it(someone("manager").new_page())


def _ask_in_vain_and_call_a_person(employee: Page) -> int:
    ask(employee, "VPN keeps droping")
    wait_for_answer(employee, TITLE)
    press(employee, "No")
    expect(last(employee)).to_contain_text(ONE_OF_THESE)
    press(employee, "None of these")
    expect(last(employee)).to_have_class(re.compile("unknown"))
    press(employee, "Talk to a person")
    handed_over = employee.locator("#turns > li.handoff")
    expect(handed_over).to_contain_text("as number")
    number = int(handed_over.locator(".body strong").nth(1).inner_text())
    ask(employee, "Kim Sommer")
    expect(last(employee)).to_contain_text("Which device")
    press(employee, "Skip")
    expect(last(employee)).to_contain_text(SKIPPED)
    expect(employee.locator("#status")).to_contain_text(WITH_PERSON)
    return number


def _claim(agent: Page, number: int) -> None:
    agent.goto("/desk")
    agent.get_by_role("link", name=str(number)).click()
    expect(agent.get_by_role("heading", level=1)).to_contain_text("VPN keeps droping")
    agent.get_by_role("button", name="Claim and answer").click()
    expect(agent.get_by_role("status")).to_contain_text("This one is yours now.")


def _close(agent: Page) -> None:
    agent.get_by_label("Which article solved it?").fill(TITLE)
    agent.get_by_role("button", name="Close with this article").click()
    expect(agent.get_by_role("status")).to_contain_text("Closed.")


def _statistics_show_it(manager: Page) -> None:
    manager.goto("/statistics")
    manager.get_by_role("link", name="1", exact=True).first.click()
    expect(manager.get_by_text("VPN keeps droping").first).to_be_visible()
    manager.get_by_role("link", name="VPN keeps droping").first.click()
    expect(manager.get_by_role("main")).to_contain_text("Does it also happen by cable?")


def test_an_unanswered_question_becomes_an_answered_one(someone: Someone, site: Site) -> None:
    question = "the zebra crossing lamp in my headset blinks twice"
    first, second = someone().new_page(), someone().new_page()
    first.goto("/")
    ask(first, question)
    expect(first.locator("#turns > li.unknown")).to_be_visible()
    editor = someone("editor").new_page()
    editor.goto("/knowledge")
    editor.locator("article", has_text=question).get_by_role("button", name="Add to an article").click()
    _add_as_phrasing(editor, TITLE)
    second.goto("/")
    ask(second, question)
    wait_for_answer(second, TITLE)
    editor.goto("/knowledge")
    expect(editor.get_by_role("main")).not_to_contain_text(question)


def _add_as_phrasing(editor: Page, title: str) -> None:
    editor.get_by_role("radio", name="Another article").check()
    editor.get_by_label("Title of the other article").fill(title)
    editor.get_by_role("button", name="See what this changes").click()
    editor.get_by_role("button", name="Publish").click()
    expect(editor.get_by_role("status")).to_contain_text("Published.")
