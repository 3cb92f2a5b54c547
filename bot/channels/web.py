"""The web chat: its turns are read from the record by number, so that sending one is only to wake whoever is looking."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from .port import Delivery


class WebChannel:
    """Wakes the open event streams of an address; a page that is not open reads on from its last number when it comes back."""

    name = "web"

    def __init__(self) -> None:
        self._listening: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = defaultdict(set)
        self._lock = threading.Lock()
        self.closed = False

    def close(self) -> None:
        """Ends every stream, so that a server which stops need not wait for them."""
        self.closed = True
        with self._lock:
            addresses = list(self._listening)
        for address in addresses:
            self.wake(address)

    def send(self, delivery: Delivery) -> None:
        """Wakes the streams of this address."""
        self.wake(delivery.address)

    def wake(self, address: str) -> None:
        """Something has changed at this address."""
        with self._lock:
            listeners = list(self._listening.get(address, ()))
        for loop, woken in listeners:
            loop.call_soon_threadsafe(woken.set)

    @contextmanager
    def listening(self, address: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever something happens at this address; for use inside a running event loop."""
        entry = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._listening[address].add(entry)
        try:
            yield entry[1]
        finally:
            with self._lock:
                self._listening[address].discard(entry)
                if not self._listening[address]:
                    del self._listening[address]
