"""What calls raise. Programs act on ``code``, which is the same at every door of Worknode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class WorknodeError(Exception):
    """A refusal (``claim_held``, ``permission_denied``, …), ``unavailable`` where nobody answered, or
    ``untrusted`` where the certificate of who did is not trusted.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int | None = None,
        hint: str | None = None,
        retry_after: float | None = None,
        seen: str | None = None,
        changes: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(detail)
        self.code = code
        #: One plain sentence: what happened and what to do.
        self.detail = detail
        #: The HTTP status, where there was an answer.
        self.status = status
        self.hint = hint
        #: For how many seconds the other side asked to be left alone.
        self.retry_after = retry_after
        #: Of ``human_fence``: what a person has changed, and the ``seen`` of whoever has read this error.
        self.changes = list(changes)
        self.seen = seen

    def __str__(self) -> str:
        return f"{self.detail} ({self.code})"


class RunOver(WorknodeError):
    """The run was lost: somebody else holds the task, it was stopped, or the agent was paused."""

    def __init__(self, detail: str) -> None:
        super().__init__("run_over", detail)
