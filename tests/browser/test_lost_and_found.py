"""What may go wrong between a browser and the server: reload, restart, no network, two tabs. Nothing is lost and nothing comes twice."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chatting import (
    NOT_SENT_YET,
    ONE_OF_THESE,
    SOLVED,
    TROUBLE,
    WITH_PERSON,
    ask,
    hand_over,
    last,
    press,
    turns,
    wait_for_answer,
)
from tests.browser.conftest import Site, Watch

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

Someone = Callable[..., BrowserContext]
TITLE = "The VPN keeps disconnecting"


def recorded(site: Site, page: Page) -> list[str]:
    """What the server knows of this page's conversation, first to last, by speaker."""
    conversation = page.evaluate("localStorage.getItem('zerolevel.conversation')")
    return [turn["speaker"] for turn in page.request.get(f"{site.base}/api/chat/{conversation}").json()["turns"]]


def speakers(page: Page) -> list[str]:
    """Who speaks on the page, first to last."""
    classes = [item.get_attribute("class") or "" for item in page.locator("#turns > li[data-seq]").all()]
    return [name.split()[1] for name in classes]


def test_a_reload_shows_the_same(someone: Someone, site: Site) -> None:
    page = someone().new_page()
    page.goto("/")
    for text in ("hello", "VPN keeps dropping"):
        ask(page, text)
        expect(last(page)).to_have_class("turn bot answer" if "VPN" in text else "turn bot text")
    before = turns(page)
    for _ in range(2):
        page.reload()
        wait_for_answer(page, TITLE)
        assert turns(page) == before
    assert speakers(page) == recorded(site, page) == ["employee", "bot", "employee", "bot"]


def test_a_restart_in_the_middle_loses_and_repeats_nothing(someone: Someone, site: Site, watch: Watch) -> None:
    watch.network_may_fail = True
    page = someone().new_page()
    number = hand_over(page, "VPN keeps dropping")
    agent = someone("agent").new_page()
    agent.goto(f"/desk/{number}")
    agent.get_by_role("button", name="Claim and answer").click()
    expect(last(page)).to_contain_text("has joined")
    agent.get_by_role("textbox", name="Answer").fill("typed before the restart")
    site.stop()
    ask(page, "written while nobody listens")
    expect(page.locator("#status")).to_contain_text(TROUBLE)
    expect(last(page)).to_contain_text(NOT_SENT_YET)
    site.start()
    expect(page.locator("#turns > li.pending")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text(WITH_PERSON)
    expect(agent.locator("#transcript")).to_contain_text("written while nobody listens")
    agent.get_by_role("button", name="Send").click()
    expect(last(page)).to_contain_text("typed before the restart")
    assert speakers(page) == recorded(site, page)
    assert sum("written while nobody listens" in turn for turn in turns(page)) == 1
    before = turns(page)
    page.reload()
    expect(last(page)).to_contain_text("typed before the restart")
    assert turns(page) == before


def test_without_network_a_message_waits_and_goes_out_later(someone: Someone, site: Site, watch: Watch) -> None:
    watch.network_may_fail = True
    context = someone()
    page = context.new_page()
    page.goto("/")
    ask(page, "hello")
    expect(page.locator("#turns > li.bot")).to_have_count(1)
    context.set_offline(True)
    ask(page, "VPN keeps dropping")
    ask(page, "thanks")
    expect(page.locator("#turns > li.pending")).to_have_count(2)
    expect(last(page)).to_contain_text(NOT_SENT_YET)
    context.set_offline(False)
    expect(page.locator("#turns > li.pending")).to_have_count(0)
    expect(page.locator("#turns > li.bot")).to_have_count(3)
    assert speakers(page) == recorded(site, page) == ["employee", "bot"] * 3


def test_what_was_not_sent_survives_closing_the_tab(someone: Someone, site: Site, watch: Watch) -> None:
    watch.network_may_fail = True
    context = someone()
    page = context.new_page()
    page.goto("/")
    context.set_offline(True)
    ask(page, "VPN keeps dropping")
    expect(page.locator("#turns > li.pending")).to_have_count(1)
    page.close()
    context.set_offline(False)
    later = context.new_page()
    later.goto("/")
    wait_for_answer(later, TITLE)
    assert speakers(later) == recorded(site, later) == ["employee", "bot"]


def test_two_tabs_are_one_chat(someone: Someone, site: Site) -> None:
    context = someone()
    first, second = context.new_page(), context.new_page()
    first.goto("/")
    second.goto("/")
    ask(first, "VPN keeps dropping")
    for page in (first, second):
        wait_for_answer(page, TITLE)
    press(second, "No")
    for page in (first, second):
        expect(last(page)).to_contain_text(ONE_OF_THESE)
    ask(first, "hello")
    ask(second, "hello")
    for page in (first, second):
        expect(page.locator("#turns > li[data-seq]")).to_have_count(8)
    assert turns(first) == turns(second)
    assert speakers(first) == recorded(site, first)


def test_an_answered_button_rests(someone: Someone, site: Site) -> None:
    page = someone().new_page()
    page.goto("/")
    ask(page, "VPN keeps dropping")
    wait_for_answer(page, TITLE)
    press(page, "Yes")
    expect(last(page)).to_contain_text(SOLVED)
    expect(page.locator(".choices button").first).to_have_attribute("aria-disabled", "true")
    expect(page.locator(".choices button[aria-pressed='true']")).to_have_text("Yes")


def test_an_agent_who_was_signed_out_keeps_what_was_typed(someone: Someone, site: Site) -> None:
    number = hand_over(someone().new_page(), "VPN keeps dropping")
    context = someone("agent")
    agent = context.new_page()
    agent.goto(f"/desk/{number}")
    agent.get_by_role("button", name="Claim and answer").click()
    agent.get_by_role("textbox", name="Answer").fill("a long answer")
    context.clear_cookies()
    expect(agent.get_by_role("alert")).to_contain_text("You have been signed out")
    agent.get_by_role("button", name="Send").click()
    expect(agent).to_have_url(f"{site.base}/sign-in?next=/desk/{number}")
    agent.get_by_label("Name").fill("agent")
    agent.get_by_label("Password").fill("correct horse battery")
    agent.get_by_role("button", name="Sign in").click()
    expect(agent.get_by_role("textbox", name="Answer")).to_have_value("a long answer")
    agent.get_by_role("button", name="Send").click()
    expect(agent.get_by_role("status")).to_contain_text("Sent.")
    expect(agent).to_have_url(f"{site.base}/desk/{number}#end")
    expect(agent.get_by_role("textbox", name="Answer")).to_have_value("")
    agent.reload()
    expect(agent.get_by_role("textbox", name="Answer")).to_have_value("")
    expect(agent.get_by_role("status")).to_have_count(0)


def test_the_queue_renews_itself_and_keeps_the_focus(someone: Someone, site: Site) -> None:
    agent = someone("admin").new_page()
    agent.goto("/desk")
    agent.evaluate("document.getElementById('queue').dataset.every = '0.2'")
    first = hand_over(someone().new_page(), "VPN keeps dropping")
    link = agent.locator(f"#ticket-{first}")
    expect(link).to_be_visible()
    link.focus()
    second = hand_over(someone().new_page(), "VPN keeps dropping")
    expect(agent.locator(f"#ticket-{second}")).to_be_visible()
    expect(link).to_be_focused()
