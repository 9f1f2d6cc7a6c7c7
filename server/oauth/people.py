"""The pages for people: signing in, approving an application, signing out."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as StoreTimeout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import OAuth2Error
from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response

from auth.oauth import rights, secrets
from auth.oauth.authority import Reply
from auth.oauth.errors import AccessDeniedError
from auth.oauth.passwords import Attempt, TooBusy
from auth.oauth.records import Session
from auth.oauth.secrets import Prefix
from auth.tokens.revocations import RevocationsUnknown
from datasources.oauth.database import StoreUnavailable
from server.graphql.bounds.body import BodyReader
from server.graphql.faults import log_fault
from server.graphql.refusals import Disconnected, Refusal
from server.oauth import cookies, forms, pages
from server.oauth.authorization_request import (
    AUTHORIZE,
    AuthorizationRequest,
    ConsentRequired,
    LoginRequired,
    UnmetRequirements,
    read_authorization_request,
)
from server.oauth.devices import DEVICE_SECONDS
from server.oauth.forms import UnreadableError
from server.oauth.service import OAuthService, Overloaded
from server.oauth.sources import source_of

log = logging.getLogger("customer360.oauth")

WRONG = "The username or the password is not right, or there were too many attempts. Try again in a few minutes."
FORGED = "This form is too old, or was not shown in this browser. Go back to the application and start again."


@dataclass(frozen=True, slots=True)
class People:
    """The pages. Errors are shown on a page; only a valid request redirects to the client."""

    find: Callable[[], OAuthService | None]
    reader: BodyReader
    trusted_proxies: int = 0

    async def authorize(self, http: HttpRequest) -> Response:
        return await _answer_or_explain(self.find, lambda service: self._authorize(http, service))

    async def login(self, http: HttpRequest) -> Response:
        return await _answer_or_explain(self.find, lambda service: self._login(http, service))

    async def logout(self, http: HttpRequest) -> Response:
        return await _answer_or_explain(self.find, lambda service: self._logout(http, service))

    async def _authorize(self, http: HttpRequest, service: OAuthService) -> Response:
        authorization = await read_authorization_request(http, service)
        if not isinstance(authorization, AuthorizationRequest):
            return _reply_page(authorization)
        if not authorization.is_strong_enough:
            return await _send_error(service, authorization, UnmetRequirements())
        token = cookies.read(http, service.guard, cookies.SESSION)
        session = await _find_session(service, token)
        if token is None or session is None or "login" in authorization.prompt or not authorization.is_recent(session):
            return await _ask_to_sign_in(http, service, authorization)
        if not rights.may_act_for(session.account, authorization.client.record):
            return await _send_error(service, authorization, AccessDeniedError())
        if http.method == "POST":
            return await self._answer_consent(http, service, authorization, session, token)
        if not _needs_consent(service, authorization):
            return await _approve(service, authorization, session)
        if "none" in authorization.prompt:
            return await _send_error(service, authorization, ConsentRequired())
        return _ask_for_consent(service, authorization, session, token)

    async def _answer_consent(
        self,
        http: HttpRequest,
        service: OAuthService,
        authorization: AuthorizationRequest,
        session: Session,
        token: str,
    ) -> Response:
        sent = dict(await forms.form(http, self.reader))
        if not service.guard.is_genuine("consent", token, authorization.query, http, sent):
            return pages.message("Start again", FORGED, 400)
        if sent.get("decision") != "allow":
            return await _send_error(service, authorization, AccessDeniedError())
        return await _approve(service, authorization, session)

    async def _login(self, http: HttpRequest, service: OAuthService) -> Response:
        authorization = await read_authorization_request(http, service)
        if not isinstance(authorization, AuthorizationRequest):
            return _reply_page(authorization)
        sent = dict(await forms.form(http, self.reader))
        browser = cookies.read(http, service.guard, cookies.BROWSER)
        if not service.guard.is_genuine("login", browser, authorization.query, http, sent):
            return pages.message("Start again", FORGED, 400)
        username, device = sent.get("username", ""), cookies.read(http, service.guard, cookies.DEVICE)
        account = await service.passwords.check(
            Attempt(
                username,
                sent.get("password", ""),
                source_of(http, self.trusted_proxies),
                lambda account: service.devices.known_device(device, account),
            )
        )
        if account is None:
            return _login_page(service, authorization, browser or "", username[:255], WRONG)
        token = secrets.new_secret(Prefix.SESSION)
        until = datetime.now(UTC) + timedelta(seconds=cookies.SESSION_SECONDS)
        await service.store.open_session(secrets.digest(token), account.id, until)
        response = RedirectResponse(f"{AUTHORIZE}?{authorization.without_prompt()}", 303, pages.headers())
        # Each sign-in starts a new session, so a cookie that was planted before has no effect.
        cookies.set_cookie(response, service.guard, cookies.SESSION, token)
        cookies.delete_cookie(response, service.guard, cookies.BROWSER)
        known = service.devices.new_cookie(account.id)
        cookies.set_cookie(response, service.guard, cookies.DEVICE, known, DEVICE_SECONDS)
        return response

    async def _logout(self, http: HttpRequest, service: OAuthService) -> Response:
        await forms.form(http, self.reader)
        if not service.guard.is_from_us(http.headers):
            return pages.message("Start again", FORGED, 400)
        token = cookies.read(http, service.guard, cookies.SESSION)
        if token is not None:
            await service.store.close_session(secrets.digest(token))
        response = pages.message("Signed out", "You are signed out in this browser.", 200)
        cookies.delete_cookie(response, service.guard, cookies.SESSION)
        return response


async def _find_session(service: OAuthService, token: str | None) -> Session | None:
    return None if token is None else await service.store.session(secrets.digest(token))


async def _ask_to_sign_in(http: HttpRequest, service: OAuthService, authorization: AuthorizationRequest) -> Response:
    if "none" in authorization.prompt:
        return await _send_error(service, authorization, LoginRequired())
    browser = cookies.read(http, service.guard, cookies.BROWSER) or service.guard.new_browser()
    response = _login_page(service, authorization, browser)
    cookies.set_cookie(response, service.guard, cookies.BROWSER, browser)
    return response


def _login_page(
    service: OAuthService, authorization: AuthorizationRequest, browser: str, username: str = "", problem: str = ""
) -> Response:
    mark = service.guard.mark("login", browser, authorization.query)
    name = authorization.client.record.name
    return pages.login(authorization.query.decode("ascii"), mark, authorization.goes_to, name, username, problem)


def _ask_for_consent(
    service: OAuthService, authorization: AuthorizationRequest, session: Session, token: str
) -> Response:
    mark = service.guard.mark("consent", token, authorization.query)
    account, record = session.account, authorization.client.record
    purposes = sorted(set(account.purposes) & set(record.purposes))
    scopes = (authorization.request.scope or "").split()
    query = authorization.query.decode("ascii")
    return pages.consent(query, mark, authorization.goes_to, record.name, account.username, scopes, purposes)


def _needs_consent(service: OAuthService, authorization: AuthorizationRequest) -> bool:
    """Whether a page asks for consent: always for a partner's application.

    For our own clients only if the redirect URI is one that any program on the device can take (RFC 8252 section 8.6).
    """
    goes_to, ours = urlsplit(authorization.goes_to), urlsplit(service.site.issuer)
    is_ours = (goes_to.scheme, goes_to.netloc) == (ours.scheme, ours.netloc)
    return (
        authorization.client.is_partner
        or not (goes_to.scheme == "https" or is_ours)
        or "consent" in authorization.prompt
    )


async def _approve(service: OAuthService, authorization: AuthorizationRequest, session: Session) -> Response:
    return _reply_page(await service.run(_respond, service, authorization, session))


def _respond(service: OAuthService, authorization: AuthorizationRequest, session: Session) -> Any:
    return service.authority.create_authorization_response(authorization.request, session, authorization.grant)


async def _send_error(service: OAuthService, authorization: AuthorizationRequest, error: OAuth2Error) -> Response:
    error.redirect_uri, error.state = authorization.goes_to, authorization.request.payload.state
    return _reply_page(await service.run(service.authority.handle_error_response, authorization.request, error))


def _reply_page(reply: Reply) -> Response:
    """A redirect to the client, or a page if its redirect URI was not verified."""
    location = reply.headers.get("Location")
    if location is not None:
        return Response(status_code=303, headers={**pages.headers(), "Location": location})
    text = str(reply.body.get("error_description") or "The application sent a request that cannot be understood.")
    return pages.message("This does not work", text, 400)


async def _answer_or_explain(
    find: Callable[[], OAuthService | None], answer: Callable[[OAuthService], Awaitable[Response]]
) -> Response:
    service = find()
    try:
        return _try_later_page(503) if service is None else await answer(service)
    except UnreadableError as error:
        return pages.message("This does not work", str(error), 400)
    except Refusal as refusal:
        return pages.message("This does not work", str(refusal), refusal.status)
    except Disconnected:
        return Response(status_code=400)
    except (TooBusy, Overloaded):
        return _try_later_page(429)
    except (StoreUnavailable, RevocationsUnknown, StoreTimeout) as error:
        log.warning("the store of the authorization server does not answer: %s", type(error).__name__)
        return _try_later_page(503)
    except Exception as error:  # noqa: BLE001 - no detail of any error may reach the page
        log_fault(error, "of the authorization server")
        return pages.message("Something went wrong", "Something went wrong on our side. Try again later.", 500)


def _try_later_page(status: int) -> Response:
    response = pages.message("In a moment", "This cannot be done right now. Try again in a moment.", status)
    response.headers["Retry-After"] = "1"
    return response
