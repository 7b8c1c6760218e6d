"""The conformance list that every door of Worknode runs (``src/api/conformance.json``), through the Python client.

What a case asks for in ``needs`` and a client on a host does not have is left out: another device, a slower pace, and
requests that no client makes. The rules of patterns are those of ``conformance.contract.ts``.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from worknode import Client, WorknodeError

URL = os.environ["WORKNODE_URL"].rstrip("/")
CASES = json.loads((Path(__file__).parents[3] / "src/api/conformance.json").read_text(encoding="utf-8"))["cases"]
HAS = {"tokens", "etag", "repeat"}
_unique = itertools.count()


class Door:
    def __init__(self) -> None:
        tokens = {"owner": "WORKNODE_OWNER_TOKEN", "agent": "WORKNODE_WORKER_TOKEN"}
        self.clients = {name: Client(URL, os.environ[variable]) for name, variable in tokens.items()}
        self.clients["nobody"] = Client(URL, "wn_" + "n" * 43)
        described = self.clients["owner"].request("GET", "/openapi.json")["paths"]
        #: operation → method, path, names in the path, names in the query
        self.routes = {
            one["operationId"]: (method.upper(), path, parameters(one, "path"), parameters(one, "query"))
            for path, methods in described.items()
            for method, one in methods.items()
        }

    def call(self, who: str, op: str, given: dict[str, Any], options: dict[str, str]) -> tuple[Any, str | None, str | None]:
        """Answers the value, its ETag, and where the next page begins."""
        method, path, in_path, in_query = self.routes[op]
        rest = {name: value for name, value in given.items() if name not in in_path}
        for name in in_path:
            path = path.replace(f"{{{name}}}", quote(str(given.get(name, "me")), safe=""))
        params = {name: rest.pop(name) for name in list(rest) if method == "GET" or (name in in_query and name == "cursor")}
        headers = {"If-Match": options["ifMatch"]} if "ifMatch" in options else None
        words = {name: str(value).lower() if isinstance(value, bool) else value for name, value in params.items()}
        response = self.clients[who]._http.send(
            method,
            path,
            json=None if method == "GET" else rest,
            params=words,
            headers=headers,
            idempotency_key=options.get("idempotencyKey"),
        )
        following = response.links.get("next", {}).get("url")
        value = {"plan": response.text} if op == "export_tasks" else response.json()
        cursor = parse_qs(urlsplit(following).query)["cursor"][0] if following else None
        return value, response.headers.get("ETag"), cursor


def parameters(operation: dict[str, Any], place: str) -> list[str]:
    return [one["name"] for one in operation.get("parameters", []) if one.get("in") == place]


@pytest.fixture(scope="module")
def door():
    return Door()


@pytest.mark.parametrize(
    "case", [pytest.param(one, id=one["name"]) for one in CASES if HAS.issuperset(one.get("needs", []))]
)
def test_conformance(door, case):
    word = f"p{next(_unique)}x{os.getpid()}"
    names: dict[str, Any] = {"case": word, "key": "01" + word.rjust(32, ".").encode().hex()[-64:]}
    for number, raw in enumerate(case["steps"], 1):
        step = filled(raw, names)
        where = f"step {number}, {step['op']}"
        expected = step.get("expect", {})
        value = tag = following = None
        code = None
        for _ in range(step.get("times", 1)):
            try:
                value, tag, following = door.call(
                    step.get("as", "owner"), step["op"], step.get("input", {}), step.get("options", {})
                )
                code = None
            except WorknodeError as error:
                code = error.code
        assert code == expected.get("code"), where
        if "ok" in expected:
            assert (fault := fault_in(value, expected["ok"], where)) is None, f"{fault}\n{json.dumps(value)[:4000]}"
        for name, path in step.get("save", {}).items():
            names[name] = tag if path == "$etag" else following if path == "$next" else at(value, path)
            assert names[name] is not None, f"{where}: nothing at {path}"


def at(value: Any, path: str) -> Any:
    for name in path.split(".") if path else []:
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def filled(value: Any, names: dict[str, Any]) -> Any:
    """With names put in, and long texts made long."""
    if isinstance(value, str):
        if whole := re.fullmatch(r"\$\{(\w+)\}", value):
            return names[whole[1]]
        return re.sub(r"\$\{(\w+)\}", lambda match: str(names[match[1]]), value)
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$text"), str):
        return value["$text"] * int(value["times"])
    # What is saved names places of the answer, and no names of ours.
    return {name: one if name == "save" else filled(one, names) for name, one in value.items()}


def fault_in(value: Any, pattern: Any, where: str) -> str | None:
    """What does not fit, and where."""
    if isinstance(pattern, dict):
        if len(pattern) == 1 and next(iter(pattern)).startswith("$"):
            [(rule, wanted)] = pattern.items()
            return None if holds(value, rule, wanted) else f"{where}: {rule} {wanted!r} does not hold"
        if not isinstance(value, dict):
            return f"{where}: not an object"
        faults = (fault_in(value.get(name), one, f"{where}.{name}") for name, one in pattern.items())
    elif isinstance(pattern, list):
        if not isinstance(value, list) or len(value) != len(pattern):
            return f"{where}: not a list of {len(pattern)}"
        faults = (fault_in(one, wanted, f"{where}.{i}") for i, (one, wanted) in enumerate(zip(value, pattern)))
    else:
        # Yes is not 1 here, as it is in Python.
        same = value == pattern and isinstance(value, bool) == isinstance(pattern, bool)
        return None if same else f"{where}: {value!r} is not {pattern!r}"
    return next((fault for fault in faults if fault is not None), None)


def holds(value: Any, rule: str, wanted: Any) -> bool:
    items = value if isinstance(value, list) else []

    def has(one: Any) -> bool:
        return any(fault_in(item, one, "") is None for item in items)

    match rule:
        case "$is":
            kinds = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
            return kinds[type(value)] == wanted
        case "$match":
            return isinstance(value, str) and re.search(wanted, value) is not None
        case "$length":
            return isinstance(value, list) and len(value) == wanted
        case "$atLeast":
            return (len(items) if isinstance(value, list) else float(value)) >= wanted
        case "$has":
            return all(map(has, wanted))
        case "$hasNot":
            return isinstance(value, list) and not any(map(has, wanted))
        case "$not":
            return fault_in(value, wanted, "") is not None
    raise AssertionError(f"there is no rule {rule}")
