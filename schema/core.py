"""Core's part of the graph: who a customer is, how to reach them, and what they allow."""

import strawberry

from auth.departments import Department
from auth.policy.categories import Category
from datasources.core.codes import (
    Channel,
    ConsentStatus,
    CustomerStatus,
    LegalBasis,
    PartyKind,
    PrivacyState,
    PrivacyTopic,
)
from schema.classification import DepartmentField
from schema.scalars import CountryCode, Date, DateTime, EmailAddress, LanguageTag, PhoneNumber
from schema.structure import CustomerSection, Node

field = DepartmentField(Department.CORE)

strawberry.enum(Department, description="A department of the company.")
strawberry.enum(CustomerStatus, description="Where a customer stands in their time with us.")
strawberry.enum(PartyKind, description="Whether a customer is a person or a firm.")
strawberry.enum(Channel, description="A way of being in touch.")
strawberry.enum(PrivacyTopic, description="What a consent, objection or restriction is about.")
strawberry.enum(PrivacyState, description="What a statement in the privacy ledger says.")
strawberry.enum(ConsentStatus, description="Whether a consent counts today. Only CONSENT_GIVEN permits processing.")
strawberry.enum(LegalBasis, description="The legal basis of processing: GDPR Article 6(1), points (a) to (f).")


@strawberry.interface(description="Who the customer is: a person or a firm.")
class Party:
    display_name: str | None = field("The name to greet or address them by.", Category.NAME)


@strawberry.type(description="A customer who is a person.")
class Individual(Party):
    given_name: str | None = field("Given name.", Category.NAME)
    family_name: str | None = field("Family name.", Category.NAME)
    birth_date: Date | None = field("Day of birth.", Category.BIRTH_DATE)
    birth_year: int | None = field("Year of birth: enough to tell an age group.", Category.BIRTH_YEAR)


@strawberry.type(description="Somebody to talk to at a firm.")
class ContactPerson:
    name: str | None = field("Full name.", Category.NAME)
    role: str | None = field("What they do at the firm.", Category.ORGANIZATION)
    email: EmailAddress | None = field("Their address at work.", Category.EMAIL)
    phone: PhoneNumber | None = field("Their number at work, E.164.", Category.PHONE)


@strawberry.type(description="A customer that is a firm, an authority or an association.")
class Organization(Party):
    legal_name: str | None = field("The name it is registered under.", Category.ORGANIZATION)
    registration_number: str | None = field("Number in its country's register of firms.", Category.ORGANIZATION)
    vat_number: str | None = field("VAT number, with its country's letters.", Category.ORGANIZATION)
    parent_id: strawberry.ID | None = field(
        "Id of the customer that owns it, to be asked for by `customer(by: {id:})`.", Category.ORGANIZATION
    )
    contacts: list[ContactPerson] | None = field("Whom to talk to there, by name.", Category.ORGANIZATION)


@strawberry.interface(description="A way to reach the customer.")
class ContactPoint:
    is_primary: bool | None = field("Whether it is the main one of its kind.", Category.PREFERENCE)
    verified_at: DateTime | None = field("When it was last proved to work.", Category.PREFERENCE)
    valid_from: Date | None = field("First day it is to be used; null if always.", Category.PREFERENCE)
    valid_to: Date | None = field("Day it is no longer to be used; null if open.", Category.PREFERENCE)


@strawberry.type(description="An e-mail address of the customer.")
class EmailContactPoint(ContactPoint):
    address: EmailAddress | None = field("The whole address.", Category.EMAIL)
    domain: str | None = field("Only what stands after the @.", Category.EMAIL_DOMAIN)


@strawberry.type(description="A phone number of the customer.")
class PhoneContactPoint(ContactPoint):
    number: PhoneNumber | None = field("E.164.", Category.PHONE)


@strawberry.type(description="A postal address of the customer.")
class PostalContactPoint(ContactPoint):
    street: str | None = field("Street and house number.", Category.ADDRESS)
    postcode: str | None = field("Postcode, as its country writes it.", Category.ADDRESS)
    city: str | None = field("Town or city.", Category.REGION)
    region: str | None = field("State, province or county.", Category.REGION)
    country: CountryCode | None = field("ISO 3166-1 alpha-2.", Category.REGION)


@strawberry.type(description="What another system or authority knows the customer by.")
class Identifier:
    system: str | None = field("The system or authority.", Category.STRUCTURE)
    type: str | None = field("The kind of number there.", Category.STRUCTURE)
    value: str | None = field("The number itself.", Category.IDENTIFIER)
    is_verified: bool | None = field("Whether somebody checked that it is theirs.", Category.STRUCTURE)
    first_seen_at: DateTime | None = field("When we first heard of it.", Category.STRUCTURE)


