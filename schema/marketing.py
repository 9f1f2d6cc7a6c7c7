"""Marketing's part of the graph: what reached a customer, what they like, and what models say of them."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.departments import Department
from auth.policy.categories import Category
from datasources.core.codes import Channel
from datasources.marketing.codes import LoyaltyTier, TouchpointOutcome
from schema.classification import DepartmentField, argument
from schema.scalars import Date, DateTime
from schema.structure import After, Before, Connection, CustomerSection, First, Last, Money, Node

if TYPE_CHECKING:
    from schema.customer import Customer

field = DepartmentField(Department.MARKETING)

strawberry.enum(TouchpointOutcome, description="What came of a contact.")
strawberry.enum(LoyaltyTier, description="A level of the loyalty program, from BASIC up.")

CustomerLink = Annotated["Customer", strawberry.lazy("schema.customer")] | None


@strawberry.type(description="A campaign of marketing. It is the same for every customer.")
class Campaign:
    code: str | None = field("The short name that it is booked under.", Category.CATALOGUE)
    name: str | None = field("What it is called.", Category.CATALOGUE)
    channel: Channel | None = field("The channel it mainly runs on.", Category.CATALOGUE)
    starts_on: Date | None = field("First day.", Category.CATALOGUE)
    ends_on: Date | None = field("Last day; null if it has none yet.", Category.CATALOGUE)


@strawberry.type(description="One contact of a campaign with the customer.")
class Touchpoint(Node):
    campaign: Campaign | None = field("The campaign it belongs to.", Category.TOUCHPOINT)
    channel: Channel | None = field("The channel it went over.", Category.TOUCHPOINT)
    outcome: TouchpointOutcome | None = field("What came of it.", Category.TOUCHPOINT)
    occurred_at: DateTime | None = field("When it happened.", Category.TOUCHPOINT)
    revenue: Money | None = field("What the customer bought because of it; null if nothing.", Category.TOUCHPOINT)
    customer: CustomerLink = field("Whom it reached.")


@strawberry.type(description="A group of customers that the customer is in.")
class Segment:
    name: str | None = field("What it is called.", Category.CATALOGUE)
    definition: str | None = field("Who belongs to it.", Category.CATALOGUE)
    entered_on: Date | None = field("Day the customer came into it.", Category.SEGMENT)
    because: str | None = field("Why they are in it.", Category.SEGMENT)


@strawberry.type(description="Something that the customer seems to care for.")
class Interest:
    topic: str | None = field("What it is.", Category.INTEREST)
    score: float | None = field("How much: the higher, the more.", Category.INTEREST)
    updated_at: DateTime | None = field("When it was last computed.", Category.INTEREST)


@strawberry.type(description="How recently, how often and for how much the customer bought.")
class Rfm:
    recency_days: int | None = field("Days since they last bought.", Category.SCORE)
    frequency: int | None = field("How many times they bought.", Category.SCORE)
    monetary: Money | None = field("What they spent.", Category.SCORE)
    code: str | None = field("Three digits, for recency, frequency and money: 555 is best, 111 worst.", Category.SCORE)


@strawberry.type(description="What the customer is expected to bring in.")
class LifetimeValue:
    amount: Money | None = field("How much, within the horizon.", Category.SCORE)
    horizon_days: int | None = field("How many days ahead the model looks.", Category.SCORE)
    model: str | None = field("Which model computed it.", Category.SCORE)


@strawberry.type(description="How likely the customer is to leave.")
class Churn:
    probability: float | None = field("How likely, within the horizon, 0 to 1.", Category.SCORE)
    horizon_days: int | None = field("How many days ahead the model looks.", Category.SCORE)
    model: str | None = field("Which model computed it.", Category.SCORE)


@strawberry.type(description="What models say of the customer: profiling in the sense of GDPR Art. 4(4).")
class Scores:
    rfm: Rfm | None = field("How recently, how often and for how much they bought.", Category.SCORE)
    lifetime_value: LifetimeValue | None = field("What they are expected to bring in.", Category.SCORE)
    churn: Churn | None = field("How likely they are to leave.", Category.SCORE)
    computed_at: DateTime | None = field("When all of it was computed.", Category.SCORE)


@strawberry.type(description="Where the customer stands in the loyalty program.")
class Loyalty:
    program: str | None = field("The program's name.", Category.LOYALTY)
    tier: LoyaltyTier | None = field("The level they are on.", Category.LOYALTY)
    points: int | None = field("Points they can spend.", Category.LOYALTY)
    expiring_points: int | None = field("How many of them expire next.", Category.LOYALTY)
    expiring_on: Date | None = field("Day those expire.", Category.LOYALTY)


@strawberry.type(description="What marketing knows of a customer.")
class Marketing(CustomerSection):
    campaigns: list[Campaign] | None = field("Campaigns that reached them, the last begun first.", Category.TOUCHPOINT)
    segments: list[Segment] | None = field("Groups they are in, the last entered first.", Category.SEGMENT)
    interests: list[Interest] | None = field("What they seem to care for, the strongest first.", Category.INTEREST)
    scores: Scores | None = field("What models say of them.", Category.SCORE)
    loyalty: Loyalty | None = field(
        "Where they stand in the loyalty program; null if they are not in it.", Category.LOYALTY
    )

    @field("Contacts of campaigns with them, newest first.", Category.TOUCHPOINT)
    def touchpoints(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        outcomes: Annotated[
            list[TouchpointOutcome] | None,
            argument("Only with one of these outcomes.", governs="Touchpoint.outcome"),
        ] = strawberry.UNSET,
    ) -> Connection[Touchpoint] | None: ...


@strawberry.type(description="What marketing knows of a customer.")
class CustomerFields:
    marketing: Marketing | None = field("Marketing: campaigns, segments, interests, scores, loyalty.")
