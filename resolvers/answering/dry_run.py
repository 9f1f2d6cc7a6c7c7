"""Dry runs: a viewer who may do so tries out another class and purpose. They see at most what both may see."""

from auth.policy.reach import Reach, RowScope
from auth.policy.rules import Policy
from auth.viewer import Viewer
from resolvers.codes import Code
from resolvers.refusal import refusal

_FORM = "A dry run is written CLASS/PURPOSE, for a class of limited reach CLASS/PURPOSE/CONTRACT-OR-CUSTOMER."


def dry_run_viewer(viewer: Viewer, dry_run: str, policy: Policy) -> Viewer:
    """The viewer of the tried-out class. Raises OperationRefused if the viewer's class may not try out others, or if
    the policy does not know the class or purpose.
    """
    if not policy.classes[viewer.viewer_class].may_dry_run or viewer.purpose is None:
        raise refusal(Code.DRY_RUN_NOT_ALLOWED, "Your role may not try out what others see, or you named no purpose.")
    viewer_class, _, rest = dry_run.partition("/")
    purpose, separator, reach_value = rest.partition("/")
    known = policy.classes.get(viewer_class)
    is_limited = known is not None and known.reach is not Reach.ALL
    if known is None or purpose not in policy.purposes or bool(separator) is not is_limited or "/" in reach_value:
        raise refusal(Code.BAD_REQUEST, _FORM)
    return viewer.trying_out(viewer_class, purpose, RowScope(known.reach, reach_value if is_limited else None))
