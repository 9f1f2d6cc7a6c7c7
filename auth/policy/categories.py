"""The categories of data: keys of Fideslang, and keys of our own below them where it has none."""

from collections.abc import Mapping
from enum import StrEnum


class Category(StrEnum):
    """What kind of data a field holds. Every field of the schema has exactly one.

    STRUCTURE and the catalogue are not personal; everything else is, and is withheld where no rule allows it.
    """

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

    ACCOUNT = "user.financial.account"
    BALANCE = "user.financial.balance"
    INVOICE = "user.financial.invoice"
    PAYMENT = "user.financial.payment"
    PAYER_REFERENCE = "user.financial.bank_account"
    DUNNING = "user.financial.dunning"
    CREDIT_TERMS = "user.financial.credit_terms"
    CREDIT_LIMIT = "user.financial.credit_limit"
    CREDIT_SCORE = "user.financial.credit_score"

    ORDER = "user.purchase.order"
    OPPORTUNITY = "user.purchase.opportunity"
    QUOTE = "user.purchase.quote"
    OWNED_PRODUCT = "user.purchase.owned_product"
    RECOMMENDATION = "derived.recommendation"

    TICKET = "user.service.ticket"
    MESSAGE = "user.service.message"
    CALL = "user.service.call"
    RECORDING = "user.service.recording"
    FEEDBACK = "user.service.feedback"

    TOUCHPOINT = "user.behavior.touchpoint"
    SEGMENT = "derived.segment"
    INTEREST = "user.behavior.interest"
    SCORE = "derived.score"
    LOYALTY = "user.loyalty"

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
