"""The policy that the settings name, and the development issuer's tokens."""

from auth.policy.file import POLICY_FILE, load
from auth.policy.rules import Policy
from auth.tokens.claims import ExpectedClaims
from auth.tokens.keys import TrustedKeys, development_key
from auth.tokens.verifier import Verifier
from server.settings.environment import Settings


def policy_of(settings: Settings) -> Policy:
    return load(settings.policy_file or POLICY_FILE)


def expected_claims(settings: Settings, policy: Policy) -> ExpectedClaims:
    """What a development token must say. Its role must be a class of the policy."""
    return ExpectedClaims(
        settings.issuer, settings.audience, {name: each.reach for name, each in policy.classes.items()}
    )


def verifier(settings: Settings, policy: Policy) -> Verifier:
    """The verifier of tokens of `customer360 token`, which are signed with the key in the data folder."""
    return Verifier(expected_claims(settings, policy), TrustedKeys([development_key(settings.data_dir)]))
