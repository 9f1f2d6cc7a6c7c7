"""Comments and docstrings name their subject: a request, a viewer, a process. `whoever` and `nobody` do not."""

import re
from collections import Counter

from tests.house.style.modules import SOURCE, modules

UNNAMED = re.compile(r"\b(?:whoever|whomever|nobody|somebody|whom)\b", re.IGNORECASE)
# What is left, by top-level folder. A number may only fall.
LEFT = {"datasources": 3, "migrations": 2, "resolvers": 1}


def test_the_source_names_its_subjects() -> None:
    counts, where = Counter[str](), []
    for module in modules():
        if module.top in SOURCE:
            words = [word for text in module.prose() for word in UNNAMED.findall(text)]
            counts[module.top] += len(words)
            where += [f"{module.name}: {word}" for word in words]
    assert {top: count for top, count in counts.items() if count > LEFT.get(top, 0)} == {}, "\n".join(where)
