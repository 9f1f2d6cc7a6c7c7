"""Checks the header Host (RFC 9112, 3.2): exactly one, and a valid one."""

import re
from collections.abc import Iterable
from functools import lru_cache

from resolvers.codes import Code
from server.graphql.refusals import Header, Refusal

# A name or IPv4 address, or an IPv6 address in brackets, then an optional port. Several values that were joined by
# ", " do not match, because a host contains no space.
_HOST = re.compile(rb"(?:[A-Za-z0-9._~%!$&'()*+,;=-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")


def check_host(host: bytes | None, http_version: str) -> None:
    """Raise Refusal unless the host is valid. Only HTTP/1.0 may leave it out."""
    if not (http_version == "1.0" if host is None else _is_valid(host)):
        raise Refusal(Code.BAD_REQUEST, "The request must have one valid header Host.", (b"connection", b"close"))


def joined_host(headers: Iterable[Header]) -> bytes | None:
    """The value of Host, or all its values joined by commas."""
    hosts = [value for name, value in headers if name == b"host"]
    return b", ".join(hosts) if hosts else None


@lru_cache(maxsize=64)
def _is_valid(host: bytes) -> bool:
    return _HOST.fullmatch(host) is not None
