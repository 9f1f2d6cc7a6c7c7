"""The breaker against a model that knows the whole history: whom it lets through, and when."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from datasources.engine.running.breaker import MAX_FACTOR, Breaker, State

FAILURES, SECONDS = 3, 1.0


class AgainstModel(RuleBasedStateMachine):
    """Requests come, wait and end in any order, while time goes by."""

    @initialize()
    def start(self) -> None:
        self.now = 0.0
        self.breaker = Breaker(FAILURES, SECONDS, lambda: self.now)
        self.under_way = 0
        self.in_a_row = 0
        # When it may be tried again; None while everybody is let through. And whether somebody tries.
        self.rests_until: float | None = None
        self.rest = SECONDS
        self.is_tried = False

    @rule(seconds=st.sampled_from([0.25, 0.5, 1.0, 3.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def ask(self) -> None:
        may_try = self.rests_until is not None and self.now >= self.rests_until and not self.is_tried
        assert self.breaker.admits() is (self.rests_until is None or may_try)
        if self.rests_until is None or may_try:
            self.under_way += 1
            self.is_tried = may_try

    @precondition(lambda self: self.under_way)
    @rule()
    def succeed(self) -> None:
        self.under_way -= 1
        self.breaker.succeeded()
        self.in_a_row, self.rests_until, self.rest, self.is_tried = 0, None, SECONDS, False

    @precondition(lambda self: self.under_way)
    @rule()
    def fail(self) -> None:
        self.under_way -= 1
        self.breaker.failed()
        self.in_a_row += 1
        if self.is_tried:
            self.rest = min(self.rest * 2, SECONDS * MAX_FACTOR)
        elif self.rests_until is not None or self.in_a_row < FAILURES:
            return
        self.rests_until, self.is_tried = self.now + self.rest, False

    @precondition(lambda self: self.under_way)
    @rule()
    def leave(self) -> None:
        self.under_way -= 1
        self.breaker.abandoned()
        self.is_tried = False

    @invariant()
    def it_never_rests_longer_than_it_may(self) -> None:
        assert self.rests_until is None or self.rests_until - self.now <= SECONDS * MAX_FACTOR


TestAgainstModel = AgainstModel.TestCase


def test_one_tries_and_all_others_wait_for_what_it_finds() -> None:
    now = [0.0]
    breaker = Breaker(FAILURES, SECONDS, lambda: now[0])
    for _ in range(FAILURES):
        assert breaker.admits()
        breaker.failed()
    assert [breaker.admits(), breaker.state] == [False, State.OPEN]
    now[0] = SECONDS
    assert [breaker.admits() for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert [breaker.admits(), breaker.state] == [True, State.CLOSED]
