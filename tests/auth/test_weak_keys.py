"""Keys that are known to be weak are refused wherever keys come from: key sets, registrations and proofs."""

import random
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc.jwk import Key, OKPKey, RSAKey, import_key

from auth.tokens.key_sets import usable_keys
from auth.tokens.keys import KeyFileError, TrustedKeys
from auth.tokens.weak_keys import ed25519_weakness, rsa_weakness

RNG = random.Random(7)  # noqa: S311 - the same keys in each run
PRIMES = [each for each in range(3, 168) if all(each % divisor for divisor in range(2, each))]


def is_prime(number: int) -> bool:
    """Miller and Rabin, with 20 rounds."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        power = pow(RNG.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def next_prime(number: int) -> int:
    number |= 1
    while any(number % prime == 0 for prime in PRIMES) or not is_prime(number):
        number += 2
    return number


def flawed_prime(bits: int) -> int:
    """A prime as the library of ROCA chose it: k * M + 65537^a mod M, where M is the product of the first primes."""
    product = 2
    for prime in PRIMES:
        product *= prime
    while True:
        # The two highest bits are set, so that the product of two has twice the bits.
        multiple = ((3 << (bits - 2)) + RNG.getrandbits(bits - 4)) // product * product
        candidate = multiple + pow(65537, RNG.getrandbits(64), product)
        if candidate % 2 and is_prime(candidate):
            return candidate


def b64(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()


def rsa(modulus: int, exponent: int = 65537) -> dict[str, Any]:
    return {"kty": "RSA", "kid": "k", "n": b64(modulus), "e": b64(exponent)}


SOUND = RSAKey.generate_key(2048).public_key.public_numbers().n
FIRST = next_prime((3 << 1022) + RNG.getrandbits(1000))
WEAK = {
    "ROCA, 2048 bits": rsa(flawed_prime(1024) * flawed_prime(1024)),
    "ROCA, 3072 bits": rsa(flawed_prime(1536) * flawed_prime(1536)),
    "close primes": rsa(FIRST * next_prime(FIRST + (1 << 400))),
    "a square": rsa(FIRST * FIRST),
    "a small factor": rsa(SOUND // 7 * 7 | 1 if (SOUND // 7 * 7) % 2 else (SOUND // 7 - 1) * 7),
    "an exponent of 1": rsa(SOUND, 1),
    "an exponent of 3": rsa(SOUND, 3),
    "an even exponent": rsa(SOUND, 65538),
    "a huge exponent": rsa(SOUND, (1 << 300) + 1),
}


@pytest.mark.parametrize("name", WEAK)
def test_a_weak_rsa_key_is_no_key(name: str) -> None:
    assert usable_keys([WEAK[name]]) == []


@pytest.mark.parametrize("name", ["ROCA, 2048 bits", "ROCA, 3072 bits", "close primes", "a square"])
def test_the_message_names_the_key_and_the_flaw(name: str) -> None:
    says = "ROCA" if name.startswith("ROCA") else "too close"
    with pytest.raises(KeyFileError, match=f"the key k can be factored.*{says}"):
        TrustedKeys([import_key(WEAK[name], "RSA")])


def test_both_primes_have_to_be_flawed_for_the_fingerprint() -> None:
    mixed = flawed_prime(1024) * next_prime((3 << 1022) + RNG.getrandbits(1000))
    assert rsa_weakness(mixed, 65537) is None


def test_random_moduli_have_no_fingerprint() -> None:
    """One in 2^27 would be refused by chance."""
    sound = 0
    for _ in range(20_000):
        modulus = (1 << 2047) | RNG.getrandbits(2047) | 1
        sound += rsa_weakness.__wrapped__(modulus, 65537) is None
    coprime = 1.0
    for prime in PRIMES:
        coprime *= 1 - 1 / prime
    # All that are left out have a small factor: about 78 of 100.
    assert abs(sound / 20_000 - coprime) < 0.02


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_a_sound_rsa_key_is_a_key(bits: int) -> None:
    key = RSAKey.generate_key(bits)
    assert [each.key_type for each in usable_keys([dict(key.as_dict(private=False))])] == ["RSA"]


SMALL_ORDER = [
    bytes(32),
    bytes([1]) + bytes(31),
    bytes([1]) + bytes(30) + b"\x80",
    b"\xec" + b"\xff" * 30 + b"\x7f",
    b"\xed" + b"\xff" * 30 + b"\x7f",
    b"\xee" + b"\xff" * 31,
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]


@pytest.mark.parametrize("point", SMALL_ORDER, ids=lambda point: point.hex()[:8])
def test_a_point_of_small_order_is_no_key(point: bytes) -> None:
    x = urlsafe_b64encode(point).rstrip(b"=").decode()
    assert usable_keys([{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": x}]) == []


def test_a_sound_ed25519_key_is_a_key() -> None:
    keys: list[Key] = [OKPKey.generate_key("Ed25519") for _ in range(50)]
    assert len(usable_keys([dict(key.as_dict(private=False)) for key in keys])) == 50
    assert ed25519_weakness(bytes(range(32))) is None
