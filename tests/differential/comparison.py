"""What differs between an answer and what it should be."""

from typing import Any

import orjson

from tests.oracle.oracle import Expected


def difference(expected: Expected, body: bytes) -> str | None:
    """The first difference, in words; None if there is none."""
    try:
        actual = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return f"the answer is no JSON: {error}"
    if "data" not in actual or expected.refusals:
        return _refusal(expected, actual)
    parts = (
        ("data", expected.data, actual["data"]),
        ("errors", _plain(expected.errors), _errors(actual)),
        ("withheld", _plain(expected.withheld), _withheld(actual)),
        ("rows", _unordered(_plain(expected.rows)), _unordered(_rows(actual))),
    )
    return next((found for name, wanted, got in parts if (found := _first(wanted, got, name)) is not None), None)


def _refusal(expected: Expected, actual: Any) -> str | None:
    codes = [error["extensions"]["code"] for error in actual.get("errors", ())]
    if "data" not in actual and codes and codes[0] in expected.refusals:
        return None
    return f"expected {sorted(expected.refusals) or 'an answer'}, got {codes or 'an answer'}"


def _errors(actual: Any) -> list[Any]:
    return [[error["extensions"]["code"], error["path"]] for error in actual.get("errors", ())]


def _withheld(actual: Any) -> list[Any]:
    told = actual["extensions"]["privacy"]["withheld"]
    return [[each["coordinate"], each["path"], each["effect"]] for each in told]


def _rows(actual: Any) -> list[Any]:
    return [
        [row["subject"], [[each["coordinate"], each["unmet"]] for each in row["withheld"]]]
        for row in actual["extensions"]["privacy"].get("rows", ())
    ]


def _unordered(rows: list[Any]) -> list[Any]:
    return sorted([subject, sorted(reasons)] for subject, reasons in rows)


def _plain(value: Any) -> Any:
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _first(wanted: Any, got: Any, path: str) -> str | None:
    match wanted, got:
        case dict(), dict():
            return _first_of_objects(wanted, got, path)
        case list(), list():
            return _first_of_lists(wanted, got, path)
    is_same = wanted == got and isinstance(wanted, bool) is isinstance(got, bool)
    return None if is_same else f"{path}: expected {wanted!r}, got {got!r}"


def _first_of_objects(wanted: dict[str, Any], got: dict[str, Any], path: str) -> str | None:
    if list(wanted) != list(got):
        return f"{path}: expected the keys {list(wanted)}, got {list(got)}"
    members = (_first(value, got[key], f"{path}.{key}") for key, value in wanted.items())
    return next((found for found in members if found), None)


def _first_of_lists(wanted: list[Any], got: list[Any], path: str) -> str | None:
    members = (_first(value, other, f"{path}[{n}]") for n, (value, other) in enumerate(zip(wanted, got, strict=False)))
    found = next((each for each in members if each), None)
    return found or (f"{path}: expected {wanted}, got {got}" if len(wanted) != len(got) else None)
