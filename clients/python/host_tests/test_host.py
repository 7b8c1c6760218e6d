"""The client against a real host, which the environment names: ``WORKNODE_URL``, and the tokens of two agents and the owner.

``e2e/python-client.spec.ts`` starts one and runs these.
"""

from __future__ import annotations

import itertools
import os
import re
import threading
from pathlib import Path

import pytest
import requests

from worknode import Client, Retry, RunOver, WorknodeError

URL = os.environ["WORKNODE_URL"].rstrip("/")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def agent():
    with Client(URL, os.environ["WORKNODE_TOKEN"]) as client:
        yield client


@pytest.fixture
def other():
    with Client(URL, os.environ["WORKNODE_OTHER_TOKEN"]) as client:
        yield client


@pytest.fixture
def owner():
    with Client(URL, os.environ["WORKNODE_OWNER_TOKEN"]) as client:
        yield client


def test_a_task_from_its_making_to_its_review(agent, owner):
    made = owner.create_task("Life of a task", body="What it is about", labels=["life"], assignees=[agent.agent_id], status="ready")
    task = agent.get_task(made.key).claim()
    assert (task.id, task.body, task.data["run"]["state"]) == (made.id, "What it is about", "working")
    with task.run(look=0.05) as run:
        task.progress(50, step="half way")
        assert task.add_document("src/life.py", "print('life')\n")["path"] == "src/life.py"
        run.check()
        task.submit({"summary": "done", "checks": ["it runs"]})
    seen = owner.get_task(made.key)
    assert (seen.status, seen.data["progress"], seen.data["run"]["agent"]) == ("in_review", 50, agent.agent_id)
    assert [document["path"] for document in seen.documents()] == ["src/life.py"]
    assert [task.key for task in owner.query_tasks(label="life")] == [made.key]
    owner.request("POST", f"/tasks/{made.id}/accept")
    assert made.refresh().status == "done"


def test_what_a_person_has_changed_is_not_written_over_before_it_was_read(agent, owner):
    made = owner.create_task("Human fence", body="Red.\n", assignees=[agent.agent_id], status="ready")
    task = agent.get_task(made.key).claim()
    owner.request("PATCH", f"/tasks/{made.id}", {"body": "Blue.\n"})
    with pytest.raises(WorknodeError) as failed:
        task.submit("red")
    assert failed.value.code == "human_fence"
    assert [(change["field"], change["diff"]) for change in failed.value.changes] == [("body", "@@ -1 +1 @@\n-Red.\n+Blue.")]
    assert made.refresh().status == "in_progress"
    assert task.refresh().body == "Blue.\n"
    assert task.submit("blue").status == "in_review"


def test_what_is_refused_has_the_code_of_the_contract(agent, owner):
    codes = []
    for call in (
        lambda: agent.get_task("WN-99999"),
        lambda: agent.create_task(""),
        lambda: agent.request("POST", "/agents/*/pause"),
        lambda: owner.create_task("Not ready yet", status="backlog").claim(),
        lambda: Client(URL, "wn_" + "x" * 40).query_tasks(),
        lambda: agent.create_task("Not my files").add_document("docs/x.md", ""),
    ):
        with pytest.raises(WorknodeError) as failed:
            call()
        codes.append(failed.value.code)
    assert codes == ["not_found", "invalid", "permission_denied", "wrong_state", "unauthorized", "permission_denied"]


def test_a_write_that_is_sent_again_under_its_key_is_done_once(owner):
    [first, again] = [
        owner.request("POST", "/tasks", {"title": "Done but once"}, idempotency_key="only-once") for _ in range(2)
    ]
    assert first == again
    assert [task.id for task in owner.query_tasks(q="Done but once") if task.title == "Done but once"] == [first["id"]]


