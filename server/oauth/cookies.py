"""The cookies of the pages: the session, the browser that a form was shown in, the known device. Limited to /oauth."""

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from server.oauth.forms import Guard

PATH = "/oauth"
SESSION, BROWSER, DEVICE = "customer360-session", "customer360-browser", "customer360-device"
SESSION_SECONDS = 8 * 60 * 60


def read(request: HttpRequest, guard: Guard, name: str) -> str | None:
    return request.cookies.get(_cookie_name(guard, name))


def set_cookie(response: Response, guard: Guard, name: str, value: str, seconds: int = SESSION_SECONDS) -> None:
    # SameSite=Lax sends the session along when a client redirects here. Forms carry marks against forgery.
    response.set_cookie(
        _cookie_name(guard, name),
        value,
        max_age=seconds,
        path=PATH,
        secure=guard.is_secure,
        httponly=True,
        samesite="lax",
    )


def delete_cookie(response: Response, guard: Guard, name: str) -> None:
    response.delete_cookie(_cookie_name(guard, name), path=PATH, secure=guard.is_secure, httponly=True, samesite="lax")


def _cookie_name(guard: Guard, name: str) -> str:
    """Browsers accept the prefix `__Secure-` only over TLS, so plain HTTP cannot plant the cookie."""
    return f"__Secure-{name}" if guard.is_secure else name
