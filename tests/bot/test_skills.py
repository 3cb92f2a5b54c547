"""The list of skills."""

from pathlib import Path

import bot.skills
from bot.skills import SKILLS


def test_every_skill_is_in_the_list_once() -> None:
    files = {path.stem for path in Path(bot.skills.__file__).parent.glob("*.py")} - {"__init__"}
    listed = [skill.__module__.rpartition(".")[2] for skill in SKILLS]
    assert sorted(listed) == sorted(files)


def test_old_buttons_come_last() -> None:
    """Before it, every other skill has had the chance to know the button."""
    assert SKILLS[-1] is bot.skills.old_button.reply
