"""The response headers that keep the page, its scripts and its workers to our own origin."""

from collections.abc import Mapping

# Monaco sets style attributes and draws with images in data: addresses; everything else is refused.
DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "worker-src": "'self'",
    "connect-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "font-src": "'self'",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'none'",
}


def _content_policy(directives: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


SECURITY = {
    "Content-Security-Policy": _content_policy(DIRECTIVES),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE = {**SECURITY, "Cache-Control": "no-cache"}
# The policy goes with the files too: a worker is bound by that of its own script, not by the page's.
ASSET = {**SECURITY, "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


def page(token_origin: str | None = None) -> dict[str, str]:
    """The page's headers; it may fetch tokens from one more origin, if it signs people in there."""
    if token_origin is None:
        return PAGE
    directives = {**DIRECTIVES, "connect-src": f"'self' {token_origin}"}
    return {**PAGE, "Content-Security-Policy": _content_policy(directives)}
