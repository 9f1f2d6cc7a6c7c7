"""docs/front-end.md as it stands: each of its files is used as its reader would."""

import json
import re
import shutil

import pytest

from tests.clients.scripts import BLOCKS, PAGE, Scripts
from tests.house.project import ROOT

pytestmark = pytest.mark.slow

WITHHELD = """import { ask } from "./client.mjs";
const document = '{ customer(by: { number: "C-000001" }) { party { ... on Individual { birthDate } } } }';
const { extensions } = await ask("care", document);
console.log(JSON.stringify(extensions.privacy));
"""


def test_the_page_has_its_files() -> None:
    assert list(BLOCKS) == [
        "client.mjs",
        "codegen.ts",
        "schema.mjs",
        "apollo.mjs",
        "urql.mjs",
        "pages.mjs",
        "mocks.mjs",
    ]


def test_every_page_is_walked(scripts: Scripts) -> None:
    script = 'import { customers } from "./pages.mjs";\nconst all = [];\n'
    script += 'for await (const { number } of customers("care")) all.push(number);\nconsole.log(JSON.stringify(all));\n'
    numbers = scripts.run(script)
    assert len(numbers) == len(set(numbers)) > 50


def test_types_are_generated_and_sound(scripts: Scripts) -> None:
    queries = scripts.folder / "queries"
    queries.mkdir()
    shutil.copy(ROOT / "server" / "graphiql" / "screen_pop.graphql", queries)
    scripts.run_package("@graphql-codegen/cli/esm/bin.js", "--config", "codegen.ts")
    generated = (scripts.folder / "generated" / "graphql.ts").read_text()
    assert "balance: { amount: string, currency: string } | null" in generated
    assert ": any" not in generated
    options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022"]
    scripts.run_package("typescript/bin/tsc", *options, "generated/graphql.ts")


def test_every_scalar_has_a_type_and_a_mock() -> None:
    sdl = (ROOT / "schema" / "customer360.graphql").read_text()
    scalars = set(re.findall(r"^scalar (\w+)", sdl, re.MULTILINE))
    assert set(re.findall(r'^ +(\w+): "string",$', BLOCKS["codegen.ts"], re.MULTILINE)) == scalars
    assert set(re.findall(r"^ +(\w+): \(\) =>", BLOCKS["mocks.mjs"], re.MULTILINE)) == scalars


def test_mocks_answer(scripts: Scripts) -> None:
    answer = scripts.run("""import { graphql } from "graphql";
import { mocked } from "./mocks.mjs";
const source = '{ customer(by: { number: "C-1" }) { country finance { balance { amount currency } } } }';
console.log(JSON.stringify(await graphql({ schema: mocked, source })));
""")
    assert answer == {
        "data": {"customer": {"country": "SE", "finance": {"balance": {"amount": "12.50", "currency": "SEK"}}}}
    }


def test_the_example_of_a_withheld_field_is_an_answer(scripts: Scripts) -> None:
    (example,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    answer = scripts.run(WITHHELD)
    # The policy's version changes with every edit of the policy.
    assert answer == {**json.loads(example), "policy": answer["policy"]}
