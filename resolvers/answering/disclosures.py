"""After the answer is known and before it leaves: the record of it, and why single rows were withheld."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from auth.access_log import AccessRecord
from auth.policy.grant import Grant
from auth.viewer import Viewer
from datasources.engine.running.answers import RootAnswer
from resolvers.planning.plans import Plan

# Such an answer is about nobody, whoever was found on the way to it.
_NOBODY = b"null"


def record(
    plan: Plan, answers: Iterable[RootAnswer], viewer: Viewer, grant: Grant, request_id: str
) -> AccessRecord | None:
    """Who saw whose data by this answer; None if it is about nobody."""
    shown = [answer for answer in answers if answer.text != _NOBODY]
    # Each answer names a customer once, however often it shows them.
    subjects, flags = (shown[0].subjects, shown[0].flags) if len(shown) == 1 else _distinct_subjects(shown)
    if not subjects or viewer.purpose is None:
        return None
    return AccessRecord(
        request_id=request_id,
        viewer=viewer.subject,
        viewer_class=viewer.viewer_class,
        client=viewer.client,
        purpose=viewer.purpose,
        policy_version=grant.policy_version,
        dry_run_by=viewer.dry_run_by,
        subjects=subjects,
        flags=flags,
        disclosure=plan.disclosure,
    )


def _distinct_subjects(answers: Iterable[RootAnswer]) -> tuple[Sequence[UUID], Sequence[int]]:
    """Return subjects and flags by position. A subject whose flags changed between two answers is there twice."""
    pairs = dict.fromkeys(pair for answer in answers for pair in zip(answer.subjects, answer.flags, strict=True))
    return [subject for subject, _ in pairs], [flags for _, flags in pairs]


def privacy(plan: Plan, answers: Sequence[RootAnswer]) -> bytes:
    """`extensions.privacy`: what the plan knows, and for viewers who may read a customer's privacy state also why
    that customer's row was withheld.
    """
    if not plan.reasons.conditional:
        return plan.privacy
    reasons: dict[int, bytes] = {}
    for answer in answers:
        # Many customers have the same few flags.
        for flags in set(answer.flags):
            if text := plan.reasons.told(flags):
                reasons[flags] = text
    if not reasons:
        return plan.privacy
    rows = [
        b'{"subject":"%b","withheld":%b}' % (str(subject).encode(), reasons[flags])
        for subject, flags in _subjects(answers).items()
        if flags in reasons
    ]
    return b'%b,"rows":[%b]}' % (plan.privacy[:-1], b",".join(rows)) if rows else plan.privacy


def _subjects(answers: Iterable[RootAnswer]) -> Mapping[UUID, int]:
    shown = (answer for answer in answers if answer.text != _NOBODY)
    return dict(pair for answer in shown for pair in zip(answer.subjects, answer.flags, strict=True))
