"""Where people come: they sign in, they say whether an application may act for them, and go back to it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as StoreTimeout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import AccessDeniedError, OAuth2Error
from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response

from auth.oauth import rights, secrets
from auth.oauth.authority import Reply
from auth.oauth.grants.authorization_code import Approver
from auth.oauth.passwords import TooBusy
from auth.oauth.records import Session
from auth.oauth.secrets import Prefix
from auth.tokens.revocations import RevocationsUnknown
from datasources.oauth.database import StoreUnavailable
from server.graphql.body import BodyReader
from server.graphql.faults import log_fault
from server.graphql.refusals import Disconnected, Refusal
from server.oauth import cookies, forms, pages
from server.oauth.asked import AUTHORIZE, Asked, ConsentRequired, LoginRequired, UnmetRequirements, asked_in
from server.oauth.forms import UnreadableError
from server.oauth.service import OAuthService, Overloaded

log = logging.getLogger("customer360.oauth")

WRONG = "The username or the password is not right, or there were too many attempts. Try again in a few minutes."
FORGED = "This form is too old, or was not shown in this browser. Go back to the application and start again."


@dataclass(frozen=True, slots=True)
class People:
    """The pages. Whatever goes wrong is said on one, and only a sound request sends anybody anywhere."""

    find: Callable[[], OAuthService | None]
    reader: BodyReader

    async def authorize(self, http: HttpRequest) -> Response:
        return await _answered(self.find, lambda service: self._authorize(http, service))

    async def login(self, http: HttpRequest) -> Response:
        return await _answered(self.find, lambda service: self._login(http, service))

    async def logout(self, http: HttpRequest) -> Response:
        return await _answered(self.find, lambda service: self._logout(http, service))

    async def _authorize(self, http: HttpRequest, service: OAuthService) -> Response:
        asked = await asked_in(http, service)
        if not isinstance(asked, Asked):
            return _sent(asked)
        if not asked.is_strong_enough:
            return await _ended(service, asked, UnmetRequirements())
        token = cookies.read(http, service.guard, cookies.SESSION)
        session = await _session(service, token)
        if token is None or session is None or "login" in asked.prompt or not asked.is_recent(session):
            return await _ask_to_sign_in(http, service, asked)
        if not rights.may_act_for(session.account, asked.client.record):
            return await _ended(service, asked, AccessDeniedError())
        if http.method == "POST":
            return await self._decided(http, service, asked, session, token)
        if not _needs_consent(service, asked):
            return await _approved(service, asked, session)
        if "none" in asked.prompt:
            return await _ended(service, asked, ConsentRequired())
        return _ask_for_consent(service, asked, session, token)

    async def _decided(
        self, http: HttpRequest, service: OAuthService, asked: Asked, session: Session, token: str
    ) -> Response:
        sent = dict(await forms.form(http, self.reader))
        if not service.guard.holds("consent", token, asked.query, http, sent):
            return pages.message("Start again", FORGED, 400)
        if sent.get("decision") != "allow":
            return await _ended(service, asked, AccessDeniedError())
        return await _approved(service, asked, session)

    async def _login(self, http: HttpRequest, service: OAuthService) -> Response:
        asked = await asked_in(http, service)
        if not isinstance(asked, Asked):
            return _sent(asked)
        sent = dict(await forms.form(http, self.reader))
        browser = cookies.read(http, service.guard, cookies.BROWSER)
        if not service.guard.holds("login", browser, asked.query, http, sent):
            return pages.message("Start again", FORGED, 400)
        username = sent.get("username", "")
        account = await service.passwords.check(username, sent.get("password", ""))
        if account is None:
            return _login_page(service, asked, browser or "", username[:255], WRONG)
        token = secrets.new(Prefix.SESSION)
        until = datetime.now(UTC) + timedelta(seconds=cookies.SESSION_SECONDS)
        await service.store.open_session(secrets.digest(token), account.id, until)
        response = RedirectResponse(f"{AUTHORIZE}?{asked.without_prompt()}", 303, pages.headers())
        # A new session at each sign-in: one that somebody planted before is worth nothing.
        cookies.give(response, service.guard, cookies.SESSION, token)
        cookies.take(response, service.guard, cookies.BROWSER)
        return response

    async def _logout(self, http: HttpRequest, service: OAuthService) -> Response:
        await forms.form(http, self.reader)
        if not service.guard.is_from_us(http.headers):
            return pages.message("Start again", FORGED, 400)
        token = cookies.read(http, service.guard, cookies.SESSION)
        if token is not None:
            await service.store.close_session(secrets.digest(token))
        response = pages.message("Signed out", "You are signed out in this browser.", 200)
        cookies.take(response, service.guard, cookies.SESSION)
        return response


async def _session(service: OAuthService, token: str | None) -> Session | None:
    return None if token is None else await service.store.session(secrets.digest(token))


async def _ask_to_sign_in(http: HttpRequest, service: OAuthService, asked: Asked) -> Response:
    if "none" in asked.prompt:
        return await _ended(service, asked, LoginRequired())
    browser = cookies.read(http, service.guard, cookies.BROWSER) or service.guard.new_browser()
    response = _login_page(service, asked, browser)
    cookies.give(response, service.guard, cookies.BROWSER, browser)
    return response


def _login_page(service: OAuthService, asked: Asked, browser: str, username: str = "", problem: str = "") -> Response:
    mark = service.guard.mark("login", browser, asked.query)
    name = asked.client.record.name
    return pages.login(asked.query.decode("ascii"), mark, asked.goes_to, name, username, problem)


def _ask_for_consent(service: OAuthService, asked: Asked, session: Session, token: str) -> Response:
    mark = service.guard.mark("consent", token, asked.query)
    account, record = session.account, asked.client.record
    purposes = sorted(set(account.purposes) & set(record.purposes))
    scopes = (asked.request.scope or "").split()
    query = asked.query.decode("ascii")
    return pages.consent(query, mark, asked.goes_to, record.name, account.username, scopes, purposes)


def _needs_consent(service: OAuthService, asked: Asked) -> bool:
    """A partner's application always. Our own only where any program of the device could listen (RFC 8252 8.6)."""
    goes_to, ours = urlsplit(asked.goes_to), urlsplit(service.site.issuer)
    is_ours = (goes_to.scheme, goes_to.netloc) == (ours.scheme, ours.netloc)
    return asked.client.is_partner or not (goes_to.scheme == "https" or is_ours) or "consent" in asked.prompt


