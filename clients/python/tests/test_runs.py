"""Work on a task: claim, ask, submit, and losing it."""

from __future__ import annotations

import json
import threading

import pytest
from fake_host import Answer, problem

from worknode import RunOver, WorknodeError

ME, OTHER = "01" + "a" * 64, "01" + "b" * 64


class Board:
    """One task whose run a test takes away, and an agent that it pauses."""

    def __init__(self) -> None:
        self.run: dict | None = {"agent": ME, "state": "working", "id": "r"}
        self.paused = False
        self.looked = threading.Semaphore(0)
        #: Set: somebody else has done something to the task.
        self.told = threading.Event()
        self.seen: str | None = None

    def task(self) -> dict:
        seen = {"seen": self.seen} if self.seen else {}
        return {"id": "a", "key": "WN-1", "title": "x", "status": "in_progress", "run": self.run, **seen}

    def events(self):
        yield "id: c0\n\n"
        self.told.wait(20)
        yield f"id: c1\ndata: {json.dumps({'id': 'e1', 'hlc': 'h1', 'type': 'task.stopped', 'actor': OTHER})}\n\n"

    def __call__(self, asked, _) -> Answer:
        step = asked.path.removeprefix("/api/v1")
        if step == "/me":
            return Answer(200, {"actor": ME})
        if step.startswith("/events"):
            is_stream = asked.headers.get("Accept") == "text/event-stream"
            return Answer(stream=self.events(), stays=True) if is_stream else Answer(200, {"events": [], "next": "c0"})
        if step.startswith("/agents?"):
            self.looked.release()
            return Answer(200, [{"actor": ME, "paused": self.paused}])
        if step == "/agents/me/tasks":
            return Answer(200, self.task())
        if step == "/tasks/a/submit":
            self.run = {"agent": ME, "state": "submitted", "id": "r"}
        if step == "/tasks/a/release":
            self.run = None
        return Answer(200, self.task())


def said(s, step):
    return [asked.body for asked in s.asked if asked.path.endswith(step)]


def test_a_run_that_hands_in_is_not_given_back(scene):
    s = scene(Board())
    task = s.client.claim_next()
    assert task is not None
    with task.run() as run:
        task.progress(50, step="half way")
        task.add_document("src/a.py", "pass\n", mime="text/x-python")
        run.check()
        task.submit({"summary": "done", "checks": ["tests pass"]})
    assert said(s, "/claim") == []
    assert said(s, "/progress") == [{"progress": 50, "step": "half way"}]
    assert said(s, "/documents") == [{"path": "src/a.py", "content": "pass\n", "mime": "text/x-python"}]
    assert said(s, "/submit") == [{"summary": "done", "checks": ["tests pass"]}]
    assert said(s, "/release") == []


def test_where_there_is_nothing_to_do_there_is_no_task(scene):
    assert scene(lambda *_: Answer(200, None)).client.claim_next() is None


def test_a_block_that_raises_gives_the_task_back_and_raises_the_same(scene):
    s = scene(Board())
    with pytest.raises(ZeroDivisionError), s.client.claim_next().run():
        1 / 0  # noqa: B018
    assert said(s, "/release") == [{"failed": True, "note": "division by zero"}]


def test_a_block_that_hands_nothing_in_gives_the_task_back(scene):
    s = scene(Board())
    with s.client.claim_next().run():
        pass
    assert said(s, "/release") == [{"failed": False, "note": ""}]


def test_the_run_says_that_it_goes_on(scene):
    board = Board()
    s = scene(board)
    with s.client.claim_next().run(renew=0, look=0.001):
        for _ in range(3):
            board.looked.acquire(timeout=20)
    assert len(said(s, "/renew")) >= 1


@pytest.mark.parametrize("taken_by", [OTHER, None])
def test_a_run_that_is_lost_sets_aborted_and_gives_nothing_back(scene, taken_by):
    board = Board()
    s = scene(board)
    with pytest.raises(RunOver, match="Another run holds the task"), s.client.claim_next().run(look=0.001) as run:
        board.run = taken_by and {"agent": taken_by, "state": "working", "id": "other"}
        assert run.aborted.wait(20)
        run.check()
    assert said(s, "/release") == []


