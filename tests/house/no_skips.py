"""A pytest plugin for where nothing may be missing: a test that would be skipped fails.

But for data of others, which are not part of the project: who has them names their folder.
"""

from collections.abc import Generator

import pytest
from _pytest.reports import CollectErrorRepr

DATA_OF_OTHERS = ("CUSTOMER360_REAL_DATA", "CUSTOMER360_WYCHEPROOF")


def _refusal(longrepr: object) -> CollectErrorRepr:
    reason = longrepr[2] if isinstance(longrepr, tuple) else longrepr
    return CollectErrorRepr(f"nothing may be skipped here. {reason}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    is_of_others = any(name in str(report.longrepr) for name in DATA_OF_OTHERS)
    if report.skipped and not hasattr(report, "wasxfail") and not is_of_others:
        report.outcome, report.longrepr = "failed", _refusal(report.longrepr)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        report.outcome, report.longrepr = "failed", _refusal(report.longrepr)
    return report
