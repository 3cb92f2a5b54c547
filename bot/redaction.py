"""Passwords and keys that were pasted by mistake: taken out before anything is kept or matched. Pure."""

import re
from collections.abc import Callable

HIDDEN = "•••"

_KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,}\b"
    r"|\bgithub_pat_[A-Za-z0-9_]{20,}"
    r"|\bglpat-[A-Za-z0-9_-]{20,}"
    r"|\bxox[abeprs]-[A-Za-z0-9-]{10,}"
    r"|\bsk-[A-Za-z0-9_-]{20,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    re.DOTALL,
)
# "password" as people type it in a hurry, too: pasword, passwrod, passwrd, passowrd.
_WORD = r"\b(?:passwords?|pas{1,2}[a-z]{0,2}w[a-z]{0,3}d|pas{1,2}[a-z]?wo?rt|passphrase|passcode|pass|pwd|pw|pin)\b"
_SET = re.compile(rf"({_WORD}\s*(?:[:=]|\bis\s*[:=])\s*)(\S+)", re.IGNORECASE)
_SAID = re.compile(rf"({_WORD}(?:\s+\w+){{0,5}}?\s+(?:is|was|to|should be)\s+(?:now\s+)?)(\S+)", re.IGNORECASE)
_BARE = re.compile(rf"({_WORD}\s+)(\S+)", re.IGNORECASE)
_AS = re.compile(rf"(?=\S{{6,200}}\s+(?:as|for|is)\s+(?:(?:a|my|the|new|old)\s+)*{_WORD})()(\S+)", re.IGNORECASE)
_PIN = re.compile(r"(\bpin(?:\s+code|\s+number)?\s*(?:is|was|[:=])?\s*)(\d{4,12})\b", re.IGNORECASE)
_LOGIN = re.compile(r"(\b(?:login|user(?:name)?|account)\s*(?:[:=]|is\s)?\s*\S+\s*/\s*)(\S{6,})", re.IGNORECASE)
_IN_URL = re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,100}:)([^\s/@]{3,200})(?=@)", re.IGNORECASE)
_CARD = re.compile(r"\b(?:\d[ -]?){13,19}\b")
_QUOTES = "\"'`“”„‘’"


def redact(text: str) -> tuple[str, bool]:
    """The text without what looks like a secret, and whether there was one."""
    kept = _KEYS.sub(HIDDEN, text)
    kept = _IN_URL.sub(rf"\g<1>{HIDDEN}", kept)
    kept = _SET.sub(lambda found: _hidden(found, _is_unlike_a_word), kept)
    for pattern in (_SAID, _AS, _LOGIN):
        kept = pattern.sub(lambda found: _hidden(found, _is_mixed), kept)
    kept = _BARE.sub(lambda found: _hidden(found, _is_strong), kept)
    kept = _PIN.sub(rf"\g<1>{HIDDEN}", kept)
    kept = _CARD.sub(lambda found: HIDDEN if _is_card(found.group()) else found.group(), kept)
    return kept, kept != text


def _hidden(found: re.Match[str], is_secret: Callable[[str], bool]) -> str:
    named, value = found.group(1), found.group(2)
    if value.startswith(("http://", "https://", HIDDEN)):
        return found.group()
    bare = value.strip(_QUOTES).rstrip(".,;!?)").strip(_QUOTES)
    return f"{named}{HIDDEN}" if is_secret(bare) or is_secret(value) else found.group()


def _is_unlike_a_word(value: str) -> bool:
    """After "password:" anything that a dictionary would not have: a digit, a sign, a capital inside."""
    capital_inside = value[1:] != value[1:].lower() and value != value.upper()
    return len(value) >= 3 and (_has_digit(value) or _has_sign(value.rstrip(".,;!?")) or capital_inside)


def _is_mixed(value: str) -> bool:
    """After "my password is" a word is mostly a word ("expired"); letters with digits or signs are not, nor are six digits."""
    if len(value) < 6:
        return False
    has_letter = any(character.isalpha() for character in value)
    return (has_letter and (_has_digit(value) or _has_sign(value.rstrip(".,;!?)")))) or (not has_letter and _has_digit(value))


def _is_strong(value: str) -> bool:
    """Right after "password" only what is nothing but a password: letters, digits and a sign together; no error code."""
    has_letter = any(character.isalpha() for character in value)
    return len(value) >= 6 and has_letter and _has_digit(value) and _has_sign(value)


def _has_digit(value: str) -> bool:
    return any(character.isdigit() for character in value)


def _has_sign(value: str) -> bool:
    return any(not character.isalnum() and character not in "'’-•/" for character in value)


def _is_card(text: str) -> bool:
    """Whether the digits are a payment card's, by the Luhn checksum (ISO/IEC 7812-1, annex B)."""
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [digit if place % 2 == 0 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0
