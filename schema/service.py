"""Service's part of the graph: what a customer asked and complained of, and what they thought of us."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.departments import Department
from auth.policy.categories import Category
from datasources.core.codes import Channel
from datasources.service.codes import Direction, FeedbackKind, Priority, Severity, TicketKind, TicketStatus
from schema.classification import DepartmentField, argument
from schema.scalars import DateTime, PhoneNumber
from schema.structure import After, Before, Connection, CustomerSection, First, Last, Node, root_field

if TYPE_CHECKING:
    from schema.customer import Customer

field = DepartmentField(Department.SERVICE)

strawberry.enum(TicketKind, description="What a ticket is.")
strawberry.enum(
    TicketStatus,
    description="Where a ticket stands. It is open while ACKNOWLEDGED, PENDING, HELD or IN_PROGRESS.",
)
strawberry.enum(Priority, description="How soon something is to be dealt with.")
strawberry.enum(Severity, description="How much harm an incident does.")
strawberry.enum(Direction, description="INBOUND from the customer to us, OUTBOUND from us to the customer.")
strawberry.enum(
    FeedbackKind,
    description="CSAT: how satisfied, 1 to 5. CES: how easy, 1 to 7. NPS: would they recommend us, 0 to 10.",
)

CustomerLink = Annotated["Customer", strawberry.lazy("schema.customer")] | None


@strawberry.type(description="What was promised for a ticket, and whether it was kept.")
class Sla:
    first_response_due_at: DateTime | None = field("When a first answer is due.", Category.TICKET)
    first_responded_at: DateTime | None = field(
        "When the customer first had an answer; null if they have none yet.", Category.TICKET
    )
    resolve_due_at: DateTime | None = field("When it is to be resolved by.", Category.TICKET)
    is_breached: bool | None = field(
        "Whether the first answer or the resolution came late, or is late now.", Category.TICKET
    )


@strawberry.type(description="One message on a ticket, over whichever channel.")
class Message(Node):
    channel: Channel | None = field("The channel it went over.", Category.MESSAGE)
    direction: Direction | None = field("Whether it came from the customer or went to them.", Category.MESSAGE)
    author: str | None = field("Who wrote or said it.", Category.MESSAGE)
    sent_at: DateTime | None = field("When it was sent.", Category.MESSAGE)
    body: str | None = field("What it says.", Category.MESSAGE)
    customer: CustomerLink = field("Whom the ticket is about.")


@strawberry.type(description="A question, an incident or a complaint of the customer.")
class Ticket(Node):
    number: str | None = field("The number that the customer was given for it.", Category.TICKET)
    kind: TicketKind | None = field("Whether it is a question, an incident or a complaint.", Category.TICKET)
    status: TicketStatus | None = field("Where it stands.", Category.TICKET)
    priority: Priority | None = field("How soon it is to be dealt with.", Category.TICKET)
    severity: Severity | None = field("How much harm it does; null if it does none.", Category.TICKET)
    channel: Channel | None = field("The channel it first came in by.", Category.TICKET)
    subject: str | None = field("What it is about, in one line.", Category.TICKET)
    opened_at: DateTime | None = field("When it was opened.", Category.TICKET)
    closed_at: DateTime | None = field("When it was resolved or closed; null while it is open.", Category.TICKET)
    sla: Sla | None = field("What was promised for it; null if nothing was.", Category.TICKET)
    customer: CustomerLink = field("Whom it is about.")

    @field("What was written and said, newest first.", Category.MESSAGE)
    def messages(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Message] | None: ...


@strawberry.type(description="A phone call with the customer.")
class Call(Node):
    direction: Direction | None = field("Whether they called us or we called them.", Category.CALL)
    started_at: DateTime | None = field("When it began.", Category.CALL)
    duration_seconds: int | None = field("How long it took, in seconds.", Category.CALL)
    caller_number: PhoneNumber | None = field(
        "The number that was called from, E.164; null if it was withheld.", Category.PHONE
    )
    agent: str | None = field("Who of us spoke with them.", Category.CALL)
    recording_reference: str | None = field("Where the recording is kept; null if there is none.", Category.RECORDING)
    customer: CustomerLink = field("With whom.")


@strawberry.type(description="What the customer answered when we asked them how we did.")
class Feedback(Node):
    kind: FeedbackKind | None = field("What they were asked.", Category.FEEDBACK)
    value: int | None = field("What they answered, on the scale of its kind.", Category.FEEDBACK)
    comment: str | None = field("What they added in their own words.", Category.FEEDBACK)
    given_at: DateTime | None = field("When they answered.", Category.FEEDBACK)
    ticket_number: str | None = field(
        "Number of the ticket that it is about; null if it is about us as a whole.", Category.TICKET
    )
    customer: CustomerLink = field("Who answered.")


@strawberry.type(description="What service knows of a customer.")
class Service(CustomerSection):
    open_ticket_count: int | None = field("How many of their tickets are open.", Category.TICKET)

    @field("Tickets, newest first.", Category.TICKET)
    def tickets(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        statuses: Annotated[
            list[TicketStatus] | None, argument("Only with one of these statuses.", governs="Ticket.status")
        ] = strawberry.UNSET,
        kinds: Annotated[
            list[TicketKind] | None, argument("Only of one of these kinds.", governs="Ticket.kind")
        ] = strawberry.UNSET,
    ) -> Connection[Ticket] | None: ...

    @field("Phone calls, newest first.", Category.CALL)
    def calls(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Call] | None: ...

    @field("What they answered when asked how we did, newest first.", Category.FEEDBACK)
    def feedback(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Feedback] | None: ...


@strawberry.type(description="What service knows of a customer.")
class CustomerFields:
    service: Service | None = field("Service: tickets, calls, feedback.")


@strawberry.type(description="Every way into the graph.")
class QueryFields:
    @root_field("One ticket by the number that the customer was given for it.", Category.TICKET)
    def ticket(
        self, number: Annotated[str, argument("The ticket's number.", governs="Ticket.number")]
    ) -> Ticket | None: ...
