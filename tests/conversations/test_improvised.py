"""Conversations that nobody wrote: anything may be said and pressed at any moment, and what always holds must hold."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.texts import Texts
from escalation.model import ClaimedByOther, NotPossible
from tests.conversations.script import Step
from tests.conversations.stage import House, Stage

STEPS = 70
QUESTIONS = [
    "VPN keeps dropping",
    "password",
    "where is my payslip?",
    "recipe for lasagne",
    "it doesn't work",
    "no sound in teams",
    "😭",
    "",
    "7",
]
DESK = ["claims", "passes_on", "closes", "hands_back", "agent"]
WAITS = ["1 minute", "31 minutes", "2 days"]


@pytest.mark.parametrize("seed", range(6))
def test_anything_in_any_order(seed: int, house: House, tmp_path: Path) -> None:
    copy = tmp_path / "conversation.db"
    shutil.copyfile(house.template, copy)
    stage = Stage(house, copy)
    try:
        for step in _improvised(random.Random(seed), stage):
            try:
                stage.improvise(step)
            except (NotPossible, ClaimedByOther, IndexError):
                assert step.verb in DESK, stage.transcript
        stage.check_afterwards()
    finally:
        stage.close()


def _improvised(chance: random.Random, stage: Stage) -> Iterator[Step]:
    texts = Texts()
    phrases = [phrase for name in texts.names("phrases") for phrase in texts.words("phrases", name)[:20]]
    yield _step("employee", "hello")
    for _ in range(STEPS):
        shown = stage.buttons_shown()
        kind = chance.choices(["question", "phrase", "button", "desk", "wait", "again", "elsewhere"], [4, 5, 6, 3, 1, 1, 0.3])[0]
        if kind == "button" and shown:
            yield _step("sends", chance.choice(shown))
        elif kind == "desk":
            yield _step(chance.choice(DESK), chance.choice(["", "Have a look."]), chance.choice(["Ana", "Ben"]))
        elif kind == "wait":
            yield _step("waits", chance.choice(WAITS))
        elif kind == "again":
            yield _step("again", "new ref")
        elif kind == "elsewhere":
            yield _step("elsewhere", "")
        else:
            yield _step("employee", chance.choice(phrases if kind == "phrase" else QUESTIONS))


def _step(verb: str, text: str, detail: str = "") -> Step:
    if verb == "closes":
        text = ""
    if verb == "agent":
        text = "Have a look."
    return Step(0, verb, detail, text, f"{verb} {detail} {text}")