@strawberry.type(description="A channel that the customer asked to be reached on, whichever department they told.")
class ChannelPreference:
    channel: Channel | None = field("The channel.", Category.PREFERENCE)
    rank: int | None = field("1 is what they like best of those named at one time.", Category.PREFERENCE)
    set_via: Department | None = field("The department they told.", Category.PREFERENCE)
    set_at: DateTime | None = field("When they said so. The newest statement wins.", Category.PREFERENCE)
    note: str | None = field("What they added in their own words.", Category.PREFERENCE)


@strawberry.type(description="One statement in a consent's history.")
class ConsentEvent:
    state: PrivacyState | None = field("What was stated.", Category.PRIVACY)
    stated_at: DateTime | None = field("When the customer stated it.", Category.PRIVACY)
    recorded_at: DateTime | None = field("When it was written down.", Category.PRIVACY)
    expires_at: DateTime | None = field("Until when it counts; null if until further notice.", Category.PRIVACY)
    recorded_via: Department | None = field("The department that recorded it.", Category.PRIVACY)


@strawberry.type(description="What the customer allows or refuses on one topic, as it counts today.")
class Consent:
    topic: PrivacyTopic | None = field("What it is about.", Category.PRIVACY)
    status: ConsentStatus | None = field("Whether it counts today.", Category.PRIVACY)
    legal_basis: LegalBasis | None = field("The legal basis it was asked under.", Category.PRIVACY)
    stated_at: DateTime | None = field("When the customer last stated it.", Category.PRIVACY)
    expires_at: DateTime | None = field("Until when it counts; null if until further notice.", Category.PRIVACY)
    recorded_via: Department | None = field("The department that recorded it.", Category.PRIVACY)
    text_version: str | None = field("Which version of the consent text they were shown.", Category.PRIVACY)
    history: list[ConsentEvent] | None = field("All statements on this topic, newest first.", Category.PRIVACY)


@strawberry.type(description="An objection of the customer to a kind of processing (GDPR Art. 21).")
class Objection:
    topic: PrivacyTopic | None = field("What they object to.", Category.PRIVACY)
    is_active: bool | None = field("Whether it still stands.", Category.PRIVACY)
    stated_at: DateTime | None = field("When they last stated it.", Category.PRIVACY)
    recorded_via: Department | None = field("The department that recorded it.", Category.PRIVACY)


@strawberry.type(description="What the customer allows, refuses and is owed under the GDPR.")
class Privacy(CustomerSection):
    is_restricted: bool | None = field("Whether processing is restricted (GDPR Art. 18).", Category.PRIVACY)
    is_minor: bool | None = field("Whether they are under 18 today.", Category.PRIVACY)
    consents: list[Consent] | None = field("Consents, one a topic, as they count today.", Category.PRIVACY)
    objections: list[Objection] | None = field("Objections, one a topic.", Category.PRIVACY)


@strawberry.type(description="What core knows of a customer.")
class CustomerFields(Node):
    number: str | None = field("The customer number that people use.", Category.UNIQUE_ID)
    display_name: str | None = field("The name to greet or address them by.", Category.NAME)
    status: CustomerStatus | None = field("Where they stand in their time with us.", Category.LIFECYCLE)
    kind: PartyKind | None = field("Whether they are a person or a firm.", Category.LIFECYCLE)
    since: Date | None = field("Customer since this day.", Category.LIFECYCLE)
    language: LanguageTag | None = field("The language they want to be spoken to in, BCP 47.", Category.LANGUAGE)
    country: CountryCode | None = field("The country they live or are based in, ISO 3166-1.", Category.REGION)
    preferred_channel: Channel | None = field(
        "How they want to be reached: the newest thing they said, to whichever department.",
        Category.PREFERENCE,
    )
    party: Party | None = field("Who they are: a person or a firm.", Category.LIFECYCLE)
    email_addresses: list[EmailContactPoint] | None = field(
        "E-mail addresses, the main one first.", Category.EMAIL_DOMAIN
    )
    phone_numbers: list[PhoneContactPoint] | None = field("Phone numbers, the main one first.", Category.PHONE)
    postal_addresses: list[PostalContactPoint] | None = field("Postal addresses, the main one first.", Category.REGION)
    identifiers: list[Identifier] | None = field(
        "What others know them by, ordered by system and type.", Category.IDENTIFIER
    )
    channel_preferences: list[ChannelPreference] | None = field(
        "Every channel they asked for, newest first.", Category.PREFERENCE
    )
    privacy: Privacy | None = field("What they allow, refuse and are owed.", Category.PRIVACY)
