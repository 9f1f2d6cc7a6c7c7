"""The response headers that keep the page, its scripts and its workers to our own origin."""

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
SECURITY = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in DIRECTIVES.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE = {**SECURITY, "Cache-Control": "no-cache"}
# The policy goes with the files too: a worker is bound by that of its own script, not by the page's.
ASSET = {**SECURITY, "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
