"""Sales' part of the graph: what a customer ordered, may order, owns, and should be offered."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.departments import Department
from auth.policy.categories import Category
from datasources.core.codes import Channel
from datasources.sales.codes import OpportunityStage, OrderState, QuoteState, RecommendationKind
from schema.classification import DepartmentField, argument
from schema.scalars import Date, DateTime, Decimal
from schema.structure import After, Before, Connection, CustomerSection, First, Last, Money, Node, root_field

if TYPE_CHECKING:
    from schema.customer import Customer

field = DepartmentField(Department.SALES)

strawberry.enum(OrderState, description="Where an order stands between being drafted and being delivered.")
strawberry.enum(OpportunityStage, description="How far a deal has come.")
strawberry.enum(QuoteState, description="Where a quote stands between being written and being answered.")
strawberry.enum(RecommendationKind, description="What a recommendation is for.")

CustomerLink = Annotated["Customer", strawberry.lazy("schema.customer")] | None


@strawberry.type(description="Something that we sell. It is the same for every customer.")
class Product:
    sku: str | None = field("The article's number.", Category.CATALOGUE)
    name: str | None = field("What it is called.", Category.CATALOGUE)
    category: str | None = field("What it is sorted under.", Category.CATALOGUE)
    list_price: Money | None = field("Price of one before any discount.", Category.CATALOGUE)


@strawberry.type(description="One position on an order.")
class OrderLine:
    position: int | None = field("Its place on the order, from 1.", Category.ORDER)
    product: Product | None = field("What was ordered.", Category.ORDER)
    quantity: Decimal | None = field("How many or how much.", Category.ORDER)
    unit_price: Money | None = field("Price of one, before the discount.", Category.ORDER)
    discount_percent: Decimal | None = field(
        "Discount on this line, in percent; null if there is none.", Category.ORDER
    )
    amount: Money | None = field("Price of the line, after the discount.", Category.ORDER)


@strawberry.type(description="Something that the customer ordered from us.")
class Order(Node):
    number: str | None = field("The number that the customer was given for it.", Category.ORDER)
    placed_at: DateTime | None = field("When it was placed.", Category.ORDER)
    state: OrderState | None = field("Where it stands between being drafted and being delivered.", Category.ORDER)
    channel: Channel | None = field("How it reached us.", Category.ORDER)
    total: Money | None = field("What it comes to.", Category.ORDER)
    lines: list[OrderLine] | None = field("What was ordered, position by position.", Category.ORDER)
    customer: CustomerLink = field("Who ordered.")


@strawberry.type(description="A deal that sales is working on, has won or has lost.")
class Opportunity(Node):
    name: str | None = field("What sales calls it.", Category.OPPORTUNITY)
    stage: OpportunityStage | None = field("How far it has come.", Category.OPPORTUNITY)
    amount: Money | None = field("What it is worth if it is won.", Category.OPPORTUNITY)
    probability: float | None = field("How likely it is to be won, 0 to 1.", Category.OPPORTUNITY)
    opened_on: Date | None = field("Day that sales began to work on it.", Category.OPPORTUNITY)
    expected_close_on: Date | None = field("Day that the customer should decide by.", Category.OPPORTUNITY)
    owner: str | None = field("Who in sales works on it.", Category.OPPORTUNITY)
    customer: CustomerLink = field("Whom the deal is with.")


@strawberry.type(description="A price that was offered to the customer.")
class Quote(Node):
    number: str | None = field("The number printed on it.", Category.QUOTE)
    state: QuoteState | None = field("Where it stands between being written and being answered.", Category.QUOTE)
    issued_on: Date | None = field("Day it was issued.", Category.QUOTE)
    valid_until: Date | None = field("Last day it can be accepted; null if it is open.", Category.QUOTE)
    total: Money | None = field("What is offered comes to.", Category.QUOTE)
    customer: CustomerLink = field("Whom it was offered to.")


@strawberry.type(description="A product that the customer has bought, over all their orders.")
class OwnedProduct:
    product: Product | None = field("What they own.", Category.OWNED_PRODUCT)
    owned_since: Date | None = field("Day they first bought it.", Category.OWNED_PRODUCT)
    last_bought_on: Date | None = field("Day they last bought it.", Category.OWNED_PRODUCT)
    quantity: Decimal | None = field("How many or how much they have bought.", Category.OWNED_PRODUCT)


@strawberry.type(description="Recommended because others bought it together with something that they own.")
class BoughtTogether:
    product: Product | None = field("What they own.", Category.OWNED_PRODUCT)
    support: float | None = field("How many of all orders hold both, 0 to 1.", Category.RECOMMENDATION)
    confidence: float | None = field(
        "How many of the orders for what they own hold the recommended product too, 0 to 1.",
        Category.RECOMMENDATION,
    )
    lift: float | None = field(
        "How many times likelier the two are ordered together than by chance; 1 is chance.",
        Category.RECOMMENDATION,
    )


@strawberry.type(description="Recommended because it is time to buy it again.")
class Repurchase:
    interval_days: int | None = field("Days after which it is usually bought again.", Category.RECOMMENDATION)
    last_bought_on: Date | None = field("Day they last bought it.", Category.OWNED_PRODUCT)


@strawberry.type(description="Recommended because customers of their segment often buy it.")
class PopularInSegment:
    segment: str | None = field("The segment, which they are in.", Category.SEGMENT)
    share: float | None = field("How many of its customers bought it, 0 to 1.", Category.RECOMMENDATION)


RecommendationReason = Annotated[
    BoughtTogether | Repurchase | PopularInSegment,
    strawberry.union("RecommendationReason", description="Why a product is recommended."),
]


@strawberry.type(description="A product to offer the customer next.")
class Recommendation(Node):
    product: Product | None = field("What to offer.", Category.RECOMMENDATION)
    kind: RecommendationKind | None = field("What the recommendation is for.", Category.RECOMMENDATION)
    score: float | None = field(
        "How well it should fit: the higher, the better. Comparable within one model only.",
        Category.RECOMMENDATION,
    )
    reason: RecommendationReason | None = field("Why it is recommended.", Category.RECOMMENDATION)
    model: str | None = field("Which model computed it.", Category.RECOMMENDATION)
    computed_at: DateTime | None = field("When it was computed.", Category.RECOMMENDATION)
    customer: CustomerLink = field("Whom to offer it to.")


@strawberry.type(description="What sales knows of a customer.")
class Sales(CustomerSection):
    products_owned: list[OwnedProduct] | None = field(
        "Products they have bought, the last bought first.", Category.OWNED_PRODUCT
    )
    recommendations: list[Recommendation] | None = field(
        "Products to offer them next, the best first.", Category.RECOMMENDATION
    )

    @field("Orders, newest first.", Category.ORDER)
    def orders(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        states: Annotated[
            list[OrderState] | None, argument("Only in one of these states.", governs="Order.state")
        ] = strawberry.UNSET,
    ) -> Connection[Order] | None: ...

    @field("Deals, newest first.", Category.OPPORTUNITY)
    def opportunities(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        stages: Annotated[
            list[OpportunityStage] | None,
            argument("Only at one of these stages.", governs="Opportunity.stage"),
        ] = strawberry.UNSET,
    ) -> Connection[Opportunity] | None: ...

    @field("Quotes, newest first.", Category.QUOTE)
    def quotes(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Quote] | None: ...


@strawberry.type(description="What sales knows of a customer.")
class CustomerFields:
    sales: Sales | None = field("Sales: orders, deals, quotes, what they own and what to offer them.")


@strawberry.type(description="Every way into the graph.")
class QueryFields:
    @root_field("One order by the number that the customer was given for it.", Category.ORDER)
    def order(
        self, number: Annotated[str, argument("The order's number.", governs="Order.number")]
    ) -> Order | None: ...
