"""A function is named for what it does or returns. A bare participle (`told`, `found`) says neither."""

from collections import Counter

from tests.house.style.modules import modules

PARTICIPLES = frozenset({"told", "found", "written", "gathered", "named", "given", "asked"})
# What is left, by top-level folder. A number may only fall.
LEFT = {"datasources": 2, "tests": 15}


def test_no_function_is_named_by_a_bare_participle() -> None:
    named = [
        f"{module.name}:{function.lineno} {function.name}"
        for module in modules()
        for function in module.functions()
        if function.name.lstrip("_") in PARTICIPLES
    ]
    counts = Counter(each.partition("/")[0] for each in named)
    assert {top: count for top, count in counts.items() if count > LEFT.get(top, 0)} == {}, "\n".join(named)
