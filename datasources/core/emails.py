"""E-mail addresses: which are accepted, and in which spellings the same address may be stored."""

import re
from unicodedata import normalize

import idna

# RFC 5321, 4.5.3.1: octets of the local part and of the whole address.
MAX_LOCAL_OCTETS = 64
MAX_ADDRESS_OCTETS = 254

# RFC 5322 dot-atom and RFC 5321 Quoted-string; RFC 6532 adds what is not ASCII.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\U0010ffff]+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[\x20\x21\x23-\x5b\x5d-\x7e\u00a1-\U0010ffff]|\\[\x20-\x7e])*"')
_DOTS = re.compile("[\u3002\uff0e\uff61]")


class EmailError(ValueError):
    """Raised for a text that is no e-mail address. The message completes a sentence that begins with its name."""


def parse_email(text: str) -> str:
    """Return the address in NFC with the domain in lower case. The local part keeps its case. Raises EmailError."""
    local, at, domain = normalize("NFC", text.strip()).rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or not local.isprintable():
        raise EmailError("is written name@domain")
    domain = _DOTS.sub(".", domain).lower()
    if "." not in domain.strip(".") or domain.endswith(".") or domain.rpartition(".")[2].isdigit():
        raise EmailError("has no domain like example.com after the @")
    octets = len(f"{local}@{_ascii_domain(domain)}".encode())
    if len(local.encode()) > MAX_LOCAL_OCTETS or octets > MAX_ADDRESS_OCTETS:
        raise EmailError("is longer than an e-mail address may be (RFC 5321)")
    return f"{local}@{domain}"


def email_spellings(address: str) -> tuple[str, ...]:
    """Return the spellings of an address that differ in its domain only: as given, in ASCII and in Unicode.

    Case and normal form are compared in the database, by one function for the stored address and the spellings.
    """
    local, _, domain = address.rpartition("@")
    in_ascii = _ascii_domain(domain)
    spellings = (domain, in_ascii, idna.decode(in_ascii))
    return tuple(f"{local}@{each}" for each in dict.fromkeys(spellings))


def email_domain(address: str) -> str:
    """Return what follows the last @; a quoted local part may contain another."""
    return address.rpartition("@")[2]


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise EmailError("has no valid domain after the @") from None
