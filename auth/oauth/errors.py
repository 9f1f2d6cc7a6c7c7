"""The errors of the authorization server. Only descriptions from here and from their callers are sent to clients."""

from authlib.oauth2 import OAuth2Error, rfc6749


class DescribedError(OAuth2Error):
    """An error that this server raises. Its description is fixed text, which repeats nothing of the request."""


class InvalidRequestError(DescribedError, rfc6749.InvalidRequestError):
    pass


class InvalidClientError(DescribedError, rfc6749.InvalidClientError):
    pass


class InvalidGrantError(DescribedError, rfc6749.InvalidGrantError):
    pass


class InvalidScopeError(DescribedError, rfc6749.InvalidScopeError):
    description = "A requested scope is unknown, or is not one that the client may have."


class UnauthorizedClientError(DescribedError, rfc6749.UnauthorizedClientError):
    pass


class AccessDeniedError(DescribedError, rfc6749.AccessDeniedError):
    description = "The request was denied."


class InvalidTargetError(DescribedError):
    """The token is requested for a resource that is not ours (RFC 8707)."""

    error = "invalid_target"
    description = "The requested resource is not one of this server."


# Authlib's descriptions may quote the request, so its errors are sent with these.
_DESCRIPTIONS = {
    "invalid_request": "A parameter is missing or not valid.",
    "invalid_client": "The client is not who it says it is.",
    "invalid_grant": "The code or refresh token is not valid, or was issued for another redirect_uri or client.",
    "invalid_scope": InvalidScopeError.description,
    "unauthorized_client": "The client is not registered for this grant type or response type.",
    "unsupported_grant_type": "The grant_type is not supported.",
    "unsupported_response_type": "The response_type is not supported: send code.",
    "unsupported_token_type": "The token type is not supported.",
    "access_denied": AccessDeniedError.description,
}


def with_own_description(error: OAuth2Error) -> OAuth2Error:
    """The error as it is sent to the client."""
    if isinstance(error, DescribedError):
        return error
    return OAuth2Error(
        _DESCRIPTIONS.get(str(error.error), "The request is not valid."),
        status_code=error.status_code,
        state=error.state,
        redirect_uri=error.redirect_uri,
        error=error.error,
    )
