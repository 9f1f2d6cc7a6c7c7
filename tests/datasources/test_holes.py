"""Holes and marks: filled however deep, read however many, and nothing that data can hold is taken for one."""

import orjson
import pytest

from datasources.holes import BAD_CURSOR, HOLE, MARK, down_mark, fill_holes, is_marked, parse_marked, split_texts
from datasources.unavailable import Unavailable


def _hole(reference: str) -> str:
    return f"{HOLE}{reference}{HOLE}"


def test_every_hole_is_filled_however_deep() -> None:
    text = f"[{_hole('0.2')},{_hole('1.1')},{_hole('0.2')}]"
    sections = {0: [b"never", f'{{"deep":{_hole("1.2")}}}'.encode()], 1: [b"1", b"[]"]}
    assert fill_holes(text.encode(), sections) == b'[{"deep":[]},1,{"deep":[]}]'
    assert fill_holes(b"{}", {}) == b"{}"


def test_a_hole_that_nothing_fills_is_a_fault() -> None:
    with pytest.raises(KeyError):
        fill_holes(_hole("0.3").encode(), {0: [b"1", b"2"]})


def test_marks_are_told_from_data() -> None:
    looks = f'{MARK}"cursor"{HOLE}0.1{HOLE}'
    text = b'{"a":%b,"b":%b,"c":%b}' % (down_mark("sales").encode(), BAD_CURSOR.encode(), orjson.dumps(looks))
    assert is_marked(text)
    assert parse_marked(text) == {"a": "\0down:sales", "b": "\0cursor", "c": looks}
    assert not is_marked(orjson.dumps(looks))
    assert fill_holes(orjson.dumps(looks), {}) == orjson.dumps(looks)


def test_other_texts_than_of_the_customers_are_nobodys() -> None:
    assert split_texts(b"1\x1e2", 2) == [b"1", b"2"]
    assert split_texts(None, 0) == []
    for joined, customers in ((b"1\x1e2", 1), (b"1", 2), (None, 1)):
        with pytest.raises(Unavailable):
            split_texts(joined, customers)
