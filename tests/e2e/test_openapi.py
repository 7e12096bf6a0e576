"""The OpenAPI document is one, and says what the API does."""
import re

import pytest

METHODS = {"get", "post", "patch", "delete", "put"}
HTTP_TIMES = re.compile(r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d[+-]\d\d:\d\d)?$")


@pytest.fixture(scope="module")
def document(desk):
    answer = desk.get("/api/v1/openapi.json")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json"
    return answer.json()


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def follow(document, node):
    """A $ref's target."""
    while "$ref" in node:
        assert node["$ref"].startswith("#/"), node
        target = document
        for part in node["$ref"][2:].split("/"):
            target = target[part]
        node = target
    return node


def nodes(node):
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from nodes(value)


def test_it_is_an_openapi_3_1_document(document):
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"] and document["info"]["version"]
    assert set(document) <= {"openapi", "info", "servers", "security", "paths", "components"}
    assert document["components"]["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}
    assert document["security"] == [{"bearer": []}]


def test_every_reference_leads_somewhere(document):
    found = [n for n in nodes(document) if "$ref" in n]
    assert found
    for node in found:
        assert set(node) == {"$ref"} and isinstance(follow(document, node), dict)


def test_every_path_has_operations_and_each_a_name_of_its_own(document):
    names = []
    for path, item in document["paths"].items():
        assert path.startswith("/api/v1/") and item and set(item) <= METHODS, path
    for _, _, operation in operations(document):
        names.append(operation["operationId"])
        assert operation["summary"], operation
    assert len(names) == len(set(names)) and all(re.fullmatch(r"[a-z0-9_]+", n) for n in names)


def test_parameters_are_named_once_and_those_of_the_path_are_all_there(document):
    for path, method, operation in operations(document):
        parameters = [follow(document, p) for p in operation["parameters"]]
        keys = [(p["in"], p["name"]) for p in parameters]
        assert len(keys) == len(set(keys)), (path, method, keys)
        assert all(p["schema"] for p in parameters)
        of_path = {p["name"] for p in parameters if p["in"] == "path"}
        assert of_path == set(re.findall(r"\{(\w+)\}", path)), (path, method)
        assert all(p.get("required") for p in parameters if p["in"] == "path")


def test_bodies_belong_to_writes_and_every_operation_answers(document):
    for path, method, operation in operations(document):
        if method in ("get", "delete"):
            assert "requestBody" not in operation, (path, method)
        responses = operation["responses"]
        good = [code for code in responses if code != "default"]
        assert len(good) == 1 and good[0] in ("200", "201"), (path, method)
        assert all(c["schema"] for c in responses[good[0]]["content"].values())
        problem = follow(document, responses["default"])
        assert list(problem["content"]) == ["application/problem+json"]


def test_every_schema_is_well_formed(document):
    known = {"string", "integer", "number", "boolean", "array", "object", "null"}
    for name, schema in document["components"]["schemas"].items():
        assert schema["type"] == "object" and schema["properties"], name
        assert set(schema.get("required", [])) <= set(schema["properties"]), name
        for property_name, node in schema["properties"].items():
            for inner in nodes(node):
                kinds = inner.get("type", [])
                assert set([kinds] if isinstance(kinds, str) else kinds) <= known, (name, property_name)
                assert kinds != "array" or "items" in inner, (name, property_name)


def test_everything_but_the_document_itself_wants_a_token(document, desk):
    assert [p for p, _, o in operations(document) if o.get("security") == []] == ["/api/v1/openapi.json"]
    for path, method, _ in operations(document):
        if path != "/api/v1/openapi.json":
            answer = desk.get(re.sub(r"\{\w+\}", "x", path), method=method.upper())
            assert answer.status_code == 401, (path, method)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.json()["code"] == "unauthenticated"


def fits(document, schema, value):
    """Whether a value is what a schema says; a small judge of the parts of JSON Schema that are used here."""
    schema = follow(document, schema)
    if "oneOf" in schema:
        return any(fits(document, one, value) for one in schema["oneOf"])
    if "allOf" in schema:
        return all(fits(document, one, value) for one in schema["allOf"])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    of_python = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
                 "null": type(None)}
    if isinstance(value, bool):
        return "boolean" in kinds
    if not any(isinstance(value, of_python[k]) for k in kinds):
        return False
    if isinstance(value, list):
        return all(fits(document, schema["items"], item) for item in value)
    if isinstance(value, dict) and "properties" in schema:
        return set(schema.get("required", [])) <= set(value) and \
            all(name in schema["properties"] and fits(document, schema["properties"][name], item)
                for name, item in value.items())
    return schema.get("format") != "date-time" or value is None or bool(HTTP_TIMES.match(value))


def test_answers_are_what_the_document_says(document, desk):
    desk.event("openapi-event", role="讲解员=5/2", repeat="FREQ=WEEKLY;COUNT=3")
    for path in ("/events", "/events/openapi-event", "/events/openapi-event/occurrences", "/version"):
        pattern = "/api/v1" + path.replace("openapi-event", "{slug}")
        schema = document["paths"][pattern]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        answer = desk.api("GET", path)
        assert answer.status == 200, answer
        assert fits(document, schema, answer.json()), answer


def test_errors_are_what_the_document_says(document, desk):
    problem = document["components"]["schemas"]["problem"]
    for method, path, body in (("GET", "/events/nope", None), ("POST", "/events", b"{"),
                               ("POST", "/events", {"titel": 1}), ("GET", "/nope", None), ("PUT", "/events", None),
                               ("POST", "/events", b"x" * 600_000)):
        answer = desk.api(method, path, body)
        assert 400 <= answer.status < 500 and answer.headers["Content-Type"] == "application/problem+json", answer
        assert fits(document, problem, answer.json()), answer
        assert answer.json()["status"] == answer.status
