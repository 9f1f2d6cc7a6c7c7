"""The roots: every way into the graph."""

from enum import StrEnum
from typing import Annotated

import strawberry

from auth.departments import Department
from auth.policy.categories import Category
from datasources.core.codes import CustomerStatus, PartyKind
from resolvers.answering.requests import Context
from schema.classification import DepartmentField, argument, input_field
from schema.customer import Customer, department_parts
from schema.scalars import CountryCode, Date, EmailAddress, LanguageTag, PhoneNumber
from schema.structure import After, Before, Connection, First, Last, Node
from schema.viewer import Viewer, viewer_of

field = DepartmentField(Department.CORE)


@strawberry.input(description="How to find one customer: name exactly one.", one_of=True)
class CustomerBy:
    id: strawberry.ID | None = input_field("The customer's id.", governs="Customer.number")
    number: str | None = input_field("The customer's number.", governs="Customer.number")
    phone: PhoneNumber | None = input_field(
        "A phone number of theirs. If several share it, null with the error AMBIGUOUS; `customers` lists them.",
        governs="PhoneContactPoint.number",
    )
    email: EmailAddress | None = input_field("An e-mail address of theirs.", governs="EmailContactPoint.address")
    identifier: str | None = input_field(
        "What another system knows them by, written system:type:value.", governs="Identifier.value"
    )


@strawberry.input(description="Which customers to list. All that is given must hold.")
class CustomerFilter:
    statuses: list[CustomerStatus] | None = input_field(
        "In one of these states.", governs="Customer.status", operator="in"
    )
    kind: PartyKind | None = input_field("Only people, or only firms.", governs="Customer.kind")
    countries: list[CountryCode] | None = input_field(
        "In one of these countries.", governs="Customer.country", operator="in"
    )
    language: LanguageTag | None = input_field("Who want to be spoken to in it.", governs="Customer.language")
    name_starts_with: str | None = input_field(
        "Whose name starts so; upper and lower case are the same.",
        governs="Customer.displayName",
        operator="starts",
    )
    since_from: Date | None = input_field(
        "Customer since this day or later.", governs="Customer.since", operator="from"
    )
    since_before: Date | None = input_field(
        "Customer since before this day.", governs="Customer.since", operator="before"
    )
    phone: PhoneNumber | None = input_field(
        "With this phone number.", governs="PhoneContactPoint.number", operator="has"
    )
    email: EmailAddress | None = input_field(
        "With this e-mail address.", governs="EmailContactPoint.address", operator="has"
    )


@strawberry.enum(description="What customers can be ordered by.")
class CustomerOrderField(StrEnum):
    NAME = "displayName"
    NUMBER = "number"
    SINCE = "since"


@strawberry.enum(description="Which way an order goes.")
class OrderDirection(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.input(description="How to order customers. Those without a value, or whose value is withheld, come last.")
class CustomerOrder:
    field: CustomerOrderField = strawberry.field(description="By what.")
    direction: OrderDirection = strawberry.field(description="Which way.", default=OrderDirection.ASC)


@strawberry.type(description="Every way into the graph.")
class CustomerRoots:
    @field("One customer; null if there is none, or none that you may see.", Category.UNIQUE_ID)
    def customer(self, by: Annotated[CustomerBy, argument("How to find them.")]) -> Customer | None: ...

    @field("Customers, in a stable order of no meaning unless you name one.", Category.UNIQUE_ID)
    def customers(
        self,
        filter: Annotated[CustomerFilter | None, argument("Which customers.")] = strawberry.UNSET,  # noqa: A002
        order_by: Annotated[CustomerOrder | None, argument("In which order.")] = strawberry.UNSET,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Customer] | None: ...


@strawberry.type(description="Every way into the graph.")
class Query(CustomerRoots, *department_parts("QueryFields")):  # type: ignore[misc]  # the registry names the bases
    @field("Anything with an id of its own; null if there is none, or none that you may see.", Category.UNIQUE_ID)
    def node(self, id: Annotated[strawberry.ID, argument("Its id.")]) -> Node | None: ...  # noqa: A002

    @field("Who you are to this server, and what you may see for the purpose you named.")
    def viewer(self, info: strawberry.Info[Context]) -> Viewer:
        return viewer_of(info.context)
