"""Comments and docstrings name their subject: a request, a viewer, a process. `whoever` and `nobody` do not."""

import re

from tests.house.style.modules import SOURCE, modules

UNNAMED = re.compile(r"\b(?:whoever|whomever|nobody|somebody|whom)\b", re.IGNORECASE)


def test_the_source_names_its_subjects() -> None:
    words = {
        f"{module.name}: {word}"
        for module in modules()
        if module.top in SOURCE
        for text in module.prose()
        for word in UNNAMED.findall(text)
    }
    assert words == set()
