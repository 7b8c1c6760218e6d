"""An agent in Python, on plain requests: each line on stdin is a step, and the answer is a line of JSON."""

import json
import os
import sys

import requests

base = os.environ["WORKNODE_URL"]
agent = os.environ["WORKNODE_AGENT"]

session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['WORKNODE_TOKEN']}"
requests.get, requests.post, requests.put = session.get, session.post, session.put


def five_lines():
    """The lines that the README promises, as they stand there."""
    since = requests.get(f"{base}/api/events").json()["next"]
    made = requests.post(f"{base}/api/tasks", json={"title": "Implement feature"}).json()
    tasks = requests.get(f"{base}/api/tasks").json()
    put = requests.put(f"{base}/api/tasks/{made['id']}", json={"status": "COMPLETE"})
    mine = requests.get(f"{base}/api/agents/{agent}/tasks").json()
    events = requests.get(f"{base}/api/events?since={since}").json()
    return {
        "titles": [task["title"] for task in tasks],
        "made": made,
        "put": [put.status_code, put.json()],
        "mine": mine,
        "events": events,
    }


def step(words):
    verb, *rest = words
    if verb == "five":
        return five_lines()
    method, path = rest[0], rest[1]
    body = json.loads(" ".join(rest[2:])) if len(rest) > 2 else None
    answer = session.request(method, f"{base}/api{path}", json=body, timeout=30)
    return {"status": answer.status_code, "body": answer.json() if answer.content else None}


for line in sys.stdin:
    print(json.dumps(step(line.split())), flush=True)
