"""The purpose of a request: required where the token leaves a choice and personal data are requested."""

from auth.policy.rules import Policy
from auth.viewer import Viewer
from resolvers.codes import Code
from resolvers.refusal import refusal


def check_purpose(viewer: Viewer, policy: Policy) -> None:
    """Raises OperationRefused, naming the choices, if the token has purposes and the request names none of them.

    A token without a purpose is answered with non-personal fields only.
    """
    choices = sorted(viewer.purposes.intersection(policy.purposes))
    if choices:
        message = f"Name a purpose in the header Customer360-Purpose. Your token allows {', '.join(choices)}."
        raise refusal(Code.PURPOSE_REQUIRED, message, purposes=choices)
