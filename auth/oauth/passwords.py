"""Passwords: hashed with argon2id, checked a few at a time, with limits on failures."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from auth.oauth.attempts import AttemptLimits
from auth.oauth.records import Account
from auth.oauth.store import Accounts

# The `acr` of a sign-in by password, the only method here.
ACR = "urn:customer360:acr:password"
MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH = 12, 256
# The least that OWASP recommends: 19 MiB, two passes. About 25 ms of one core.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Each check takes 19 MiB and a core, so a flood of attempts fills a short queue and is then refused.
MAX_CONCURRENT_CHECKS, MAX_QUEUED_CHECKS = 2, 20


class TooBusy(Exception):
    """The queue of password checks is full. The client should retry in a moment."""


class WeakPasswordError(ValueError):
    """The password is refused. The message says why, and does not repeat it."""


def hash_password(password: str, username: str = "") -> str:
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise WeakPasswordError(f"a password has {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters")
    if username and username.lower() in password.lower():
        raise WeakPasswordError("a password does not hold the username")
    if len(set(password)) < MIN_PASSWORD_LENGTH // 2:
        raise WeakPasswordError("the password repeats too few characters")
    return HASHER.hash(password)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to sign in. `known_device` returns the id of the browser, if it signed in to the account before."""

    username: str
    password: str = field(repr=False)
    source: str
    known_device: Callable[[UUID], str | None]


@dataclass
class Passwords:
    """Checks passwords. A refusal takes as long for a locked or unknown account as for a wrong password."""

    accounts: Accounts
    limits: AttemptLimits = field(default_factory=AttemptLimits)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONCURRENT_CHECKS))
    _queued: int = 0
    _unknown_hash: str = field(default_factory=lambda: HASHER.hash("nobody has this password"))

    async def check(self, attempt: Attempt) -> Account | None:
        """The account, if the password is right and neither it nor the source is locked. Raises TooBusy."""
        if self._queued >= MAX_QUEUED_CHECKS:
            raise TooBusy
        self._queued += 1
        try:
            async with self._slots:
                return await self._check(attempt)
        finally:
            self._queued -= 1

    async def _check(self, attempt: Attempt) -> Account | None:
        username = attempt.username.strip().lower()
        account = await self.accounts.account_named(username) if _is_username(username) else None
        device = None if account is None else attempt.known_device(account.id)
        is_allowed = self.limits.draw(username, attempt.source, device)
        stored = account.password_hash if account else self._unknown_hash
        is_right = await asyncio.to_thread(_verify, stored, attempt.password[: MAX_PASSWORD_LENGTH + 1])
        if account is None or account.disabled_at is not None or not is_allowed:
            return None
        if device is None and _is_locked(account):
            return None
        if not is_right:
            # Failures of a known device are limited by the device, and do not lock the account for others.
            if device is None:
                await self.accounts.note_failure(account.id)
            return None
        await self.accounts.note_success(account.id)
        self.limits.restore(username, attempt.source, device)
        return account


def _verify(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError, UnicodeError):
        return False


def _is_locked(account: Account) -> bool:
    return account.locked_until is not None and account.locked_until > datetime.now(UTC)


def _is_username(username: str) -> bool:
    return 0 < len(username) <= 255 and username.isprintable()
