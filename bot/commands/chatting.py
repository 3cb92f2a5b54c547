"""`zerolevel chat`: the bot in the terminal."""

import threading
import uuid
from collections.abc import Iterator

from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape

from ..channels.port import Delivery
from ..channels.terminal import TerminalChannel
from ..core import Core
from ..model import Message, Person

ENDINGS = frozenset({"/quit", "/exit", "/q"})


class Screen:
    """Draws turns, and knows which choices the newest one has."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._choices: list[dict[str, str]] = []
        self._drawn = threading.Condition()
        self._seq = 0

    def draw(self, delivery: Delivery) -> None:
        """One turn, with its choices numbered."""
        turn = delivery.turn
        colour = {"agent": "magenta", "system": "dim"}.get(turn["speaker"], "cyan")
        with self._drawn:
            self._console.print()
            if turn["author"] and turn["speaker"] == "agent":
                self._console.print(f"[{colour}]{escape(turn['author'])}:[/{colour}]")
            if turn["article"]:
                self._console.print(f"[bold {colour}]{escape(turn['article']['title'])}[/bold {colour}]")
            self._console.print(Markdown(turn["text"]) if turn["speaker"] in ("bot", "system") else escape(turn["text"]))
            self._choices = turn["choices"]
            for number, choice in enumerate(self._choices, 1):
                self._console.print(f"  [{colour}]{number}[/{colour}] {escape(choice['label'])}")
            self._seq = delivery.seq
            self._drawn.notify_all()

    def wait_for(self, seq: int) -> None:
        """Until this turn is on the screen."""
        with self._drawn:
            self._drawn.wait_for(lambda: self._seq >= seq, timeout=5)

    def chosen(self, text: str) -> tuple[str, str]:
        """What was written and, when it is the number of a choice, the label and id of it."""
        number = text.strip()
        if number.isdecimal() and 1 <= int(number) <= len(self._choices):
            choice = self._choices[int(number) - 1]
            return choice["label"], choice["id"]
        return text, ""


def run_chat(core: Core, *, name: str, test: bool, console: Console) -> None:
    """Asks and answers until the input ends; what agents write appears in between."""
    screen = Screen(console)
    address = f"{name}@terminal"
    courier = core.courier(TerminalChannel(screen.draw), addresses=(address,))
    assistant = core.assistant(committed=courier.wake)
    person = Person(f"terminal:{name}", name)
    console.print(
        f"[dim]You talk to {escape(core.settings.chat.product)} as {escape(name)}. Pick a choice by its number; /quit ends.[/dim]"
    )
    courier.start()
    try:
        for text in _typed(console):
            said, choice = screen.chosen(text)
            handled = assistant.handle(Message("terminal", address, person, said, str(uuid.uuid4()), choice, test))
            if handled.replies:
                screen.wait_for(handled.replies[-1].seq)
            elif handled.holder == "person":
                console.print("[dim]Passed on.[/dim]")
    finally:
        courier.stop()


def _typed(console: Console) -> Iterator[str]:
    while True:
        try:
            text = console.input("\n[bold]You:[/bold] ")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if text.strip() in ENDINGS:
            return
        yield text
