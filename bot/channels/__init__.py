"""Where people talk to the bot. To add a channel: one file here and one line in the list in `app.py` that starts it.

A channel turns its own events into a `Message` for `Assistant.handle`, and draws what the outbox brings it.
"""

from .port import Channel, Delivery, Unsent
from .terminal import TerminalChannel
from .web import WebChannel

CHANNELS: tuple[type[WebChannel] | type[TerminalChannel], ...] = (WebChannel, TerminalChannel)

__all__ = ["CHANNELS", "Channel", "Delivery", "TerminalChannel", "Unsent", "WebChannel"]
