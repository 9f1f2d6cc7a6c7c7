"""Finance's part of the graph: what a customer owes, has paid, and on which terms."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.departments import Department
from auth.policy.categories import Category
from datasources.finance.codes import DecisionBasis, InvoiceState, PaymentMethod
from schema.classification import DepartmentField, argument
from schema.scalars import Date, Decimal
from schema.structure import After, Before, Connection, CustomerSection, First, Last, Money, Node, root_field

if TYPE_CHECKING:
    from schema.customer import Customer

field = DepartmentField(Department.FINANCE)

strawberry.enum(InvoiceState, description="Where an invoice stands between being written and being paid.")
strawberry.enum(PaymentMethod, description="How a payment reached us.")
strawberry.enum(DecisionBasis, description="Whether a person or a machine decided (GDPR Art. 22).")

CustomerLink = Annotated["Customer", strawberry.lazy("schema.customer")] | None


@strawberry.type(description="An account that the customer's invoices and payments are booked on.")
class Account:
    number: str | None = field("Account number in the ledger.", Category.ACCOUNT)
    balance: Money | None = field("What the customer owes on it; negative if we owe them.", Category.BALANCE)
    opened_on: Date | None = field("Day it was opened.", Category.ACCOUNT)
    closed_on: Date | None = field("Day it was closed; null while it is open.", Category.ACCOUNT)


@strawberry.type(description="What is open, by how long it has been due.")
class Ageing:
    not_due: Money | None = field("Not due yet.", Category.BALANCE)
    days1_to30: Money | None = field("Overdue by 1 to 30 days.", Category.BALANCE, name="days1To30")
    days31_to60: Money | None = field("Overdue by 31 to 60 days.", Category.BALANCE, name="days31To60")
    days61_to90: Money | None = field("Overdue by 61 to 90 days.", Category.BALANCE, name="days61To90")
    over90_days: Money | None = field("Overdue by more than 90 days.", Category.BALANCE, name="over90Days")


@strawberry.type(description="One position on an invoice.")
class InvoiceLine:
    position: int | None = field("Its place on the invoice, from 1.", Category.INVOICE)
    sku: str | None = field("The article's number; null for services and fees.", Category.INVOICE)
    description: str | None = field("What is charged.", Category.INVOICE)
    quantity: Decimal | None = field("How many or how much.", Category.INVOICE)
    unit_price: Money | None = field("Price of one.", Category.INVOICE)
    amount: Money | None = field("Price of the line, without tax.", Category.INVOICE)


@strawberry.type(description="Money that the customer paid.")
class Payment(Node):
    received_on: Date | None = field("Day it reached us.", Category.PAYMENT)
    amount: Money | None = field("How much.", Category.PAYMENT)
    method: PaymentMethod | None = field("How it was paid.", Category.PAYMENT)
    payer_reference: str | None = field(
        "The payer's account or card as the bank reports it. Staff see its last four characters.",
        Category.PAYER_REFERENCE,
    )
    customer: CustomerLink = field("Who paid.")


@strawberry.type(description="Money that we gave back or did not charge.")
class CreditNote(Node):
    number: str | None = field("The number printed on it.", Category.INVOICE)
    issued_on: Date | None = field("Day it was issued.", Category.INVOICE)
    amount: Money | None = field("How much.", Category.INVOICE)
    reason: str | None = field("Why.", Category.INVOICE)
    customer: CustomerLink = field("Whom it is for.")


@strawberry.type(description="A bill sent to the customer.")
class Invoice(Node):
    number: str | None = field("The number printed on it.", Category.INVOICE)
    state: InvoiceState | None = field("Where it stands between being written and being paid.", Category.INVOICE)
    issued_on: Date | None = field("Day it was issued.", Category.INVOICE)
    due_on: Date | None = field("Day it is to be paid by.", Category.INVOICE)
    total: Money | None = field("What is charged, with tax.", Category.INVOICE)
    tax: Money | None = field("The tax in it.", Category.INVOICE)
    open_amount: Money | None = field("What is still to be paid.", Category.INVOICE)
    days_overdue: int | None = field("Days since it fell due, 0 if it is not overdue or is paid.", Category.INVOICE)
    lines: list[InvoiceLine] | None = field("What is charged, position by position.", Category.INVOICE)
    payments: list[Payment] | None = field("What was paid on it, newest first.", Category.PAYMENT)
    credit_notes: list[CreditNote] | None = field("What was credited on it, newest first.", Category.INVOICE)
    customer: CustomerLink = field("Whom it was sent to.")


@strawberry.type(description="A reminder to pay.")
class DunningNotice:
    level: int | None = field("1 is the first reminder.", Category.DUNNING)
    sent_on: Date | None = field("Day it was sent.", Category.DUNNING)
    fee: Money | None = field("What the reminder costs them.", Category.DUNNING)
    stopped_until: Date | None = field("No further reminder before this day.", Category.DUNNING)


@strawberry.type(description="When the customer has to pay, and what paying early saves.")
class CreditTerms:
    net_days: int | None = field("Days from the invoice to its due day.", Category.CREDIT_TERMS)
    discount_percent: Decimal | None = field("Discount for paying early, in percent.", Category.CREDIT_TERMS)
    discount_days: int | None = field("Days within which the discount is given.", Category.CREDIT_TERMS)


@strawberry.type(description="How creditworthy an agency holds the customer.")
class CreditRating:
    agency: str | None = field("Who rated.", Category.CREDIT_SCORE)
    grade: str | None = field("The agency's grade.", Category.CREDIT_SCORE)
    score: int | None = field("The agency's score, on its own scale.", Category.CREDIT_SCORE)
    valid_until: Date | None = field("Day it is to be renewed by.", Category.CREDIT_SCORE)


@strawberry.type(description="What the customer may owe us. The credit department decides it.")
class Credit:
    terms: CreditTerms | None = field("When they have to pay.", Category.CREDIT_TERMS)
    limit: Money | None = field("The most they may owe; null if there is no limit.", Category.CREDIT_LIMIT)
    exposure: Money | None = field("What they owe and have ordered.", Category.CREDIT_LIMIT)
    available: Money | None = field("What is left of the limit; null if there is no limit.", Category.CREDIT_LIMIT)
    rating: CreditRating | None = field("How creditworthy an agency holds them.", Category.CREDIT_SCORE)
    decision_basis: DecisionBasis | None = field("Whether a person or a machine decided.", Category.CREDIT_LIMIT)
    decided_on: Date | None = field("Day it was decided.", Category.CREDIT_LIMIT)


@strawberry.type(description="What finance knows of a customer.")
class Finance(CustomerSection):
    accounts: list[Account] | None = field("Accounts, oldest first.", Category.ACCOUNT)
    balance: Money | None = field(
        "What they owe over all accounts in the currency that they are billed in; negative if we owe them.",
        Category.BALANCE,
    )
    balances: list[Money] | None = field(
        "What they owe over all accounts, a sum for each currency, by its code.", Category.BALANCE
    )
    overdue: Money | None = field("What of `balance` is past its due day.", Category.BALANCE)
    ageing: Ageing | None = field("What is open, by how long it has been due.", Category.BALANCE)
    dunning_notices: list[DunningNotice] | None = field("Reminders to pay, newest first.", Category.DUNNING)
    credit: Credit | None = field("What they may owe us, and on which terms.", Category.CREDIT_TERMS)

    @field("Invoices, newest first.", Category.INVOICE)
    def invoices(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
        states: Annotated[
            list[InvoiceState] | None, argument("Only in one of these states.", governs="Invoice.state")
        ] = strawberry.UNSET,
    ) -> Connection[Invoice] | None: ...

    @field("Payments, newest first.", Category.PAYMENT)
    def payments(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[Payment] | None: ...

    @field("Credit notes, newest first.", Category.INVOICE)
    def credit_notes(
        self,
        first: First = strawberry.UNSET,
        after: After = strawberry.UNSET,
        last: Last = strawberry.UNSET,
        before: Before = strawberry.UNSET,
    ) -> Connection[CreditNote] | None: ...


@strawberry.type(description="What finance knows of a customer.")
class CustomerFields:
    finance: Finance | None = field("Finance: balance, invoices, payments, credit.")


@strawberry.type(description="Every way into the graph.")
class QueryFields:
    @root_field("One invoice by the number printed on it.", Category.INVOICE)
    def invoice(
        self,
        number: Annotated[str, argument("The invoice's number.", governs="Invoice.number", operator="equals")],
    ) -> Invoice | None: ...
