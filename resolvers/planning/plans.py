"""Plans: operations compiled for a grant, kept under everything that shapes them."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from graphql import DocumentNode

from auth.access_log import Disclosure
from auth.policy.sign_in import SignInRequirement
from datasources.compiler.roots import StatementCompiler
from datasources.engine.running.contributions import RootStatements
from datasources.entries import Root
from resolvers.planning.entities import EntityList
from resolvers.planning.row_reasons import RowReasons

MAX_PLANS_KEPT = 1_000

# For metrics: the number of withheld fields by owning department, type and rule.
Withholdings = Mapping[tuple[str, str, str], int]
NOTHING_WITHHELD: Withholdings = MappingProxyType({})


@dataclass(frozen=True)
class PlannedRoot:
    """A root with its statements: fused per database, and apart by department for when a fused one failed."""

    key: str
    root: Root
    fused: StatementCompiler
    apart: StatementCompiler

    @cached_property
    def statements(self) -> RootStatements:
        return self.fused.compile(self.root)

    @cached_property
    def statements_apart(self) -> RootStatements:
        return self.apart.compile(self.root)


@dataclass(frozen=True, slots=True)
class Plan:
    """One operation for one grant.

    `keys` are the response keys in order, each with the bytes before its value. A key is answered by `roots`, by
    `texts`, or by `rest`, which graphql-core executes: introspection and `viewer`, which hold no customer's data.
    `lists` are the keys that one root of entities answers together. `disclosure` goes into the access record of each
    answer, `reasons` into `extensions.privacy` for single customers. `sign_in_requirements` hold for the last
    sign-in. `needs_purpose` if something is withheld because the grant is for no purpose.
    """

    keys: tuple[tuple[str, bytes], ...]
    roots: tuple[PlannedRoot, ...]
    texts: Mapping[str, bytes]
    rest: DocumentNode | None
    privacy: bytes
    disclosure: Disclosure
    reasons: RowReasons
    lists: Mapping[str, EntityList] = field(default_factory=dict)
    sign_in_requirements: tuple[SignInRequirement, ...] = ()
    withheld: Withholdings = field(default_factory=dict)
    needs_purpose: bool = False


class PlanCache:
    """The most recently used plans, at most MAX_PLANS_KEPT."""

    def __init__(self) -> None:
        self._plans: OrderedDict[Hashable, Plan] = OrderedDict()
        self.compiled = 0

    def get(self, key: Hashable) -> Plan | None:
        plan = self._plans.get(key)
        if plan is not None:
            self._plans.move_to_end(key)
        return plan

    def keep(self, key: Hashable, plan: Plan) -> None:
        self._plans[key] = plan
        self.compiled += 1
        if len(self._plans) > MAX_PLANS_KEPT:
            self._plans.popitem(last=False)

    def __len__(self) -> int:
        return len(self._plans)
