"""JSON objects with a member twice are refused, because parsers differ in which one they take."""

from typing import Any

import pytest
from starlette.testclient import TestClient

QUERY = '"query": "query($t: String, $d: Deep) { echo(text: $t, deep: $d) }"'


def post(client: TestClient, bearer: dict[str, str], body: str) -> Any:
    return client.post("/graphql", content=body.encode(), headers={**bearer, "Content-Type": "application/json"})


@pytest.mark.parametrize(
    "body",
    [
        f"{{{QUERY}, {QUERY}}}",
        f'{{{QUERY},"variables":{{"t":"a"}},"variables":{{"t":"b"}}}}',
        f'{{{QUERY},"variables":{{"t":"a","t":"b"}}}}',
        f'{{{QUERY},"variables":{{"t":"a","t":"a"}}}}',
        f'{{{QUERY},"variables":{{"t" :"a","\\u0074":"b"}}}}',
        f'{{{QUERY},"variables":{{"d":{{"deep":null,"deep":{{}}}}}}}}',
        f'{{{QUERY},"variables":{{"d":{{"list":[{{"deep":null,"deep":null}}]}}}}}}',
        f'{{{QUERY},"extensions":{{"a":1,"a":1}}}}',
        f'{{{QUERY},"extensions":{{"a":1,"a":{"1" * 300}}}}}',
        f'{{{QUERY},"other":{{"":1,"":1}}}}',
    ],
)
def test_a_member_twice_is_400(client: TestClient, bearer: dict[str, str], body: str) -> None:
    response = post(client, bearer, body.replace("\\\\", "\\"))
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    assert response.json()["errors"][0]["message"] == "The body has an object with a member twice."


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (f'{{ {QUERY} , "variables" : {{ "t" : "\\"t\\":" }} }}', '"t":'),
        (f'{{{QUERY},"variables":{{"t":"\\u00e5"}}}}', "å"),
        (f'{{{QUERY},"variables":{{"t":"a","d":{{"list":[{{"deep":null}},{{"deep":null}}]}}}}}}', "a"),
        (f'{{{QUERY},"variables":{{"t":"t"}},"t":1,"extensions":{{"t":1}}}}', "t"),
        (f'{{{QUERY},"variables":{{"t":"a"}},"extensions":{{"n":{"9" * 300}}}}}', "a"),
    ],
)
def test_what_only_looks_like_it_is_answered(
    client: TestClient, bearer: dict[str, str], body: str, answer: str
) -> None:
    assert post(client, bearer, body).json() == {"data": {"echo": answer}}


def test_variables_in_a_url_are_held_to_it_too(client: TestClient, bearer: dict[str, str]) -> None:
    url = "/graphql?query=%7Bhello%7D&variables=%7B%22a%22:1,%22a%22:2%7D"
    response = client.get(url, headers=bearer)
    assert response.json()["errors"][0]["message"] == "The parameter variables has an object with a member twice."
