"""Requests to a host: over pooled connections, bounded in time, and made again where that can do no harm.

That is: reads, and writes that carry an ``Idempotency-Key``, by which the host knows them again. Pauses double and are
drawn at random below that bound, so that many who failed together do not come back together; what the host asks for
(``Retry-After``) counts more. All waits of one call together are bounded, and each is told to the logger ``worknode``.
"""

from __future__ import annotations

import logging
import random
import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from .errors import WorknodeError

_log = logging.getLogger("worknode")

_CODES = {
    401: "unauthorized",
    403: "permission_denied",
    404: "not_found",
    412: "precondition_failed",
    413: "too_large",
    422: "invalid",
    429: "rate_limited",
}


@dataclass(frozen=True)
class Retry:
    """When to try again, and after how long (seconds)."""

    attempts: int = 5
    base: float = 0.2
    most: float = 10.0
    #: What a call waits in all. Asked to wait for longer, it fails at once and says for how long.
    patience: float = 60.0

    def pause_before(self, error: WorknodeError, attempt: int, chance: float, waited: float = 0.0) -> float | None:
        """How long to wait before the next attempt, or None where it is over. ``attempt`` counts from 1."""
        if not is_passing(error) or attempt >= self.attempts:
            return None
        asked = error.retry_after
        if asked is not None:
            return None if waited + asked > self.patience else asked + chance * self.base
        pause = chance * min(self.most, self.base * 2 ** min(attempt - 1, 30))
        return None if waited + pause > self.patience else pause


def is_passing(error: WorknodeError) -> bool:
    """Whether the same call may well succeed in a moment: nobody answered, or the answer was 429 or 503."""
    return error.code == "unavailable" if error.status is None else error.status in (429, 503)


def _reason(fault: requests.exceptions.SSLError) -> str:
    """What OpenSSL says, without the addresses of objects that urllib3 wraps it in."""
    found = re.search(r"certificate verify failed: ([^(\]]+)", str(fault))
    return f"certificate verify failed, {found[1].strip()}" if found else "no TLS that both sides speak"


@dataclass
class Http:
    """Where the host is, and how it is talked to. Time and chance are arguments, so that tests give their own."""

    base: str
    token: str | None
    timeout: float
    retry: Retry
    sleep: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = random.random
    session: requests.Session = field(default_factory=lambda: pooled_session())

    def send(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> requests.Response:
        """Answers of 2xx only; the rest raises."""
        sent = {"Accept": "application/json", **(headers or {})}
        if method not in ("GET", "HEAD"):
            sent["Idempotency-Key"] = idempotency_key or uuid.uuid4().hex
        attempt, waited = 1, 0.0
        while True:
            try:
                return self._once(method, path, json=json, params=params, headers=sent, timeout=self.timeout)
            except WorknodeError as error:
                pause = self.retry.pause_before(error, attempt, self.chance(), waited)
                if pause is None:
                    raise given_up(error, waited) from error
                _log.warning("%s %s: %s Trying again in %.1f s.", method, path, error.detail, pause)
            self.sleep(pause)
            waited += pause
            attempt += 1

    def open(self, path: str, params: Mapping[str, Any], silence: float) -> requests.Response:
        """One attempt at a stream of events. It breaks where nothing comes for so many seconds."""
        # Compressed, a stream may sit in somebody's buffer.
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity", "Cache-Control": "no-store"}
        return self._once("GET", path, params=params, headers=headers, timeout=(self.timeout, silence), stream=True)

    def _once(self, method: str, path: str, *, headers: dict[str, str], **options: Any) -> requests.Response:
        if self.token is not None:
            headers = {**headers, "Authorization": f"Bearer {self.token}"}
        try:
            response = self.session.request(method, self.base + path, headers=headers, **options)
        except requests.exceptions.SSLError as cause:
            # No absence: waiting does not mend it, and there is something to do about it.
            hint = "If it is the right one, name it, or the authority that signed it: REQUESTS_CA_BUNDLE=<file, PEM>."
            raise WorknodeError("untrusted", f"{self.base} cannot be trusted: {_reason(cause)}. {hint}", hint=hint) from cause
        except (requests.ConnectionError, requests.Timeout) as cause:
            raise WorknodeError("unavailable", f"{self.base} cannot be reached.") from cause
        except requests.exceptions.ChunkedEncodingError as cause:
            raise WorknodeError("unavailable", f"The answer of {self.base} broke off.") from cause
        if response.ok:
            return response
        raise refused(response)


def given_up(error: WorknodeError, waited: float) -> WorknodeError:
    """The error of the last attempt, with what was waited for before it, and what the host asks for now."""
    if waited == 0 and error.retry_after is None:
        return error
    asked = "" if error.retry_after is None else f" The host asks to wait {error.retry_after:.0f} s."
    detail = f"{error.detail}{asked} Waited {waited:.0f} s before."
    return WorknodeError(error.code, detail, status=error.status, hint=error.hint, retry_after=error.retry_after)


def refused(response: requests.Response) -> WorknodeError:
    """What an answer that is not 2xx says."""
    problem: dict[str, Any] = {}
    if "json" in response.headers.get("Content-Type", ""):
        try:
            body = response.json()
        except ValueError:
            # Somebody in between cut it: the status still says what kind of answer it is.
            body = None
        problem = body if isinstance(body, dict) else {}
    status = response.status_code
    usual = _CODES.get(status, "unavailable" if status >= 500 else "bad_request")
    return WorknodeError(
        str(problem.get("code", usual)),
        str(problem.get("detail") or problem.get("title") or f"{response.url} answered {status}."),
        status=status,
        hint=problem.get("hint"),
        retry_after=retry_after(response.headers.get("Retry-After"), time.time()),
        seen=problem.get("seen"),
        changes=problem.get("changes") or (),
    )


def retry_after(header: str | None, now: float) -> float | None:
    """``Retry-After`` is seconds or a date."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass  # Then it is a date.
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except ValueError:
        return None


def pooled_session() -> requests.Session:
    """Connections that are kept and used again, by several threads if need be."""
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=4, pool_maxsize=16)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session
