"""A small knowledge base, made by hand, that every test here may ask."""

import pytest

from intents.matcher import Matcher
from intents.model import Entry

ENTRIES = (
    Entry(
        "reset-password",
        "Reset a forgotten password",
        ("I forgot my password", "cant remember my password", "need a new password"),
        "Open [password.example.com](https://password.example.com) and choose **Forgot password**. Type your user name.",
        ("password", "reset"),
        "Accounts",
    ),
    Entry(
        "vpn-fails",
        "The VPN does not connect",
        ("vpn not working", "can't connect to vpn", "vpn times out at the hotel"),
        "Quit the VPN client, restart the computer and connect again. Error 0x80070005 means the certificate has expired.",
        ("vpn",),
        "VPN",
    ),
    Entry("vpn-slow", "The VPN is slow", ("vpn is crawling", "downloads take ages on vpn"), "Choose the nearest gateway.", ("vpn",), "VPN"),
    Entry(
        "paper-jam",
        "Clear a paper jam",
        ("printer is jammed", "paper stuck in the tray"),
        "Open the tray and pull the paper out.",
        (),
        "Printing",
    ),
    Entry(
        "leave-request",
        "Ask for holiday",
        ("how do I book vacation", "request days off"),
        "Open the portal, choose **Leave**.",
        (),
        "Leave",
    ),
    Entry(
        "leave-approve",
        "Approve leave for your team",
        ("approve a holiday request", "somebody in my team wants vacation"),
        "Open the portal, **My team**.",
        (),
        "Leave",
        "managers",
    ),
    Entry(
        "urlaub", "Urlaub beantragen", ("wie beantrage ich urlaub",), "Portal öffnen, Abwesenheit wählen.", (), "Urlaub", "everyone", "de"
    ),
    Entry("no-phrasings", "Borrow a projector", (), "Projectors are kept at the reception desk. Ask for a cable as well."),
)


@pytest.fixture(scope="session")
def matcher() -> Matcher:
    """A matcher for ENTRIES."""
    return Matcher.build(ENTRIES)


@pytest.fixture(scope="session")
def entries() -> tuple[Entry, ...]:
    """ENTRIES."""
    return ENTRIES
