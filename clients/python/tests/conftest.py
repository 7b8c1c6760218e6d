from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fake_host import Answer, Asked, FakeHost

from worknode import Client

Answering = Callable[[Asked, int], Answer]


class Scene:
    """A fake host, a client of it, and the pauses that the client took (none of them really)."""

    def __init__(self, answering: Answering) -> None:
        self.pauses: list[float] = []
        self.host = FakeHost(answering)
        self.client = Client(self.host.url, "secret", sleep=self.pauses.append, chance=lambda: 0.5)

    @property
    def asked(self) -> list[Asked]:
        return self.host.asked

    def close(self) -> None:
        self.client.close()
        self.host.close()


@pytest.fixture
def scene() -> Iterator[Callable[[Answering], Scene]]:
    scenes: list[Scene] = []

    def make(answering: Answering) -> Scene:
        scenes.append(Scene(answering))
        return scenes[-1]

    yield make
    for one in scenes:
        one.close()
