"""A pytest plugin for CI: a test that would be skipped fails.

Except tests over third-party data, which are not part of the project; a variable names their folder.
"""

from collections.abc import Generator

import pytest
from _pytest.reports import CollectErrorRepr

THIRD_PARTY_DATA = ("CUSTOMER360_REAL_DATA", "CUSTOMER360_WYCHEPROOF")


def _refusal(longrepr: object) -> CollectErrorRepr:
    reason = longrepr[2] if isinstance(longrepr, tuple) else longrepr
    return CollectErrorRepr(f"nothing may be skipped here. {reason}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    is_third_party = any(name in str(report.longrepr) for name in THIRD_PARTY_DATA)
    if report.skipped and not hasattr(report, "wasxfail") and not is_third_party:
        report.outcome, report.longrepr = "failed", _refusal(report.longrepr)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        report.outcome, report.longrepr = "failed", _refusal(report.longrepr)
    return report
