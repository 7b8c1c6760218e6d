"""The client of a board: tasks, events, and any other request."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from ._events import Events
from ._http import Http, Retry, pooled_session
from .task import Task

_PAGE = 1000
_MOST = 10_000


class Client:
    """A board, seen through a host.

    ``url`` is where the host is (``WORKNODE_URL``, else ``http://localhost:8080``), ``token`` what
    ``worknode agent add`` printed (``WORKNODE_TOKEN``). Safe to use from several threads.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = 30.0,
        retry: Retry = Retry(),
        session: requests.Session | None = None,
        sleep: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._http = Http(
            base=_base_of(url or os.environ.get("WORKNODE_URL") or "http://localhost:8080"),
            token=token or os.environ.get("WORKNODE_TOKEN") or None,
            timeout=timeout,
            retry=retry,
            sleep=sleep,
            chance=chance,
            session=session or pooled_session(),
        )
        self._actor: str | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections that are kept."""
        self._http.session.close()

    @property
    def agent_id(self) -> str:
        """The key of whoever calls, in hex: what events call ``actor`` and runs ``agent``."""
        if self._actor is None:
            self._actor = str(self.request("GET", "/me")["actor"])
        return self._actor

    def create_task(self, title: str, **fields: Any) -> Task:
        """``fields``: ``body``, ``status``, ``priority``, ``labels``, ``assignees``, ``parent``, ``dependencies``, …"""
        return Task(self, self.request("POST", "/tasks", {"title": title, **fields}))

    def query_tasks(self, *, limit: int = _MOST, **filters: Any) -> list[Task]:
        """Those that fit ``status``, ``assignee`` (``"me"`` for oneself), ``label``, ``project``, ``ready``, ``q``."""
        return [Task(self, data) for data in self.list_all("/tasks", limit=limit, **filters)]

    def get_task(self, id: str) -> Task:
        """By its id or its key."""
        return Task(self, self.request("GET", f"/tasks/{requests.utils.quote(id, safe='')}"))

    def claim_next(self) -> Task | None:
        """Takes the next task that is ready for whoever calls; None where there is none now."""
        claimed = self.request("POST", "/agents/me/tasks", {"claim": "next"})
        return Task(self, claimed) if claimed else None

    def events(
        self, since: str | None = "now", *, type: str | None = None, task: str | None = None, actor: str | None = None
    ) -> Events:
        """What happens, as it arrives: from a cursor or an HLC, from ``"now"``, or from the beginning (None)."""
        return Events(self._http, since, {"type": type, "task": task, "actor": actor})

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """Any request below ``/api/v1``, with the retries and errors of all others; answers its JSON."""
        response = self._http.send(
            method, path, json=body, params=_words(params or {}), headers=headers, idempotency_key=idempotency_key
        )
        return response.json() if response.content else None

    def list_all(self, path: str, *, limit: int = _MOST, **filters: Any) -> list[dict[str, Any]]:
        """All that fit of a list, page after page, up to ``limit``."""
        found: list[dict[str, Any]] = []
        params: dict[str, Any] | None = _words({**filters, "limit": min(limit, _PAGE)})
        while len(found) < limit:
            response = self._http.send("GET", path, params=params)
            found.extend(response.json())
            following = response.links.get("next", {}).get("url")
            if following is None:
                break
            path, params = f"{path.split('?')[0]}?{urlsplit(following).query}", None
        return found[:limit]


def _words(params: Mapping[str, Any]) -> dict[str, Any]:
    """What is None is left out; JSON's words for yes and no."""
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in params.items()
        if value is not None
    }


def _base_of(url: str) -> str:
    """Any address of a host will do, with or without ``/api`` behind it."""
    bare = re.sub(r"[?#].*$", "", url).rstrip("/")
    return f"{re.sub(r'/api(/v1)?$', '', bare)}/api/v1"
