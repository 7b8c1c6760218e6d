"""A host that answers what a test says, over real HTTP on a port of its own."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    #: Parts of a stream; the connection breaks after the last one, or stays until the host stops.
    stream: Iterable[str] | None = None
    stays: bool = False
    #: Nothing is answered: the connection ends.
    drops: bool = False


def problem(status: int, code: str, **headers: str) -> Answer:
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": f"It is {code}."}
    return Answer(status, body, {"Content-Type": "application/problem+json", **headers})


class FakeHost:
    def __init__(self, answering: Callable[[Asked, int], Answer]) -> None:
        self.asked: list[Asked] = []
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length)
                asked = Asked(self.command, self.path, dict(self.headers.items()), json.loads(raw) if raw else None)
                with host._lock:
                    host.asked.append(asked)
                    count = len(host.asked)
                self.give(answering(asked, count))

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_one

            def give(self, answer: Answer) -> None:
                if answer.drops:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                if answer.stream is None:
                    body = b"" if answer.body is None else json.dumps(answer.body).encode()
                    for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                    return
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for part in answer.stream:
                    data = part.encode()
                    self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                    self.wfile.flush()
                if answer.stays:
                    host.stopped.wait(20)
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
