"""A demo, and the files of docs/front-end.md beside it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.clients.scripts import Scripts, need_packages, write_page
from tests.demo import demo

# One customer of these was erased.
CUSTOMERS = 60


@pytest.fixture(scope="package")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    need_packages()
    # Not in pytest's folder: a second run closes that to others, and as root PostgreSQL runs as a user of its own.
    with TemporaryDirectory(prefix="customer360-", ignore_cleanup_errors=True) as data:
        Path(data).chmod(0o755)
        with demo(Path(data) / "demo", CUSTOMERS) as started:
            yield write_page(tmp_path_factory.mktemp("clients"), started)
