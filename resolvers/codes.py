"""The codes of errors: what `extensions.code` may say. Each has its meaning and remedy in docs/errors.md."""

from enum import StrEnum


class Code(StrEnum):
    """One word for each kind of error. A client may rely on it: a code is never renamed, only added."""

    # What was sent cannot be read as a request.
    BAD_REQUEST = "BAD_REQUEST"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    URI_TOO_LONG = "URI_TOO_LONG"

    # Who asks, and for what.
    DRY_RUN_NOT_ALLOWED = "DRY_RUN_NOT_ALLOWED"
    PURPOSE_NOT_ALLOWED = "PURPOSE_NOT_ALLOWED"
    PURPOSE_UNKNOWN = "PURPOSE_UNKNOWN"
    UNAUTHENTICATED = "UNAUTHENTICATED"

    # The operation cannot be run.
    BAD_CURSOR = "BAD_CURSOR"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    USE_WITHHELD = "USE_WITHHELD"

    # Something is missing on our side.
    ACCESS_LOG_UNAVAILABLE = "ACCESS_LOG_UNAVAILABLE"
    CORE_UNAVAILABLE = "CORE_UNAVAILABLE"
    DEPARTMENT_UNAVAILABLE = "DEPARTMENT_UNAVAILABLE"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"
