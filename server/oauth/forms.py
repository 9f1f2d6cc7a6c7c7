"""Reads request parameters strictly, and checks that a form was sent from a page of ours."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request as HttpRequest

from auth.oauth.parameters import malformed_parameter
from server.graphql.bounds.body import BodyReader

Pairs = list[tuple[str, str]]

MAX_FIELDS = 50
MAX_BODY = 64 * 1024
FORM = "application/x-www-form-urlencoded"


class UnreadableError(ValueError):
    """The parameters cannot be read. The message is safe to send to the client: it repeats none of them."""


def parameters(encoded: bytes) -> Pairs:
    try:
        pairs = parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise UnreadableError("The parameters are not in UTF-8, or too many.") from None
    # No valid parameter holds a null character, and PostgreSQL cannot store it.
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise UnreadableError("The parameters hold a null character.")
    if (name := malformed_parameter(pairs)) is not None:
        raise UnreadableError(f"The parameter {name} is too long, or has a character that it may not have.")
    return pairs


async def form(request: HttpRequest, reader: BodyReader) -> Pairs:
    """The parameters of the body. Raises Refusal if it is too large or too slow."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise UnreadableError(f"The body must be {FORM}.")
    length = request.headers.get("content-length")
    body = await reader.read(request.receive, length.encode() if length else None)
    return parameters(body)


class Guard:
    """Ties a form to the browser that it was shown in, by a mark that other sites cannot compute."""

    def __init__(self, secret: bytes, issuer: str) -> None:
        self._key = hmac.digest(secret, b"customer360 forms", "sha256")
        parts = urlsplit(issuer)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self.is_secure = parts.scheme == "https"

    @staticmethod
    def new_browser() -> str:
        return secrets.token_urlsafe(24)

    def mark(self, kind: str, browser: str, query: bytes) -> str:
        """The mark of a form: valid for this browser, this kind of form and this request only."""
        message = b"\0".join([kind.encode(), browser.encode("utf-8", "surrogatepass"), hashlib.sha256(query).digest()])
        return hmac.new(self._key, message, "sha256").hexdigest()

    def is_genuine(
        self, kind: str, browser: str | None, query: bytes, request: HttpRequest, sent: Mapping[str, str]
    ) -> bool:
        if not browser or not self.is_from_us(request.headers):
            return False
        given = sent.get("mark", "").encode("utf-8", "surrogatepass")
        return hmac.compare_digest(self.mark(kind, browser, query).encode(), given)

    def is_from_us(self, headers: Mapping[str, str]) -> bool:
        """Whether the headers that browsers add, if they add them, name our site. The mark is the proof."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        return site in (None, "same-origin", "none") and origin in (None, self._origin)
