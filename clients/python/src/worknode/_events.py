"""The stream of events: opened again where it broke off, right after the last event that was given out.

So each event comes once. Where the cursor means nothing any more (the host's store was built anew: 410), it goes on
from the last event's HLC and leaves out what it gave already.
"""

from __future__ import annotations

import json
import socket
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import requests

from ._http import Http, is_passing
from .errors import WorknodeError

#: A stream that brings nothing for so many seconds, no sign of life either, is opened anew.
SILENCE = 60.0
_REMEMBERED = 4096


class Events(Iterator[dict[str, Any]]):
    """An iterator that never ends by itself. ``cursor`` is where another one goes on; ``close()`` ends this one."""

    def __init__(self, http: Http, since: str | None, filters: Mapping[str, Any]) -> None:
        self.cursor = since
        self._response: requests.Response | None = None
        self._closed = False
        self._events = self._resumed(http, dict(filters))

    def __next__(self) -> dict[str, Any]:
        return next(self._events)

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Frees the connection, and ends a wait for the next event in another thread."""
        self._closed = True
        if self._response is not None:
            cut(self._response)
            self._response.close()

    def _resumed(self, http: Http, filters: dict[str, Any]) -> Iterator[dict[str, Any]]:
        last_hlc: str | None = None
        is_anew = False
        given: OrderedDict[tuple[Any, ...], None] = OrderedDict()
        failures = 0
        if self.cursor == "now":
            # A place at once, so that nothing is missed where the stream breaks before it has brought anything.
            self.cursor = http.send("GET", "/events", params={"since": "now", "limit": 1}).json()["next"]
        while not self._closed:
            try:
                for event in self._streamed(http, filters):
                    failures = 0
                    self.cursor, last_hlc = event["cursor"], event.get("hlc")
                    said = (event.get("id"), event.get("type"), event.get("valid"))
                    if is_anew and said in given:
                        continue
                    given[said] = None
                    if len(given) > _REMEMBERED:
                        given.popitem(last=False)
                    yield event
                raise WorknodeError("unavailable", "The stream of events ended.")
            except WorknodeError as error:
                if self._closed:
                    return
                if error.status == 410 and last_hlc is not None and self.cursor != last_hlc:
                    self.cursor, is_anew = last_hlc, True
                    continue
                # A stream is worth waiting for: only what cannot pass ends it.
                if not is_passing(error):
                    raise
                failures += 1
                pause = http.retry.pause_before(error, min(failures, http.retry.attempts - 1), http.chance())
            http.sleep(http.retry.most if pause is None else pause)

    def _streamed(self, http: Http, filters: dict[str, Any]) -> Iterator[dict[str, Any]]:
        params = {name: value for name, value in {"since": self.cursor, **filters}.items() if value is not None}
        self._response = response = http.open("/events", params, SILENCE)
        with response:
            if self._closed:
                return
            try:
                for cursor, data in server_sent(chunks_of(response)):
                    if data is None:
                        self.cursor = cursor
                        continue
                    yield {**json.loads(data), "cursor": cursor}
            except (requests.RequestException, OSError, AttributeError) as cause:
                # The last one is how urllib3 says that the response was closed under its reader.
                raise WorknodeError("unavailable", "The stream of events broke off.") from cause


def cut(response: requests.Response) -> None:
    """Ends a read that waits in another thread; closing by itself would wait for that."""
    raw = response.raw
    try:
        # Since urllib3 2.3 it can be said; before, the socket has to be found.
        shutdown = getattr(raw, "shutdown", None)
        if shutdown is not None:
            shutdown()
        else:
            raw._connection.sock.shutdown(socket.SHUT_RD)
    except (AttributeError, OSError, ValueError):
        pass  # It is over already.


def chunks_of(response: requests.Response) -> Iterator[bytes]:
    """Bytes as they arrive. Without chunks on the wire only a byte at a time does not wait for more."""
    return response.iter_content(chunk_size=None if getattr(response.raw, "chunked", False) else 1)


def server_sent(chunks: Iterable[bytes]) -> Iterator[tuple[str, str | None]]:
    """Id and data of each server-sent event, as the HTML standard says; None where an id came alone, which moves the
    place to resume from. One that has not ended is dropped."""
    rest, last_id, moved = b"", "", False
    data: list[str] = []
    for chunk in chunks:
        rest += chunk
        # A line feed may still belong to this carriage return.
        whole, held = (rest[:-1], rest[-1:]) if rest.endswith(b"\r") else (rest, b"")
        lines = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        rest = lines.pop() + held
        for line in (raw.decode("utf-8", "replace") for raw in lines):
            if line == "":
                if data or moved:
                    yield last_id, "\n".join(data) if data else None
                data, moved = [], False
                continue
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                data.append(value)
            elif name == "id" and "\0" not in value:
                last_id, moved = value, True
