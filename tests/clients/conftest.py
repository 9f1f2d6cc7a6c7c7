"""A demo, and the files of docs/front-end.md beside it."""

from collections.abc import Iterator

import pytest

from tests.clients.scripts import Scripts, need_packages, write_page
from tests.demo import demo

# One customer of these was erased.
CUSTOMERS = 60


@pytest.fixture(scope="package")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    need_packages()
    folder = tmp_path_factory.mktemp("clients")
    page = folder / "page"
    page.mkdir()
    with demo(folder / "data", CUSTOMERS) as started:
        yield write_page(page, started)
