"""What an answer disclosed: its access record, and `extensions.privacy` with the reasons for single rows."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from auth.access_log import AccessRecord
from auth.policy.grant import Grant
from auth.viewer import Viewer
from datasources.engine.running.answers import RootAnswer
from resolvers.planning.plans import Plan

# A null root discloses no customer, even if a row was read for it.
_NULL = b"null"


def record(
    plan: Plan, answers: Iterable[RootAnswer], viewer: Viewer, grant: Grant, request_id: str
) -> AccessRecord | None:
    """The access record of the answer; None if it discloses no customer."""
    disclosed = [answer for answer in answers if answer.text != _NULL]
    # A root names each of its customers once, but two roots may have the same customer.
    subjects, flags = (
        (disclosed[0].subjects, disclosed[0].flags) if len(disclosed) == 1 else _distinct_subjects(disclosed)
    )
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
    """`extensions.privacy`: what the plan withholds, and for viewers who may read a customer's privacy state also what
    that customer's flags withhold.
    """
    if not plan.reasons.conditional:
        return plan.privacy
    reasons: dict[int, bytes] = {}
    for answer in answers:
        # Many customers share few combinations of flags.
        for flags in set(answer.flags):
            if text := plan.reasons.serialize(flags):
                reasons[flags] = text
    if not reasons:
        return plan.privacy
    rows = [
        b'{"subject":"%b","withheld":%b}' % (str(subject).encode(), reasons[flags])
        for subject, flags in _flags_by_subject(answers).items()
        if flags in reasons
    ]
    return b'%b,"rows":[%b]}' % (plan.privacy[:-1], b",".join(rows)) if rows else plan.privacy


def _flags_by_subject(answers: Iterable[RootAnswer]) -> Mapping[UUID, int]:
    disclosed = (answer for answer in answers if answer.text != _NULL)
    return dict(pair for answer in disclosed for pair in zip(answer.subjects, answer.flags, strict=True))
