"""Detects public keys that are known to be weak, whatever their size."""

from collections.abc import Iterator
from functools import lru_cache
from math import isqrt

MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
# FIPS 186-5 section 5.1: odd, above 2^16 and below 2^256.
MIN_EXPONENT, MAX_EXPONENT_BITS = 65537, 256
FERMAT_STEPS = 20
MAX_CACHED_KEYS = 512


def _primes(limit: int) -> Iterator[int]:
    return (each for each in range(3, limit) if all(each % divisor for divisor in range(2, isqrt(each) + 1)))


# The flawed library of ROCA (CVE-2017-15361) chose primes that are powers of 65537 modulo each of these. A random
# modulus is such a power for all of them once in 2^27 times.
_FINGERPRINTS = {prime: frozenset(pow(65537, power, prime) for power in range(prime)) for prime in _primes(168)}
# The points of Ed25519 of order 8 or less as y coordinates, without the sign bit, also in their non-canonical forms.
_SMALL_ORDER = frozenset(
    bytes.fromhex(each)
    for each in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


# Cached, because the key of a sender comes with each of its proofs of possession.
@lru_cache(MAX_CACHED_KEYS)
def rsa_weakness(modulus: int, exponent: int) -> str | None:
    """Why an RSA key is refused, None if it is not known to be weak."""
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        return f"has fewer than {MIN_RSA_BITS} or more than {MAX_RSA_BITS} bits"
    if exponent % 2 == 0 or exponent < MIN_EXPONENT or exponent.bit_length() > MAX_EXPONENT_BITS:
        return f"has an exponent that is even, below {MIN_EXPONENT} or above 2^{MAX_EXPONENT_BITS}"
    if modulus % 2 == 0 or any(modulus % prime == 0 for prime in _FINGERPRINTS):
        return "has a small factor"
    if all(modulus % prime in powers for prime, powers in _FINGERPRINTS.items()):
        return "can be factored: it is from a flawed library (ROCA, CVE-2017-15361)"
    return "can be factored: its two primes are too close" if _has_close_primes(modulus) else None


def ed25519_weakness(public: bytes) -> str | None:
    """Why an Ed25519 key is refused: a point of small order verifies forged signatures."""
    y = public[:31] + bytes([public[31] & 0x7F])
    return "is a point of small order" if y in _SMALL_ORDER else None


def _has_close_primes(modulus: int) -> bool:
    """Fermat's method finds the factors of such a modulus within a few steps (CVE-2022-26320)."""
    middle = isqrt(modulus - 1) + 1
    for step in range(FERMAT_STEPS):
        square = (middle + step) ** 2 - modulus
        if isqrt(square) ** 2 == square:
            return True
    return False
