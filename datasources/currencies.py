"""Currencies of ISO 4217, with the number of decimals of their minor unit."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

TWO_DECIMALS = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
    CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
    MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
    SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW
    ZWG
"""
NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
FOUR_DECIMALS = "CLF UYW"

DECIMALS = {
    code: decimals
    for decimals, codes in ((0, NO_DECIMALS), (2, TWO_DECIMALS), (3, THREE_DECIMALS), (4, FOUR_DECIMALS))
    for code in codes.split()
}
UNITS = {code: Decimal(1).scaleb(-decimals) for code, decimals in DECIMALS.items()}


# What an amount may have beyond the minor unit before it is rounded: a price per unit, and a line of that price.
UNIT_PRICE_DECIMALS = 4


def is_currency(code: str) -> bool:
    return code in DECIMALS


def has_minor_units(amount: Decimal, currency: str, extra_decimals: int = 0) -> bool:
    """Return whether the amount has no more decimals than its currency, and `extra_decimals`. Final zeros are none."""
    _, digits, exponent = amount.as_tuple()
    significant = "".join(map(str, digits)).rstrip("0")
    zeros = len(digits) - len(significant)
    return not significant or -int(exponent) - zeros <= DECIMALS[currency] + extra_decimals


def example_amount(currency: str) -> str:
    """Return an amount as the currency writes it: 1234 JPY, 1234.56 EUR, 1234.567 KWD."""
    return f"{Decimal('1234.5678').quantize(UNITS[currency], rounding=ROUND_DOWN)} {currency}"


def decimals_sql(currency: str) -> str:
    """Return SQL for the number of decimals of a currency, which is an expression."""
    lists = ((0, NO_DECIMALS), (3, THREE_DECIMALS), (4, FOUR_DECIMALS))
    quoted = {decimals: ", ".join(f"'{code}'" for code in codes.split()) for decimals, codes in lists}
    cases = " ".join(f"WHEN {currency} IN ({codes}) THEN {decimals}" for decimals, codes in quoted.items())
    return f"CASE {cases} ELSE 2 END"


def minor_units_check(column: str, extra_decimals: int = 0) -> str:
    """Return SQL that is true if the column has no more decimals than the row's currency, and `extra_decimals`."""
    return f"{column} = round({column}, {decimals_sql('currency')} + {extra_decimals})"


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """Round to the currency's minor unit, halves away from zero."""
    return amount.quantize(UNITS[currency], rounding=ROUND_HALF_UP)
