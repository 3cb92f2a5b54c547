"""Every file in this folder is a conversation as it must go: the specification of how the bot talks."""

import shutil
from pathlib import Path

import pytest

from tests.conversations.script import Script, ScriptError, read_script
from tests.conversations.stage import House, OffScript, Stage

SCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_conversation(path: Path, house: House, tmp_path: Path) -> None:
    script = read_script(path)
    copy = tmp_path / "conversation.db"
    shutil.copyfile(house.template, copy)
    stage = Stage(house, copy)
    try:
        play(script, stage, path.name)
    finally:
        stage.close()


def play(script: Script, stage: Stage, name: str) -> None:
    for step in script.steps:
        try:
            stage.perform(step)
        except (OffScript, ScriptError) as off:
            shown = "\n".join(stage.transcript)
            pytest.fail(f"{name}:{step.line}: {step.source[:200]}\n{off}\n\n{script.title}\n{script.meaning}\n\n{shown}", pytrace=False)
    stage.finish()


def test_there_are_enough_conversations() -> None:
    assert len(SCRIPTS) >= 35


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("Only a title\n", "the second says what is specified"),
        ("Title\nMeaning.\n\nemploye: hello\n", "x.txt:4: this is not in the format: employe: hello"),
        ("Title\nMeaning.\nemployee: <<<\nhello\n", "x.txt:3: the block is not closed"),
    ],
)
def test_a_wrong_script_says_where(content: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ScriptError, match=complaint):
        read_script(path)
