"""Let no country be one that ISO 3166-1 does not have."""

from collections.abc import Sequence

from migrations.checks import add_check, drop_check

revision: str = "core_0018"
down_revision: str | None = "core_0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = ("core.customer", "core.contact_point")
ASSIGNED = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""


def upgrade() -> None:
    codes = ", ".join(f"'{code}'" for code in ASSIGNED.split())
    for table in TABLES:
        drop_check(table, "country_iso3166")
        add_check(table, "country_iso3166", f"country IN ({codes})")


def downgrade() -> None:
    for table in TABLES:
        drop_check(table, "country_iso3166")
        add_check(table, "country_iso3166", "country ~ '^[A-Z]{2}$'")
