"""The HTML pages: one stylesheet, no script, and a content security policy that allows nothing else."""

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from auth.departments import Department
from auth.policy.ceiling import READ

HOME = Path(__file__).parent
STYLE = "/oauth/style.css"
SCOPE_TEXTS = {f"{department.lower()}{READ}": department.holds for department in Department}


def headers(goes_to: str | None = None) -> dict[str, str]:
    """`goes_to` is where the answer to a form may redirect, because Chromium applies form-action to redirects too."""
    directives = {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": f"'self' {_source(goes_to)}" if goes_to else "'self'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in directives.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        # With no-referrer a browser would send the form without its origin.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cache-Control": "no-store",
    }


def login(query: str, mark: str, goes_to: str, client: str, username: str = "", problem: str = "") -> Response:
    values = {"query": query, "mark": mark, "client": client, "username": username}
    return _page("login", values, 401 if problem else 200, goes_to, problem=_problem(problem))


def consent(
    query: str, mark: str, goes_to: str, client: str, username: str, scopes: Iterable[str], purposes: Iterable[str]
) -> Response:
    values = {"query": query, "mark": mark, "client": client, "username": username, "host": _shown(goes_to)}
    lists = {
        "scopes": _items(SCOPE_TEXTS[scope] for scope in scopes if scope in SCOPE_TEXTS),
        "purposes": _items(purposes),
    }
    return _page("consent", values, 200, goes_to, **lists)


def message(title: str, text: str, status: int) -> Response:
    return _page("message", {"title": title, "text": text}, status)


def style() -> Response:
    return Response((HOME / "style.css").read_text(), media_type="text/css", headers=headers())


def _page(name: str, values: Mapping[str, str], status: int, goes_to: str | None = None, **markup: str) -> Response:
    shell = Template((HOME / f"{name}.html").read_text())
    escaped = {key: escape(value) for key, value in values.items()}
    return HTMLResponse(shell.substitute(escaped, style=STYLE, **markup), status, headers(goes_to))


def _items(words: Iterable[str]) -> str:
    return "".join(f"<li>{escape(word)}</li>" for word in words)


def _problem(text: str) -> str:
    return f'<p role="alert" class="problem">{escape(text)}</p>' if text else ""


def _source(address: str) -> str:
    """The address as a source of a content security policy: its origin, or only the scheme of an app."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def _shown(address: str) -> str:
    parts = urlsplit(address)
    return parts.netloc or f"an app on your device ({parts.scheme})"
