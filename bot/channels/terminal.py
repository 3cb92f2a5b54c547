"""The bot in a terminal: every turn is drawn on the screen, choices are numbered."""

from collections.abc import Callable

from .port import Delivery


class TerminalChannel:
    """Gives each turn, once and in order, to whoever draws the screen."""

    name = "terminal"

    def __init__(self, draw: Callable[[Delivery], None]) -> None:
        self._draw = draw
        self._last_seq: dict[str, int] = {}

    def send(self, delivery: Delivery) -> None:
        """Draws the turn, unless it is on the screen already."""
        if delivery.seq > self._last_seq.get(delivery.address, 0):
            self._last_seq[delivery.address] = delivery.seq
            self._draw(delivery)
