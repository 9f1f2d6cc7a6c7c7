"""Golden queries, one for each shape: what is answered and by which statement, fused and apart.

Each `.graphql` here has a `.json` with its answer and a `.sql` with its statements when all departments live in one
database. After a change that is meant to change them, write them anew and read the difference:

    make golden
"""

from pathlib import Path

import pytest

from tests.golden.golden import FOLDER, GOLDENS, Golden, Way, ask, readable

each = pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.path.stem)


@each
async def test_a_golden_query_answers_alike_fused_and_apart(golden: Golden, fused: Way, apart: Way) -> None:
    assert (await ask(golden, fused)).body == (await ask(golden, apart)).body


@each
async def test_a_golden_query_has_its_answer(golden: Golden, fused: Way, updates_golden: bool) -> None:
    asked = await ask(golden, fused)
    assert readable(asked.body) == _kept(golden.file("json"), readable(asked.body), updates_golden)


@each
async def test_a_golden_query_has_its_statements(golden: Golden, fused: Way, updates_golden: bool) -> None:
    asked = await ask(golden, fused)
    text = "".join(f"{sql.rstrip()};\n" for _, sql in asked.statements)
    assert text == _kept(golden.file("sql"), text, updates_golden)


@each
async def test_one_statement_fused_and_one_a_department_apart(golden: Golden, fused: Way, apart: Way) -> None:
    together = await ask(golden, fused)
    assert len(together.statements) == min(1, len(golden.homes_apart))
    alone = await ask(golden, apart)
    assert sorted(home for home, _ in alone.statements) == golden.homes_apart


def test_every_golden_file_belongs_to_a_query() -> None:
    kept = {path for kind in ("json", "sql") for path in FOLDER.glob(f"*.{kind}")}
    assert kept == {golden.file(kind) for golden in GOLDENS for kind in ("json", "sql")}


def _kept(path: Path, text: str, updates: bool) -> str:
    """What is kept as golden; the text itself where files are written anew."""
    if updates:
        path.write_text(text)
    return path.read_text()