def test_a_run_that_is_lost_is_over_as_soon_as_its_event_comes(scene):
    board = Board()
    s = scene(board)
    with pytest.raises(RunOver), s.client.claim_next().run(look=3600) as run:
        # The look that follows the opening of the stream found all well.
        assert board.looked.acquire(timeout=20)
        board.run = None
        board.told.set()
        assert run.aborted.wait(20)
    assert said(s, "/release") == []


def test_a_run_goes_on_where_there_is_no_stream_of_events(scene, caplog):
    board = Board()

    def answering(asked, count):
        return problem(403, "permission_denied") if "/events" in asked.path else board(asked, count)

    s = scene(answering)
    with pytest.raises(RunOver), s.client.claim_next().run(look=0.001) as run:
        assert board.looked.acquire(timeout=20)
        board.run = None
        assert run.aborted.wait(20)
    assert "goes on without events" in caplog.text


def test_a_run_that_is_lost_raises_at_the_end_of_a_block_that_did_not_look(scene):
    board = Board()
    s = scene(board)
    with pytest.raises(RunOver), s.client.claim_next().run(look=0.001) as run:
        board.run = None
        assert run.aborted.wait(20)


def test_an_agent_that_is_paused_stops_and_gives_the_task_back(scene):
    board = Board()
    s = scene(board)
    with pytest.raises(RunOver, match="paused"), s.client.claim_next().run(look=0.001) as run:
        board.paused = True
        assert run.aborted.wait(20)
    assert len(said(s, "/release")) == 1


def test_a_question_is_answered_by_an_event(scene):
    def event(n, target, data, valid=True):
        body = {"id": f"e{n}", "hlc": f"h{n}", "type": "comment.updated", "target": target, "data": data, "valid": valid}
        return f"id: c{n}\ndata: {json.dumps(body)}\n\n"

    answer = {"field": "answer", "value": {"text": "blue"}}
    stream = [
        event(1, "q", {"field": "question"}),
        event(2, "other", answer),
        event(3, "q", {"field": "answer", "value": {"text": "forged"}}, valid=False),
        event(4, "q", answer),
    ]

    def answering(asked, _):
        if "/events" in asked.path:
            return Answer(stream=stream, stays=True)
        return Answer(201, {"id": "q"}) if asked.path.endswith("/ask") else Board()(asked, 0)

    s = scene(answering)
    assert s.client.get_task("WN-1").ask("Which colour?", options=["red", "blue"]) == "blue"
    assert said(s, "/ask") == [{"question": "Which colour?", "options": ["red", "blue"]}]


def test_a_claim_that_somebody_else_was_quicker_with_is_told(scene):
    s = scene(lambda asked, _: problem(409, "claim_held") if asked.path.endswith("/confirm") else Board()(asked, 0))
    with pytest.raises(Exception, match="claim_held"):
        s.client.get_task("WN-1").claim()


def test_writes_say_what_the_program_has_read_and_not_what_the_run_looked_at(scene):
    board = Board()
    board.seen = "a"
    s = scene(board)
    with s.client.claim_next().run(renew=0, look=0.001) as run:
        board.seen = "a.b"
        for _ in range(3):
            board.looked.acquire(timeout=20)
        run.task.progress(50)
        run.task.submit("done")
    assert [body["seen"] for body in said(s, "/progress") + said(s, "/submit")] == ["a", "a.b"]


def test_what_a_person_has_changed_is_told_by_the_error_and_read_by_refresh(scene):
    board = Board()
    board.seen = "a"
    changes = [{"field": "body", "diff": "-red\n+blue"}]

    def answering(asked, _):
        if asked.method == "PATCH" and asked.body["seen"] != "b":
            held = problem(409, "human_fence")
            return Answer(409, {**held.body, "seen": "b", "changes": changes}, held.headers)
        return board(asked, 0)

    s = scene(answering)
    task = s.client.get_task("WN-1")
    board.seen = "b"
    with pytest.raises(WorknodeError) as failed:
        task.update(title="Mine")
    assert (failed.value.code, failed.value.seen, failed.value.changes) == ("human_fence", "b", changes)
    task.refresh().update(title="Mine")
    assert [asked.body["seen"] for asked in s.asked if asked.method == "PATCH"] == ["a", "b"]
