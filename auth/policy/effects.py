"""The effect of a rule on a field: allow, mask or withhold, for all rows or those that meet a condition."""

from dataclasses import dataclass
from enum import StrEnum

from auth.policy.flags import Flag


class Use(StrEnum):
    """What a field is used for. A filter or an order discloses the value too, so each use needs its own right."""

    ITEM = "item"
    FILTER = "filter"
    ORDER = "order"
    AGGREGATE = "aggregate"
    SEARCH = "search"
    LOOKUP = "lookup"
    EXPORT = "export"


class EffectKind(StrEnum):
    ALLOW = "allow"
    MASK = "mask"
    WITHHOLD = "withhold"


class Mask(StrEnum):
    """How text is masked in place. A value reduced to another type is a field of its own."""

    LAST4 = "last4"
    INITIAL = "initial"


class Side(StrEnum):
    """In a dry run, the grant that masks or withholds: the viewer's own, or that of the class they try out."""

    VIEWER = "VIEWER"
    TRIED_OUT = "TRIED_OUT"


@dataclass(frozen=True, slots=True)
class Condition:
    """The rows that an effect applies to: those with `flags & bits == want`."""

    bits: int = 0
    want: int = 0

    @property
    def each_bit(self) -> tuple[int, ...]:
        """The tested bits, lowest first."""
        return tuple(1 << place for place in range(self.bits.bit_length()) if self.bits >> place & 1)

    def unmet(self, flags: int) -> int:
        """The tested bits in which the flags differ from the wanted ones."""
        return (flags ^ self.want) & self.bits

    def met_by(self, flags: int) -> bool:
        return flags & self.bits == self.want

    def implies(self, other: "Condition") -> bool:
        """Whether every row that meets this condition meets the other too."""
        return other.bits & self.bits == other.bits and self.want & other.bits == other.want

    def contradicts(self, other: "Condition") -> bool:
        """Whether no row can meet both."""
        return bool((self.want ^ other.want) & self.bits & other.bits)

    def __and__(self, other: "Condition") -> "Condition":
        """Rows that meet both. The policy has one word for each flag, so two conditions never contradict each other."""
        return Condition(self.bits | other.bits, self.want | other.want)


ALWAYS = Condition()


def all_of(*parts: tuple[Flag, bool]) -> Condition:
    """The condition that each flag has the given state."""
    bits = want = 0
    for flag, is_set in parts:
        bits |= flag
        want |= flag if is_set else 0
    # Plain integers, because they are compared for every customer of an answer and IntFlag operators are slow.
    return Condition(int(bits), int(want))


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to one coordinate for one use, and the rule that decides it."""

    kind: EffectKind
    rule: str
    article: str
    mask: Mask | None = None
    condition: Condition = ALWAYS
    remedy: str | None = None
    by: Side | None = None

    @property
    def shows(self) -> bool:
        return self.kind is not EffectKind.WITHHOLD

    @property
    def allows(self) -> bool:
        return self.kind is EffectKind.ALLOW


UNGOVERNED = Effect(EffectKind.ALLOW, rule="not-personal", article="GDPR Art. 4(1)")
NO_RULE = Effect(
    EffectKind.WITHHOLD,
    rule="no-rule",
    article="GDPR Art. 5(1)(c), 25(2)",
    remedy="No rule allows this to your role for this purpose.",
)
DERIVED = Effect(
    EffectKind.WITHHOLD,
    rule="derived",
    article="GDPR Art. 5(1)(c), 25(2)",
    remedy="It is derived from data that is withheld from your role.",
)
NOTHING_IN_COMMON = Effect(
    EffectKind.WITHHOLD,
    rule="dry-run",
    article="GDPR Art. 5(1)(c), 25(2)",
    remedy="Your role and the one that you try out see different parts of it, and no part is common to both.",
)
NO_PURPOSE = Effect(
    EffectKind.WITHHOLD,
    rule="no-purpose",
    article="GDPR Art. 5(1)(b)",
    remedy="Use a token that allows a purpose; with several, name one in the header Customer360-Purpose.",
)