def test_two_agents_that_ask_at_once_get_different_tasks(agent, other, owner):
    for n in range(2):
        owner.create_task(f"Pair {n}", labels=["pair"], status="ready")
    taken = []
    threads = [threading.Thread(target=lambda client=client: taken.append(client.claim_next())) for client in (agent, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({task.id for task in taken if task is not None}) == 2
    for task in taken:
        task.release()
        owner.request("DELETE", f"/tasks/{task.id}")


@pytest.mark.parametrize("look", [0.05, 3600], ids=["by looking", "long before it looks again"])
def test_a_run_that_the_owner_stops_is_over(agent, owner, look):
    made = owner.create_task("To be stopped", assignees=[agent.agent_id], status="ready")
    task = agent.get_task(made.id).claim()
    with pytest.raises(RunOver), task.run(look=look) as run:
        owner.request("POST", f"/tasks/{made.id}/stop", {"note": "not now"})
        assert run.aborted.wait(30)
    owner.request("DELETE", f"/tasks/{made.id}")


def test_who_asks_faster_than_it_may_is_told_the_pace_and_waits_no_longer_than_it_wants(caplog):
    url, token = os.environ["WORKNODE_SLOW_URL"], os.environ["WORKNODE_SLOW_TOKEN"]
    hasty = Client(url, token, retry=Retry(patience=0))
    with pytest.raises(WorknodeError) as failed:
        for _ in range(10):
            hasty.query_tasks()
    assert (failed.value.code, failed.value.status) == ("rate_limited", 429)
    assert "60 requests a minute" in failed.value.detail
    assert failed.value.retry_after == 1.0
    assert caplog.records == []
    # With patience it is only slower, and says so.
    assert Client(url, token).query_tasks() == []
    assert "60 requests a minute" in caplog.text


def test_a_question_waits_for_its_answer(agent, owner):
    task = owner.create_task("Which colour")
    with owner.events("now", task=task.id, type="comment.created") as asked:

        def answer():
            owner.request("POST", f"/comments/{next(asked)['target']}/answer", {"answer": "blue"})

        # Open before anything is asked.
        assert asked.cursor == "now"
        thread = threading.Thread(target=answer)
        thread.start()
        assert agent.get_task(task.id).ask("Which colour?", options=["red", "blue"]) == "blue"
        thread.join()


def test_events_go_on_from_a_cursor_and_from_an_hlc(owner):
    made = [owner.create_task(f"Event {n}") for n in range(3)]
    ids = [task.id for task in made]
    with owner.events(None, type="task.created") as events:
        seen = list(itertools.takewhile(lambda event: event["target"] != ids[0], events))
        cursor = events.cursor
    assert all(event["type"] == "task.created" for event in seen)
    with owner.events(cursor, type="task.created") as events:
        assert [event["target"] for event in itertools.islice(events, 2)] == ids[1:]


def examples():
    for file in ("clients/python/README.md", "docs/python.md"):
        text = (ROOT / file).read_text(encoding="utf-8")
        for number, code in enumerate(re.findall(r"^```python\n(.*?)^```", text, re.M | re.S), 1):
            yield pytest.param(code, id=f"{file}-{number}")


@pytest.mark.parametrize("code", examples())
def test_the_examples_in_the_docs_run(code, owner, monkeypatch):
    owner.create_task("For an example", status="ready")
    for name in ("WORKNODE_OTHER_TOKEN", "WORKNODE_OWNER_TOKEN"):
        monkeypatch.delenv(name)
    here = code.replace("http://localhost:8080", URL).replace("wn_…", owner._http.token)
    # An example that follows the stream for ever stops at its first event.
    here = re.sub(r"^(\s+)(print\(event\[.*)$", r"\1\2\n\1break", here, flags=re.M)
    scope = {"client": owner}
    if "events(\"now\"" in here:
        threading.Timer(0.5, lambda: Client(URL, owner._http.token).create_task("Something happens")).start()
    exec(compile(here, "example.py", "exec"), scope)  # noqa: S102
    if isinstance(scope.get("session"), requests.Session):
        assert scope["made"]["title"] == "Implement feature"
