"""What goes over the wire, what is tried again, and what errors say."""

from __future__ import annotations

import pytest
from fake_host import Answer, problem

from worknode import Client, Retry, WorknodeError
from worknode._http import retry_after

TASK = {"id": "a", "key": "WN-1", "title": "x", "status": "ready"}


def test_a_write_goes_to_its_path_with_the_token_and_a_key_of_its_own(scene):
    s = scene(lambda *_: Answer(201, TASK))
    task = s.client.create_task("x", labels=["bug"])
    assert (task.id, task.key, task.title, task.status) == ("a", "WN-1", "x", "ready")
    [asked] = s.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/api/v1/tasks", {"title": "x", "labels": ["bug"]})
    assert asked.headers["Authorization"] == "Bearer secret"
    assert len(asked.headers["Idempotency-Key"]) == 32


def test_a_read_carries_no_key(scene):
    s = scene(lambda *_: Answer(200, TASK))
    s.client.get_task("WN-1")
    assert "Idempotency-Key" not in s.asked[0].headers


@pytest.mark.parametrize("end", ["", "/", "/api", "/api/v1", "/api/v1/", "/?x#y"])
def test_the_host_may_be_given_in_any_of_these_ways(scene, end):
    s = scene(lambda *_: Answer(200, TASK))
    Client(s.host.url + end, "t").get_task("WN/1")
    assert s.asked[0].path == "/api/v1/tasks/WN%2F1"


def test_what_may_pass_is_tried_again_under_the_same_key_with_pauses_that_grow(scene):
    answers = [problem(503, "unavailable"), Answer(drops=True), problem(429, "rate_limited"), Answer(201, TASK)]
    s = scene(lambda _, count: answers[count - 1])
    s.client.create_task("x")
    assert len({asked.headers["Idempotency-Key"] for asked in s.asked}) == 1
    assert s.pauses == [0.1, 0.2, 0.4]


def test_the_hosts_retry_after_is_kept_to(scene):
    s = scene(lambda _, count: problem(429, "rate_limited", **{"Retry-After": "3"}) if count == 1 else Answer(200, TASK))
    s.client.get_task("WN-1")
    assert s.pauses == [3.1]


def test_all_waits_of_a_call_are_bounded_together_told_to_the_log_and_named_by_the_error(scene, caplog):
    s = scene(lambda *_: problem(429, "rate_limited", **{"Retry-After": "25"}))
    with pytest.raises(WorknodeError) as failed:
        s.client.get_task("WN-1")
    assert s.pauses == [25.1, 25.1]
    assert failed.value.code == "rate_limited"
    assert failed.value.detail == "It is rate_limited. The host asks to wait 25 s. Waited 50 s before."
    assert [(one.name, one.levelname) for one in caplog.records] == [("worknode", "WARNING")] * 2
    assert caplog.messages[0] == "GET /tasks/WN-1: It is rate_limited. Trying again in 25.1 s."


def test_a_longer_retry_after_than_anybody_waits_for_is_told(scene):
    s = scene(lambda *_: problem(429, "rate_limited", **{"Retry-After": "3600"}))
    with pytest.raises(WorknodeError) as failed:
        s.client.get_task("WN-1")
    assert (failed.value.code, failed.value.retry_after, len(s.asked)) == ("rate_limited", 3600.0, 1)


def test_retry_after_is_seconds_or_a_date():
    assert retry_after("Thu, 01 Jan 1970 00:01:40 GMT", 40) == 60
    assert [retry_after(header, 0) for header in (None, "2.5", "soon")] == [None, 2.5, None]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad_request"),
        (401, "unauthorized"),
        (403, "permission_denied"),
        (404, "not_found"),
        (409, "claim_held"),
        (409, "human_fence"),
        (412, "precondition_failed"),
        (413, "too_large"),
        (422, "invalid"),
    ],
)
def test_a_refusal_is_an_error_with_its_code_at_once(scene, status, code):
    s = scene(lambda *_: problem(status, code))
    with pytest.raises(WorknodeError) as failed:
        s.client.get_task("WN-1")
    assert (failed.value.code, failed.value.status, failed.value.detail) == (code, status, f"It is {code}.")
    assert len(s.asked) == 1


def test_what_answers_without_a_problem_of_ours_still_gets_a_code(scene):
    s = scene(lambda *_: Answer(502, "Bad Gateway"))
    with pytest.raises(WorknodeError) as failed:
        s.client.get_task("WN-1")
    assert failed.value.code == "unavailable"


def test_after_the_last_attempt_the_error_says_that_nobody_can_be_reached(scene):
    s = scene(lambda *_: Answer(drops=True))
    with pytest.raises(WorknodeError) as failed:
        s.client.get_task("WN-1")
    assert (failed.value.code, failed.value.status, len(s.asked)) == ("unavailable", None, 5)


@pytest.mark.parametrize("attempt", range(1, 12))
@pytest.mark.parametrize("chance", [0.0, 0.3, 0.999])
def test_pauses_never_leave_their_bounds(attempt, chance):
    retry = Retry(attempts=10)
    pause = retry.pause_before(WorknodeError("unavailable", ""), attempt, chance)
    if attempt >= 10:
        assert pause is None
    else:
        assert pause is not None and 0 <= pause <= min(retry.most, retry.base * 2 ** (attempt - 1))


def test_a_list_is_read_page_after_page(scene):
    pages = {
        "/api/v1/tasks?assignee=me&ready=true&limit=1000": (["a", "b"], "c1"),
        "/api/v1/tasks?assignee=me&ready=true&limit=1000&cursor=c1": (["c"], None),
    }

    def answering(asked, _):
        ids, cursor = pages[asked.path]
        link = {"Link": f'</api/v1/tasks?assignee=me&ready=true&limit=1000&cursor={cursor}>; rel="next"'} if cursor else {}
        return Answer(200, [{**TASK, "id": id} for id in ids], link)

    s = scene(answering)
    assert [task.id for task in s.client.query_tasks(assignee="me", ready=True)] == ["a", "b", "c"]


def test_no_more_is_read_than_is_wanted(scene):
    s = scene(lambda *_: Answer(200, [TASK, TASK], {"Link": '</api/v1/tasks?cursor=x>; rel="next"'}))
    assert len(s.client.query_tasks(limit=2)) == 2
    assert [asked.path for asked in s.asked] == ["/api/v1/tasks?limit=2"]


def test_the_environment_says_where_the_host_is(scene, monkeypatch):
    s = scene(lambda *_: Answer(200, {"actor": "01ab"}))
    monkeypatch.setenv("WORKNODE_URL", s.host.url)
    monkeypatch.setenv("WORKNODE_TOKEN", "from the environment")
    with Client() as client:
        assert (client.agent_id, client.agent_id) == ("01ab", "01ab")
    assert [asked.headers["Authorization"] for asked in s.asked] == ["Bearer from the environment"]


def test_connections_are_used_again(scene):
    s = scene(lambda *_: Answer(200, TASK))
    for _ in range(5):
        s.client.get_task("WN-1")
    [pool] = s.client._http.session.get_adapter(s.host.url).poolmanager.pools._container.values()
    assert (pool.num_connections, pool.num_requests) == (1, 5)
