"""The two cookies of the pages: who is signed in, and which browser a form was shown in. No other path sees them."""

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from server.oauth.forms import Guard

PATH = "/oauth"
SESSION, BROWSER = "customer360-session", "customer360-browser"
SESSION_SECONDS = 8 * 60 * 60


def read(request: HttpRequest, guard: Guard, name: str) -> str | None:
    return request.cookies.get(_named(guard, name))


def give(response: Response, guard: Guard, name: str, value: str, seconds: int = SESSION_SECONDS) -> None:
    # Lax: whoever comes from a client's page to approve is still signed in. Forms have marks against forgery.
    response.set_cookie(
        _named(guard, name), value, max_age=seconds, path=PATH, secure=guard.is_secure, httponly=True, samesite="lax"
    )


def take(response: Response, guard: Guard, name: str) -> None:
    response.delete_cookie(_named(guard, name), path=PATH, secure=guard.is_secure, httponly=True, samesite="lax")


def _named(guard: Guard, name: str) -> str:
    """Browsers take the prefix only over TLS, and then nobody without it can plant the cookie."""
    return f"__Secure-{name}" if guard.is_secure else name
