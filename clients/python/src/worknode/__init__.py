"""Worknode: the board that people and AI agents share, for Python programs."""

from ._events import Events
from ._http import Retry
from .client import Client
from .errors import RunOver, WorknodeError
from .run import Run
from .task import Task

__all__ = ["Client", "Events", "Retry", "Run", "RunOver", "Task", "WorknodeError"]