async def _approved(service: OAuthService, asked: Asked, session: Session) -> Response:
    approver = Approver(session.account, session.authenticated_at)
    return _sent(await service.run(_respond, service, asked, approver))


def _respond(service: OAuthService, asked: Asked, approver: Approver) -> Any:
    return service.authority.create_authorization_response(asked.request, approver, asked.grant)


async def _ended(service: OAuthService, asked: Asked, error: OAuth2Error) -> Response:
    error.redirect_uri, error.state = asked.goes_to, asked.request.payload.state
    return _sent(await service.run(service.authority.handle_error_response, asked.request, error))


def _sent(reply: Reply) -> Response:
    """Back to the client, or, where that cannot be known to be its own address, a page."""
    location = reply.headers.get("Location")
    if location is not None:
        return Response(status_code=303, headers={**pages.headers(), "Location": location})
    text = str(reply.body.get("error_description") or "The application sent a request that cannot be understood.")
    return pages.message("This does not work", text, 400)


async def _answered(
    find: Callable[[], OAuthService | None], answer: Callable[[OAuthService], Awaitable[Response]]
) -> Response:
    service = find()
    try:
        return _later(503) if service is None else await answer(service)
    except UnreadableError as error:
        return pages.message("This does not work", str(error), 400)
    except Refusal as refusal:
        return pages.message("This does not work", str(refusal), refusal.status)
    except Disconnected:
        return Response(status_code=400)
    except (TooBusy, Overloaded):
        return _later(429)
    except (StoreUnavailable, RevocationsUnknown, StoreTimeout) as error:
        log.warning("the store of the authorization server does not answer: %s", type(error).__name__)
        return _later(503)
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody is told anything of it
        log_fault(error, "of the authorization server")
        return pages.message("Something went wrong", "Something went wrong on our side. Try again later.", 500)


def _later(status: int) -> Response:
    response = pages.message("In a moment", "This cannot be done right now. Try again in a moment.", status)
    response.headers["Retry-After"] = "1"
    return response
