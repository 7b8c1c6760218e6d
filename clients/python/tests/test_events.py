"""The stream of events resumes by itself."""

from __future__ import annotations

import itertools
import json
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3
from fake_host import Answer, problem

from worknode import WorknodeError
from worknode import _events
from worknode._events import server_sent


def sent(n: int) -> str:
    return f"id: c{n}\nevent: task.created\ndata: {json.dumps({'id': f'e{n}', 'hlc': f'h{n}', 'valid': True})}\n\n"


def since(asked):
    return [parse_qs(urlsplit(one.path).query).get("since", [None])[0] for one in asked]


def test_events_go_on_right_after_the_last_one_however_the_stream_ends(scene):
    answers = [
        Answer(stream=[sent(1) + sent(2)]),
        problem(503, "unavailable"),
        Answer(stream=[": still here\n\n", sent(3)]),
        Answer(stream=[sent(4)], stays=True),
    ]
    s = scene(lambda _, count: answers[count - 1])
    with s.client.events("c0", type="task") as events:
        assert [event["id"] for event in itertools.islice(events, 4)] == ["e1", "e2", "e3", "e4"]
        assert events.cursor == "c4"
    assert since(s.asked) == ["c0", "c2", "c2", "c3"]
    assert "type=task" in s.asked[0].path


def test_a_stream_that_brings_no_sign_of_life_is_opened_anew(scene, monkeypatch):
    monkeypatch.setattr(_events, "SILENCE", 0.2)
    s = scene(lambda _, count: Answer(stream=[sent(count)], stays=True))
    with s.client.events("c0") as events:
        assert [next(events)["id"], next(events)["id"]] == ["e1", "e2"]


def test_where_the_cursor_means_nothing_any_more_events_go_on_from_the_last_hlc_and_none_comes_twice(scene):
    answers = [Answer(stream=[sent(1) + sent(2)]), problem(410, "gone"), Answer(stream=[sent(2) + sent(3)], stays=True)]
    s = scene(lambda _, count: answers[count - 1])
    with s.client.events("c0") as events:
        assert [event["id"] for event in itertools.islice(events, 3)] == ["e1", "e2", "e3"]
    assert since(s.asked) == ["c0", "c2", "h2"]


def test_now_is_a_place_at_once_and_signs_of_life_move_it(scene):
    answers = [
        Answer(200, {"events": [], "next": "c0", "more": False}),
        Answer(stream=["retry: 1000\n\n", "id: c5\n\n"]),
        Answer(stream=[sent(6)], stays=True),
    ]
    s = scene(lambda _, count: answers[count - 1])
    with s.client.events() as events:
        assert next(events)["id"] == "e6"
    assert since(s.asked) == ["now", "c0", "c5"]


def test_a_stream_that_is_refused_ends_with_the_error(scene):
    s = scene(lambda *_: problem(401, "unauthorized"))
    with pytest.raises(WorknodeError) as failed:
        next(s.client.events("c0"))
    assert failed.value.code == "unauthorized"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_where_the_bytes_are_cut_makes_no_difference(size):
    text = "id: 1\r\ndata: é€😀\r\n\r\n: c\r\ndata: a\rdata:b\r\rdata: never ended".encode()
    parts = (text[at : at + size] for at in range(0, len(text), size))
    assert list(server_sent(parts)) == [("1", "é€😀"), ("1", "a\nb")]


@pytest.mark.parametrize("is_old", [False, True])
def test_closing_ends_a_wait_in_another_thread(scene, monkeypatch, is_old):
    if is_old:
        monkeypatch.setattr(urllib3.HTTPResponse, "shutdown", None, raising=False)
    s = scene(lambda *_: Answer(stream=[sent(1)], stays=True))
    events = s.client.events("c0")
    assert next(events)["id"] == "e1"
    rest: list[object] = []
    thread = threading.Thread(target=lambda: rest.extend(events), daemon=True)
    thread.start()
    events.close()
    thread.join(15)
    assert (thread.is_alive(), rest) == (False, [])
