"""A run from its claim to its end, as a context manager."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import quote

from ._events import Events
from ._http import is_passing
from .errors import RunOver, WorknodeError

if TYPE_CHECKING:
    from .task import Task

_log = logging.getLogger("worknode")

#: A run that says nothing for so many seconds may be ended by others.
LEASE = 600.0
RENEW = 200.0
LOOK = 15.0
_NOTE = 500


class Run:
    """While the block goes on, a thread says so, and looks whether it still may: now and then, and at once whenever
    somebody else does something to the task, which another thread hears of by the stream of events.

    ``aborted`` is set when it may not: somebody else holds the task, the run was stopped, the agent was paused, or
    nobody could be reached for a whole lease. ``check()`` raises :class:`RunOver` then, and so does the end of the
    block. A block that raises, or ends without ``submit``, gives the task back::

        task = client.claim_next()
        if task:
            with task.run() as run:
                for part in parts:
                    run.check()
                    ...
                task.submit("done")
    """

    def __init__(self, task: Task, *, renew: float | None = None, look: float | None = None) -> None:
        self.task = task
        self.aborted = threading.Event()
        self.why: str | None = None
        self._is_ours = True
        self._ended = threading.Event()
        #: There is something to look at, or the block is over.
        self._stir = threading.Event()
        self._events: Events | None = None
        self._path = f"/tasks/{quote(task.id, safe='')}"
        self._renew = RENEW if renew is None else renew
        self._look = LOOK if look is None else look
        self._thread = threading.Thread(target=self._keep_up, name=f"worknode run of {task.key}", daemon=True)
        self._listener = threading.Thread(target=self._listen, name=f"worknode events of {task.key}", daemon=True)

    def __enter__(self) -> Run:
        # Before the thread asks: it is the same for all of them.
        self._me = self.task.client.agent_id
        self._thread.start()
        self._listener.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._ended.set()
        self._stir.set()
        self._thread.join()
        if self._events is not None:
            self._events.close()
        if self._is_ours:
            try:
                self._give_back(error)
            except WorknodeError:
                # It ends by its lease; what happened first is what the caller hears.
                if error is None:
                    raise
        if error is None:
            self.check()

    def check(self) -> None:
        """Raises :class:`RunOver` where the run was lost."""
        if self.aborted.is_set():
            raise RunOver(self.why or "The run is over.")

    def _keep_up(self) -> None:
        renewed = reached = time.monotonic()
        while not self.aborted.is_set():
            self._stir.wait(self._look)
            self._stir.clear()
            if self._ended.is_set():
                return
            try:
                state = self._state()
                reached = time.monotonic()
                if state == "working" and not self.aborted.is_set() and reached - renewed >= self._renew:
                    self.task.client.request("POST", f"{self._path}/renew")
                    renewed = reached
            except WorknodeError as error:
                if not is_passing(error):
                    self._lost(error.detail)
                elif time.monotonic() - reached >= LEASE:
                    self._lost("Nobody could be reached for a whole lease.")

    def _listen(self) -> None:
        client = self.task.client
        try:
            # Our own place first: what happened before it is seen by the look that comes after.
            place = client.request("GET", "/events", params={"since": "now", "limit": 1})["next"]
            self._stir.set()
            self._events = client.events(place, task=self.task.id)
            if self._ended.is_set():
                return
            for event in self._events:
                if self._ended.is_set() or self.aborted.is_set():
                    return
                if event.get("actor") != self._me:
                    self._stir.set()
        except WorknodeError as error:
            # What it means for the run is found out by looking; without a stream that is now and then.
            _log.warning("The run of %s goes on without events: %s", self.task.key, error.detail)
            self._stir.set()

    def _state(self) -> str | None:
        # Not by the task in the program's hand: what this thread looks at the program has not read.
        held = self.task.client.request("GET", self._path).get("run") or {}
        if held.get("agent") != self._me:
            self._lost("Another run holds the task, or it was stopped.")
            return None
        agents = self.task.client.list_all("/agents")
        if any(agent.get("actor") == self._me and agent.get("paused") for agent in agents):
            self._stopped("You are paused.")
        return str(held.get("state"))

    def _lost(self, why: str) -> None:
        self._is_ours = False
        self._stopped(why)

    def _stopped(self, why: str) -> None:
        self.why = why
        self.aborted.set()

    def _give_back(self, error: BaseException | None) -> None:
        held = self.task.refresh().data.get("run") or {}
        if held.get("agent") != self._me or held.get("state") == "submitted":
            return
        failed = error is not None and not isinstance(error, (RunOver, KeyboardInterrupt))
        self.task.release(failed=failed, note=str(error)[:_NOTE] if error is not None else "")
