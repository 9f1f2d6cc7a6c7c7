"""Project Wycheproof's vectors for JWS. They are not part of this repository; a variable names the file."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auth.tokens import signatures
from auth.tokens.claims import InvalidTokenError
from auth.tokens.key_sets import usable_keys
from auth.tokens.keys import TrustedKeys

FILE = os.environ.get("CUSTOMER360_WYCHEPROOF")
# The vectors have any type or none; access tokens need their own.
TYPES = ("none", "jwt")
NOT_OURS = "signed in a way that is not accepted here"
MALFORMED = "malformed"
# Valid vectors that are refused, by their algorithm or header; docs/authorization.md has the reasons.
REFUSED = {
    NOT_OURS: {
        "HS256": {1, 348, 352, 357, 358, 359, 373, 376, 377},
        "RS384": {264, 265, 266, 267},
        "RS512": {268, 269, 270, 271},
        "PS384": {320, 321, 322, 323, 346, 350},
        "PS512": {325, 326, 327, 328},
        "ES512": {347, 351},
    },
    MALFORMED: {"HS256": {372}},
}

pytestmark = pytest.mark.skipif(FILE is None, reason="CUSTOMER360_WYCHEPROOF names no json_web_signature_test.json")


def vectors() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each test, with the key of its group."""
    assert FILE is not None
    for group in json.loads(Path(FILE).read_text())["testGroups"]:
        for test in group["tests"]:
            yield group.get("public") or group["private"], test


def why_refused(jws: str, key: dict[str, Any]) -> str | None:
    """The reason for refusing the token, None if it is accepted. Any other exception fails the test."""
    try:
        header = signatures.read_header(jws, TYPES)
        signatures.verified_payload(jws, header, TrustedKeys(usable_keys([key])))
    except InvalidTokenError as error:
        return str(error)
    return None


def test_nothing_unsound_is_accepted() -> None:
    unsound = [(key, test) for key, test in vectors() if test["result"] == "invalid"]
    accepted = [test["tcId"] for key, test in unsound if why_refused(str(test["jws"]), key) is None]
    assert (len(unsound), accepted) == (355, [])


def test_what_is_sound_is_accepted_but_for_what_is_not_ours() -> None:
    sound = [(key, test) for key, test in vectors() if test["result"] == "valid"]
    told = {test["tcId"]: why_refused(test["jws"], key) for key, test in sound}
    expected = {
        number: reason for reason, algorithms in REFUSED.items() for each in algorithms.values() for number in each
    }
    assert len(sound) == 46
    assert {number for number, why in told.items() if why is not None} == expected.keys()
    assert [number for number, reason in expected.items() if reason not in str(told[number])] == []
