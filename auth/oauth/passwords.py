"""Passwords: kept as argon2id, checked a few at a time, and locked for a while after some wrong ones."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from auth.oauth.records import Account
from auth.oauth.store import Accounts

# What a token's `acr` says of somebody who signed in so; there is no other way here.
ACR = "urn:customer360:acr:password"
LEAST, MOST = 12, 256
# As many as OWASP asks for at least: 19 MiB, two passes. About 25 ms of one core.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Each takes its memory and its core; a flood of guesses waits in a short queue, and then outside.
AT_ONCE, WAITING = 2, 20


class TooBusy(Exception):
    """More people sign in than can be checked now. They should try again in a moment."""


class WeakPasswordError(ValueError):
    """The password cannot be taken. The message says why, and does not repeat it."""


def hashed(password: str, username: str = "") -> str:
    if not LEAST <= len(password) <= MOST:
        raise WeakPasswordError(f"a password has {LEAST} to {MOST} characters")
    if username and username.lower() in password.lower():
        raise WeakPasswordError("a password does not hold the username")
    if len(set(password)) < LEAST // 2:
        raise WeakPasswordError("the password repeats too few characters")
    return HASHER.hash(password)


@dataclass
class Passwords:
    """Checks passwords. Of an account that is locked or does not exist it takes as long to say no."""

    accounts: Accounts
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _waiting: int = 0
    _nobody: str = field(default_factory=lambda: HASHER.hash("nobody has this password"))

    async def check(self, username: str, password: str) -> Account | None:
        """The account, if the password is right and it is neither locked nor disabled. Raises TooBusy."""
        if self._waiting >= WAITING:
            raise TooBusy
        self._waiting += 1
        try:
            async with self._places:
                return await self._check(username.strip().lower(), password)
        finally:
            self._waiting -= 1

    async def _check(self, username: str, password: str) -> Account | None:
        account = await self.accounts.account_named(username) if _is_sound(username) else None
        kept = account.password_hash if account else self._nobody
        is_right = await asyncio.to_thread(_verify, kept, password[: MOST + 1])
        if account is None or account.disabled_at is not None or _is_locked(account):
            return None
        if not is_right:
            await self.accounts.note_failure(account.id)
            return None
        await self.accounts.note_success(account.id)
        return account


def _verify(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password)
    except (VerifyMismatchError, InvalidHashError, UnicodeError):
        return False


def _is_locked(account: Account) -> bool:
    return account.locked_until is not None and account.locked_until > datetime.now(UTC)


def _is_sound(username: str) -> bool:
    return 0 < len(username) <= 255 and username.isprintable()
