"""A relay between a desk and its server, on 127.0.0.1: it can delay what is sent, cut a link, and swallow an answer."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.support.waiting import PATIENCE_S


@dataclass
class Link:
    """One connection through the relay. What was counted is of its life so far."""

    desk: socket.socket
    server: socket.socket
    swallowing: bool = False
    orphaned: bool = False
    bursts: int = 0  # pieces that the desk sent, each after it had heard something
    _heard: bool = True
    closed: threading.Event = field(default_factory=threading.Event)

    def cut(self, *, orphan: bool = False) -> None:
        """Cut it; with an `orphan` the server is not told, and goes on with what it was asked."""
        self.orphaned = self.orphaned or orphan
        _shut(self.desk)
        if not self.orphaned:
            _shut(self.server)

    def note(self, *, of_desk: bool) -> bool:
        """Count a burst of the desk's; whether one begins."""
        begins = of_desk and self._heard
        self.bursts += begins
        self._heard = not of_desk
        return begins


class Relay:
    """Listens on a port of its own and hands on to another. `delay_s` is what each piece takes on its way."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.delay_s = 0.0
        self.refusing = False
        self.bursts = 0  # of all desks
        self.at_burst: dict[int, Callable[[], object]] = {}  # what is done once so many have been handed on
        self.links: list[Link] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """End it, and all links."""
        _shut(self._listener)
        self._listener.close()
        for link in self.links:
            link.cut()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def cut(self, *, orphan: bool = False) -> None:
        """Cut every link that there is; others may come."""
        for link in self.links:
            link.cut(orphan=orphan)

    def swallow(self) -> None:
        """From now on no answer of the links that there are comes through; then they are cut."""
        for link in self.links:
            link.swallowing = True

    def _accept(self) -> None:
        while True:
            try:
                desk, _ = self._listener.accept()
            except OSError:
                return
            try:
                if self.refusing:
                    raise ConnectionRefusedError
                server = socket.create_connection(("127.0.0.1", self._to), timeout=PATIENCE_S)
                server.settimeout(None)
            except OSError:
                desk.close()
                continue
            link = Link(desk, server)
            self.links.append(link)
            thread = threading.Thread(target=self._carry, args=(link,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _carry(self, link: Link) -> None:
        ways = {link.desk: link.server, link.server: link.desk}
        try:
            while ways:
                for source in select.select(list(ways), [], [], 10)[0]:
                    if not self._hand_on(link, source, ways[source]):
                        del ways[source]
                        if not (source is link.desk and link.orphaned):
                            return
        except OSError:
            return
        finally:
            link.closed.set()
            for end in (link.desk, link.server):
                end.close()

    def _hand_on(self, link: Link, source: socket.socket, target: socket.socket) -> bool:
        piece = source.recv(65_536)
        if not piece:
            return False
        if link.orphaned:  # the server has done what it was asked, and there is nobody to tell it to
            return False
        if self.delay_s:
            time.sleep(self.delay_s)
        if link.swallowing and source is link.server:
            link.cut()
            return False
        begun = link.note(of_desk=source is link.desk)
        with contextlib.suppress(OSError):
            target.sendall(piece)
        if begun:
            self.bursts += 1
            self.at_burst.get(self.bursts, lambda: None)()
        return True


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def relayed(port: int) -> Iterator[Relay]:
    """A relay to a port, closed afterwards."""
    relay = Relay(port)
    try:
        yield relay
    finally:
        relay.close()
