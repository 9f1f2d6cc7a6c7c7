"""Dry runs: who may, asks as another class and gets exactly what that class would get, marked as such in the log."""

from auth.policy.reach import Reach, RowScope
from auth.policy.rules import Policy
from auth.viewer import Viewer
from resolvers.codes import Code
from resolvers.refusal import refusal

_WRITTEN = "A dry run is written CLASS/PURPOSE, for a class of limited reach CLASS/PURPOSE/CONTRACT-OR-CUSTOMER."


def tried_out(viewer: Viewer, dry_run: str, policy: Policy) -> Viewer:
    """The viewer that a dry run stands for. Raises Refusal for who may not, and for what the policy does not know."""
    if not policy.classes[viewer.viewer_class].may_dry_run or viewer.purpose is None:
        raise refusal(Code.DRY_RUN_NOT_ALLOWED, "Your role may not try out what others see, or you named no purpose.")
    viewer_class, _, rest = dry_run.partition("/")
    purpose, *by = rest.split("/")
    known = policy.classes.get(viewer_class)
    if known is None or purpose not in policy.purposes or len(by) != (known.reach is not Reach.ALL):
        raise refusal(Code.BAD_REQUEST, _WRITTEN)
    return viewer.trying_out(viewer_class, purpose, RowScope(known.reach, *by))
