"""What is taken for a secret and what is not: a secret kept is a leak, a word taken out is a question not understood."""

import time

import pytest

from bot.redaction import HIDDEN, redact

JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nq2w\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("my password is Hunter2!", "Hunter2"),
        ("my password is Hunter2! and it does not work", "Hunter2"),
        ("Password: hunter2", "hunter2"),
        ("password:Sommer2024", "Sommer2024"),
        ("pw=abc!def", "abc!def"),
        ("pwd = 'S3cr3t'", "S3cr3t"),
        ("password is: letMeIn", "letMeIn"),
        ("passwort: Gehe1m!", "Gehe1m"),
        ("my old password was Winter2023! and the new one fails", "Winter2023"),
        ("I changed my password to Frühling24! today", "Frühling24"),
        ("i set the password for sap to Blue#Sky99", "Blue#Sky99"),
        ("my SAP password for the test system is Blue-Sky99", "Sky99"),
        ("my password is “Blue#Sky99”.", "Blue#Sky99"),
        ("my password is 12345678", "12345678"),
        ("Password Hunter2! does not work any more", "Hunter2"),
        ("my pin is 4711", "4711"),
        ("PIN: 047110", "047110"),
        ("pin code 4711 is refused", "4711"),
        ("login anna / Sommer2024!", "Sommer2024"),
        ("username: aberg/Sommer2024!", "Sommer2024"),
        ("it says https://anna:Sommer24@git.example.com/repo not found", "Sommer24"),
        ("postgresql://app:hunter22@db.example.com/hr times out", "hunter22"),
        ("AKIAIOSFODNN7EXAMPLE is refused", "AKIAIOSFODNN7EXAMPLE"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789 is my token", "ghp_abc"),
        ("github_pat_11ABCDEFG0123456789_abcdefghij", "github_pat"),
        ("glpat-abcdefghij0123456789", "glpat"),
        ("xoxb-123456789012-abcdefGHIJKL", "xoxb"),
        ("sk-abcdefghijklmnopqrstuvwxyz0123", "sk-abc"),
        (f"the header was Bearer {JWT}", "dozjgNry"),
        (f"here is the key\n{KEY}\nwhy?", "MIIEpAIB"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEpAIB", "MIIEpAIB"),
        ("my card 4111 1111 1111 1111 was refused", "4111 1111"),
        ("4111-1111-1111-1111", "4111-1111"),
    ],
)
def test_a_secret_is_taken_out(text: str, secret: str) -> None:
    kept, found = redact(text)
    assert found
    assert HIDDEN in kept
    assert secret not in kept


@pytest.mark.parametrize(
    "text",
    [
        "my password is expired",
        "my password is expired!",
        "my password is not working",
        "my password was refused twice",
        "password: forgotten",
        "Password: how do I change it?",
        "I forgot my password",
        "my password is too short, it says 8 characters",
        "password error 0x80070005",
        "the password is stored in https://vault.example.com/x1",
        "password reset2 page",
        "password/username wrong",
        "how do I get a PIN for the printer?",
        "my pin is blocked",
        "pin 3 of the connector is bent",
        "the password to my laptop",
        "I want to set my password to something new",
        "the password manager does not open",
        "what is the wifi password for guests?",
        "the password expires in 14 days",
        "account locked / cannot sign in",
        "order number 4111 1111 1111 1112",
        "serial 0000000000000000",
        "my meeting id is 123 456 789",
        "https://portal.example.com/pay",
        "pass on my number to the team",
        "",
    ],
)
def test_a_word_is_no_secret(text: str) -> None:
    assert redact(text) == (text, False)


def test_the_rest_of_the_sentence_stays() -> None:
    assert redact("my password is Hunter2! and it does not work") == (f"my password is {HIDDEN} and it does not work", True)


def test_redacting_twice_changes_nothing_more() -> None:
    once, _ = redact("password: Hunter2! pin 4711 and my card 4111 1111 1111 1111")
    assert redact(once) == (once, False)


@pytest.mark.parametrize(
    "piece",
    ["my ", "password ", "password is ", "the password is is ", "4", "1 ", "https://a:", "user a/", "eyJ", "-----BEGIN ", "pin"],
)
def test_long_nonsense_takes_no_time(piece: str) -> None:
    started = time.perf_counter()
    redact((piece * 40_000)[:40_000])
    assert time.perf_counter() - started < 1.0
