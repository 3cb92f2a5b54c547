"""What every channel does, however different its SDK is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """One turn on its way to an address.

    `key` is the same on every attempt, so that a receiver that can, drops what it has seen; `turn` is the turn as `drawn` (see turns.py).
    """

    key: str
    address: str
    conversation: str
    seq: int
    turn: Mapping[str, Any]


class Unsent(Exception):
    """The channel could not take it now; it stays in the outbox and is tried again."""


class Channel(Protocol):
    """A way to reach people."""

    name: str

    def send(self, delivery: Delivery) -> None:
        """Brings one turn to its address; raises `Unsent` when it should be tried again. Never called inside a transaction."""
