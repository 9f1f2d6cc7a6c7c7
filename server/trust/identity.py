"""Puts settings and policy together: which policy counts, and which tokens are trusted."""

from auth.policy.file import POLICY_FILE, load
from auth.policy.rules import Policy
from auth.tokens.claims import ExpectedClaims
from auth.tokens.keys import TrustedKeys, development_key
from auth.tokens.verifier import Verifier
from server.settings.environment import Settings


def policy_of(settings: Settings) -> Policy:
    return load(settings.policy_file or POLICY_FILE)


def expected(settings: Settings, policy: Policy) -> ExpectedClaims:
    """What a token must say. Its role must be one that the policy knows."""
    return ExpectedClaims(
        settings.issuer, settings.audience, {name: each.reach for name, each in policy.classes.items()}
    )


def verifier(settings: Settings, policy: Policy) -> Verifier:
    """Trusts the tokens of `customer360 token`, signed with the key in the data folder."""
    return Verifier(expected(settings, policy), TrustedKeys([development_key(settings.data_dir)]))
