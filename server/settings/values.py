"""Readers of settings' texts. Each raises ValueError with what it accepts."""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from auth.rates import Rate
from datasources.countries import is_country

Value = TypeVar("Value")

CHECKOUT = Path(__file__).parents[2]

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")

RATE = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,5})")
SECRET = re.compile(r"[0-9A-Fa-f]{64}")

HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'+.^_`|~-]+")
BEARER = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def text(given: str) -> str:
    if not given or not given.isprintable():
        raise ValueError("must be a text that says something")
    return given


def whole(least: int, most: int) -> Callable[[str], int]:
    def read(given: str) -> int:
        if not given.isascii() or not given.isdigit() or not least <= int(given[:12]) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {given!r}")
        return int(given)

    return read


def one_of(kind: Callable[[str], Value], *words: str) -> Callable[[str], Value]:
    def read(given: str) -> Value:
        if given not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {given!r}")
        return kind(given)

    return read


def on_off(given: str) -> bool:
    return one_of(str, "on", "off")(given) == "on"


def country(given: str) -> str:
    if not is_country(given):
        raise ValueError(f"must be a country of ISO 3166-1 in two capital letters, like SE, not {given!r}")
    return given


def rate(given: str) -> Rate | None:
    """A bucket's size in points, and the seconds in which an empty one fills: `20000/60`."""
    if given == "off":
        return None
    if (found := RATE.fullmatch(given)) is None:
        raise ValueError(
            f"must be off, or points and the seconds in which they come back, like 20000/60, not {given!r}"
        )
    most, seconds = int(found[1]), int(found[2])
    return Rate(float(most), most / seconds)


def data_folder(given: str) -> Path:
    """A folder. A relative path starts at the checkout, so that commands in any folder find the same data.

    Without a checkout, as in an image, it starts at the current folder.
    """
    path = Path(text(given)).expanduser()
    return CHECKOUT / path if (CHECKOUT / "pyproject.toml").is_file() else path.absolute()


def file(given: str) -> Path:
    path = Path(text(given)).expanduser()
    if not path.is_file():
        raise ValueError(f"there is no file {given!r}")
    return path


def existing(given: str) -> Path:
    path = Path(text(given)).expanduser()
    if not path.exists():
        raise ValueError(f"there is no file or folder {given!r}")
    return path


def origins(given: str) -> frozenset[str]:
    """Comma-separated origins, as a browser sends them. There is no wildcard."""
    listed = frozenset(word.strip() for word in given.split(",") if word.strip())
    for origin in listed:
        if not ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is no origin; one looks like https://crm.example.com")
    return listed


def header_names(given: str) -> frozenset[str]:
    """Comma-separated names of headers (RFC 9110, 5.1)."""
    listed = frozenset(word.strip() for word in given.split(",") if word.strip())
    for name in listed:
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header; one looks like x-request-source")
    return listed


def public_url(given: str) -> str:
    """An origin without a path, because issuers are compared character by character."""
    if not ORIGIN.fullmatch(given):
        raise ValueError(f"{given!r} is no address of a server; one looks like https://customers.example.com")
    return given


def api_url(given: str) -> str:
    """The base URL of an API. Error messages do not contain it."""
    wrong = "must be an address without a query" if "?" in given else address_fault(given)
    if wrong:
        raise ValueError(f"{wrong}; one looks like https://tickets.example.com/api")
    return given


def bearer(given: str) -> bytes:
    """A bearer token by RFC 6750. Error messages do not contain it."""
    if not BEARER.fullmatch(given):
        raise ValueError("must be a bearer token: letters, digits and -._~+/ without spaces")
    return given.encode()


def secret(given: str) -> bytes:
    """A key of 32 bytes in hexadecimal. Error messages do not contain it."""
    if not SECRET.fullmatch(given):
        raise ValueError("must be 64 hexadecimal digits; `openssl rand -hex 32` makes them")
    return bytes.fromhex(given)


def database_url(given: str) -> str:
    """A libpq URL. Error messages do not contain it, because it may contain a password."""
    scheme = urlsplit(given).scheme
    if scheme.startswith("postgresql+"):
        raise ValueError("must start with postgresql://, without the name of a driver")
    if scheme not in ("postgresql", "postgres"):
        raise ValueError("must be a URL like postgresql://user:password@host:5432/database")
    return given


def hidden(address: str) -> str:
    """The URL without password and without parameters, which may contain one too."""
    parts = urlsplit(address)
    who, at, where = parts.netloc.rpartition("@")
    user, colon, _ = who.partition(":")
    netloc = f"{user}{':***' if colon else ''}{at}{where}"
    return parts._replace(netloc=netloc, query="***" if parts.query else "").geturl()


def address_fault(url: str) -> str | None:
    """What is wrong with a URL that the server is to fetch from, or None. HTTP is allowed for loopback only."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return "is no address"
    if not host or parts.username is not None or parts.fragment:
        return "must be https://host/path"
    address = _ip_address(host)
    if address is not None and (address.is_link_local or address.is_multicast or address.is_unspecified):
        return "is an address that nobody's server has"
    is_here = host == "localhost" or (address is not None and address.is_loopback)
    if parts.scheme == "https" or (parts.scheme == "http" and is_here):
        return None
    return "must be https; http is for this machine only"


def _ip_address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
