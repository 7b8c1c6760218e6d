"""A task in a program's hand: what was read of it last, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .errors import WorknodeError
from .run import Run

if TYPE_CHECKING:
    from .client import Client


class Task:
    """Each call answers the task as it is then, so ``status`` and ``data`` are as new as the last call.

    What is written says what was read before. Where a person has changed the task since, an agent's call raises
    ``human_fence`` and nothing was written: ``refresh()`` reads what is there now, and lets the program go on.
    """

    def __init__(self, client: Client, data: Mapping[str, Any]) -> None:
        self._client = client
        #: The Task JSON of the REST interface.
        self.data: dict[str, Any] = dict(data)

    def __repr__(self) -> str:
        return f"<Task {self.key} {self.status}: {self.title}>"

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def key(self) -> str:
        return str(self.data["key"])

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def status(self) -> str:
        return str(self.data["status"])

    @property
    def body(self) -> str:
        """What it is about."""
        return str(self.data.get("body", ""))

    def refresh(self) -> Task:
        return self._took(self._client.request("GET", self._path()))

    def update(self, **fields: Any) -> Task:
        """Sets fields (``title``, ``status``, ``priority``, ``labels``, …); what is not given stays."""
        return self._took(self._client.request("PATCH", self._path(), {**self._seen(), **fields}))

    def claim(self) -> Task:
        """Asks for the task and begins it; ``claim_held`` says who was first."""
        self._client.request("POST", self._path("/claim"))
        return self._took(self._client.request("POST", self._path("/confirm")))

    def run(self, *, renew: float | None = None, look: float | None = None) -> Run:
        """Work on the task that is claimed: ``with task.run() as run:``. See :class:`worknode.Run`."""
        return Run(self, renew=renew, look=look)

    def renew(self) -> Task:
        """Says that the work goes on. A run does this by itself."""
        return self._took(self._client.request("POST", self._path("/renew")))

    def progress(self, percent: int, *, step: str | None = None, usage: Mapping[str, int] | None = None) -> Task:
        """How far the work is, what is being done, and what it has cost so far."""
        body = {**self._seen(), "progress": percent, **_given(step=step, usage=usage)}
        return self._took(self._client.request("POST", self._path("/progress"), body))

    def add_document(self, path: str, content: str, *, mime: str | None = None) -> dict[str, Any]:
        """Leaves a file on the task."""
        body = {**self._seen(), "path": path, "content": content, **_given(mime=mime)}
        return dict(self._client.request("POST", self._path("/documents"), body))

    def documents(self) -> list[dict[str, Any]]:
        return self._client.list_all(self._path("/documents"))

    def comment(self, text: str) -> dict[str, Any]:
        return dict(self._client.request("POST", self._path("/comments"), {"body": text}))

    def ask(self, question: str, *, options: Sequence[str] = (), free_form: bool | None = None) -> str:
        """Asks people, and waits for what they answer; that may take days."""
        body = {"question": question, "options": list(options), **_given(freeForm=free_form)}
        asked = self._client.request("POST", self._path("/ask"), body)["id"]
        # From the task's beginning, so that an answer that was quicker than we are is heard as well.
        with self._client.events(None, task=self.id, type="comment") as events:
            for event in events:
                data = event.get("data") or {}
                if event.get("target") == asked and event.get("valid") and data.get("field") == "answer":
                    return str((data.get("value") or {}).get("text", ""))
        raise WorknodeError("unavailable", "The stream of events ended before the answer came.")

    def submit(self, evidence: str | Mapping[str, Any] = "") -> Task:
        """Hands the work in for review, with what shows that it is done: a summary, or ``{"summary", "checks"}``."""
        body = {"summary": evidence} if isinstance(evidence, str) else dict(evidence)
        return self._took(self._client.request("POST", self._path("/submit"), {**self._seen(), **body}))

    def release(self, *, failed: bool = False, note: str = "") -> Task:
        """Gives the task back, undone."""
        return self._took(self._client.request("POST", self._path("/release"), {"failed": failed, "note": note}))

    @property
    def client(self) -> Client:
        return self._client

    def _seen(self) -> dict[str, Any]:
        return _given(seen=self.data.get("seen"))

    def _path(self, rest: str = "") -> str:
        return f"/tasks/{quote(self.id, safe='')}{rest}"

    def _took(self, data: Mapping[str, Any]) -> Task:
        self.data = dict(data)
        return self


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
