"""The categories of data: keys of Fideslang, and keys of our own below them where it has none."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self

from auth.departments import Department


class Category(StrEnum):
    """What kind of data a field holds. Every field of the schema has exactly one.

    STRUCTURE and the catalogue are not personal; everything else is, and is withheld where no rule allows it.
    `department` is whose scope opens it: core's, for what all departments share. It says nothing about where data is
    served: an order's number in a root field of sales is opened by the scope of its category.
    """

    _value_: str
    department: Department

    def __new__(cls, value: str, department: Department = Department.CORE) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.department = department
        return member

    STRUCTURE = "structure"
    CATALOGUE = "catalogue"

    UNIQUE_ID = "user.unique_id"
    NAME = "user.name"
    BIRTH_DATE = "user.demographic.date_of_birth"
    BIRTH_YEAR = "user.demographic.birth_year"
    LANGUAGE = "user.demographic.language"
    EMAIL = "user.contact.email"
    EMAIL_DOMAIN = "user.contact.email_domain"
    PHONE = "user.contact.phone_number"
    ADDRESS = "user.contact.address"
    REGION = "user.contact.address.region"
    IDENTIFIER = "user.government_id"
    ORGANIZATION = "user.organization"
    LIFECYCLE = "user.lifecycle"
    PREFERENCE = "user.privacy_preferences.channel"
    PRIVACY = "user.privacy_preferences"

    ACCOUNT = "user.financial.account", Department.FINANCE
    BALANCE = "user.financial.balance", Department.FINANCE
    INVOICE = "user.financial.invoice", Department.FINANCE
    PAYMENT = "user.financial.payment", Department.FINANCE
    PAYER_REFERENCE = "user.financial.bank_account", Department.FINANCE
    DUNNING = "user.financial.dunning", Department.FINANCE
    CREDIT_TERMS = "user.financial.credit_terms", Department.FINANCE
    CREDIT_LIMIT = "user.financial.credit_limit", Department.FINANCE
    CREDIT_SCORE = "user.financial.credit_score", Department.FINANCE

    ORDER = "user.purchase.order", Department.SALES
    OPPORTUNITY = "user.purchase.opportunity", Department.SALES
    QUOTE = "user.purchase.quote", Department.SALES
    OWNED_PRODUCT = "user.purchase.owned_product", Department.SALES
    RECOMMENDATION = "derived.recommendation", Department.SALES

    TICKET = "user.service.ticket", Department.SERVICE
    MESSAGE = "user.service.message", Department.SERVICE
    CALL = "user.service.call", Department.SERVICE
    RECORDING = "user.service.recording", Department.SERVICE
    FEEDBACK = "user.service.feedback", Department.SERVICE

    TOUCHPOINT = "user.behavior.touchpoint", Department.MARKETING
    SEGMENT = "derived.segment", Department.MARKETING
    INTEREST = "user.behavior.interest", Department.MARKETING
    SCORE = "derived.score", Department.MARKETING
    LOYALTY = "user.loyalty", Department.MARKETING

    @property
    def is_personal(self) -> bool:
        return self not in (Category.STRUCTURE, Category.CATALOGUE)


# The sources of derived data. A viewer who may not see the sources may not see the result, unless a rule releases it.
INPUTS: Mapping[Category, tuple[Category, ...]] = {
    Category.BALANCE: (Category.INVOICE, Category.PAYMENT),
    Category.RECOMMENDATION: (Category.ORDER,),
    Category.SEGMENT: (Category.ORDER, Category.TOUCHPOINT),
    Category.SCORE: (Category.ORDER,),
}
