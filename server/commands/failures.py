"""Explains why a command failed, in one line without a traceback or a driver's text."""

import os

from auth.policy.rules import PolicyError
from datasources.database_errors import explain_database_error
from server.settings.environment import KEYS, PREFIX, SettingsError

WRONG_SETTING, FAILED = 2, 1
_ADDRESS = "_DATABASE_URL"


def explain_failure(error: Exception) -> tuple[str, int]:
    """The line and the exit code."""
    if isinstance(error, SettingsError | PolicyError):
        return _one_line(error), WRONG_SETTING
    if explanation := explain_database_error(error, _address_keys()):
        return explanation, FAILED
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror.lower()}", FAILED
    # The project's own errors are ValueErrors and OSErrors with a complete sentence; others need their type's name.
    return _one_line(error) if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: {error}", FAILED


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _address_keys() -> str:
    """The settings of databases that are set, or the common one."""
    keys = [key for key in KEYS if key.endswith(_ADDRESS) and (key in os.environ or f"{key}_FILE" in os.environ)]
    if len(keys) > 2:
        return f"{PREFIX}*{_ADDRESS}"
    return " and ".join(keys) or f"{PREFIX}DATABASE_URL"
