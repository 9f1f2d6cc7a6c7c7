"""Security headers that restrict the page, its scripts and its workers to this origin."""

from collections.abc import Mapping

# Monaco needs style attributes and images from data: URLs; nothing else is allowed.
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
# Files carry the policy too, because a worker is bound by that of its script, not of the page.
ASSET = {**SECURITY, "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}


def page(token_origin: str | None = None) -> dict[str, str]:
    """The page's headers. `token_origin` is another issuer's, from which the page fetches tokens."""
    if token_origin is None:
        return PAGE
    directives = {**DIRECTIVES, "connect-src": f"'self' {token_origin}"}
    return {**PAGE, "Content-Security-Policy": _content_policy(directives)}
