"""Registration of clients and accounts, with the checks that keep unusable tokens from being issued."""

import re
from collections.abc import Collection, Mapping
from secrets import token_hex
from typing import Any
from uuid import UUID

from auth.departments import DEPARTMENTS
from auth.oauth import secrets
from auth.oauth.clients import client
from auth.oauth.passwords import WeakPasswordError, hash_password
from auth.oauth.records import Account, ClientRecord
from auth.oauth.rights import CUSTOMER, PARTNER
from auth.policy.categories import Category
from auth.policy.ceiling import READ
from auth.policy.reach import Reach
from auth.policy.rules import Policy
from auth.tokens import claims
from auth.tokens.claims import InvalidTokenError
from auth.tokens.key_sets import usable_keys

_ID = re.compile(r"[a-z][a-z0-9-]{1,62}")
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,254}")


class RegistrationError(ValueError):
    """The client or account cannot be registered. The message names the remedy."""


def new_client(
    policy: Policy,
    name: str,
    *,
    client_id: str | None,
    redirect_uris: Collection[str],
    role: str | None,
    contract: str | None,
    territory: str | None,
    departments: Collection[str],
    categories: Collection[str],
    purposes: Collection[str],
    exchange: bool,
    public: bool,
    jwks: Mapping[str, Any] | None,
) -> tuple[ClientRecord, str | None]:
    """The record of a new client, and its secret, which is shown once."""
    role = PARTNER if contract is not None and role is None else role
    _check_role(policy, role, contract, territory, public)
    _check_addresses(redirect_uris)
    secret = None if public or jwks is not None else secrets.new_secret(secrets.Prefix.CLIENT_SECRET)
    record = ClientRecord(
        id=_id(client_id, name),
        name=_name(name),
        auth_method=_auth_method(public, jwks),
        secret=None if secret is None else secrets.digest(secret),
        jwks=jwks,
        grant_types=_grant_types(bool(redirect_uris), role is not None and not public, exchange and not public),
        redirect_uris=tuple(redirect_uris),
        scopes=_scopes(departments),
        purposes=tuple(sorted(set(purposes))),
        categories=_categories(categories),
        role=role,
        contract=contract,
        territory=territory,
    )
    return record, secret


def new_account(
    policy: Policy,
    username: str,
    password: str,
    role: str,
    purposes: Collection[str],
    customer: UUID | None,
    territory: str | None,
) -> Account:
    name, reach = username.strip().lower(), policy.classes[role].reach
    if not _USERNAME.fullmatch(name):
        raise RegistrationError("a username has letters, digits and . _ @ + - only")
    if reach is Reach.LINKED:
        raise RegistrationError(f"{role} is for a partner's application, not for a person")
    if (reach is Reach.SELF) != (customer is not None) or (reach is Reach.TERRITORY) != (territory is not None):
        raise RegistrationError(
            f"{CUSTOMER} needs --customer, a role of one territory --territory, and no other either"
        )
    try:
        stored = hash_password(password, name)
    except WeakPasswordError as error:
        raise RegistrationError(str(error)) from None
    return Account(
        id=UUID(int=0),
        username=name,
        password_hash=stored,
        role=role,
        purposes=tuple(sorted(set(purposes))),
        customer_id=customer,
        territory=territory,
    )


def _check_role(policy: Policy, role: str | None, contract: str | None, territory: str | None, public: bool) -> None:
    if role is None:
        return
    if role not in policy.classes:
        raise RegistrationError(f"there is no role {role}; there are {', '.join(sorted(policy.classes))}")
    reach = policy.classes[role].reach
    if reach is Reach.SELF:
        raise RegistrationError(f"{role} is for people: an application acts for them when they have signed in")
    if (reach is Reach.LINKED) != (contract is not None) or (reach is Reach.TERRITORY) != (territory is not None):
        raise RegistrationError(f"{PARTNER} needs --contract, a role of one territory --territory, and no other either")
    if public and contract is None:
        raise RegistrationError("a public application proves nothing, and cannot act by itself: leave out --role")


def _check_addresses(redirect_uris: Collection[str]) -> None:
    for uri in redirect_uris:
        problem = client.redirect_uri_problem(uri)
        if problem is not None:
            raise RegistrationError(f"the redirect URI {uri!r} {problem}")


def parse_key_set(content: bytes) -> Mapping[str, Any]:
    """The key set in a file. Raises RegistrationError."""
    try:
        return claims.parse(content)
    except InvalidTokenError:
        raise RegistrationError("--jwks must hold a JSON object in which no name occurs twice") from None


def _auth_method(public: bool, jwks: Mapping[str, Any] | None) -> str:
    if public and jwks is not None:
        raise RegistrationError("a public application has no key that proves who it is: leave out --jwks")
    if jwks is None:
        return client.PUBLIC if public else "client_secret"
    published = jwks.get("keys")
    if not isinstance(published, list) or not published or len(usable_keys(published)) != len(published):
        raise RegistrationError(
            "--jwks needs public keys only, none known to be weak: RSA of 2048 to 8192 bits, EC P-256 or Ed25519"
        )
    return client.SIGNED


def _grant_types(for_people: bool, by_itself: bool, exchange: bool) -> tuple[str, ...]:
    wanted = {
        client.AUTHORIZATION_CODE: for_people,
        client.REFRESH_TOKEN: for_people,
        client.CLIENT_CREDENTIALS: by_itself,
        client.TOKEN_EXCHANGE: exchange,
    }
    types = tuple(grant for grant, is_wanted in wanted.items() if is_wanted)
    if not types:
        raise RegistrationError("it could get no token: give it a --redirect-uri, a --role or a --contract")
    return types


def _scopes(departments: Collection[str]) -> tuple[str, ...]:
    unknown = set(departments) - set(DEPARTMENTS)
    if unknown:
        raise RegistrationError(f"there is no department {unknown.pop()}; there are {', '.join(DEPARTMENTS)}")
    return tuple(f"{department}{READ}" for department in DEPARTMENTS if not departments or department in departments)


def _categories(words: Collection[str]) -> tuple[str, ...] | None:
    unknown = set(words) - set(Category)
    if unknown:
        raise RegistrationError(f"there is no category {unknown.pop()}")
    return tuple(sorted(set(words))) or None


def _name(name: str) -> str:
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise RegistrationError("a name has 1 to 100 printable characters")
    return name.strip()


def _id(wished: str | None, name: str) -> str:
    """An id that is never a UUID, because the ids of accounts are UUIDs."""
    if wished is None:
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
        wished = f"{slug if slug[:1].isalpha() else f'app-{slug}'.strip('-')}-{token_hex(4)}"
    if not _ID.fullmatch(wished) or _is_uuid(wished):
        raise RegistrationError("an id has 2 to 63 letters, digits and hyphens, in lower case, a letter first")
    return wished


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
