import re

from resolvers.codes import Code
from server.graphql.refusals import STATUSES
from tests.house.project import ROOT

PAGE = ROOT / "docs" / "errors.md"


def test_each_code_has_its_meaning_and_remedy() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert sorted(code for code, _ in rows) == sorted(Code)
    assert all(len(words.split(" | ")) >= 2 for _, words in rows)


def test_the_statuses_are_those_of_the_page() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \|", PAGE.read_text(), re.MULTILINE)
    statuses = {Code(code): int(status) for code, status in rows}
    assert statuses == {code: status for code, status in STATUSES.items() if code is not Code.INTERNAL_SERVER_ERROR}


def test_a_code_is_spelled_as_it_is_named() -> None:
    assert [code for code in Code if code.name != code.value] == []
