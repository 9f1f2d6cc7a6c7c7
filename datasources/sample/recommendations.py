"""Product recommendations for a sample customer, with reasons."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from datasources.sales import tables
from datasources.sales.codes import RecommendationKind, RecommendationReasonKind
from datasources.sample.catalog import Catalog
from datasources.sample.profile import Profile
from datasources.sample.rows import Rows, new_id, noon
from datasources.sample.sales import Owned

MAX_PER_KIND = 3


def add_recommendations(
    rows: Rows, profile: Profile, goods: Catalog, owned: list[Owned], segments: list[str], rng: Random
) -> None:
    _add_cross_sells(rows, profile, goods, owned, rng)
    _add_repeats(rows, profile, owned, rng)
    if segments:
        _add_next_best(rows, profile, goods, owned, segments[0], rng)


def _add_cross_sells(rows: Rows, profile: Profile, goods: Catalog, owned: list[Owned], rng: Random) -> None:
    has = {each.product.sku for each in owned}
    offers = {sku: each.product for each in owned for sku in each.product.goes_with if sku not in has}
    for sku, bought in list(offers.items())[:MAX_PER_KIND]:
        confidence = Decimal(rng.randrange(20, 75)) / 100
        _add(
            rows,
            profile,
            rng,
            product_id=goods.products[sku].id,
            kind=RecommendationKind.CROSS_SELL,
            score=confidence,
            reason_kind=RecommendationReasonKind.BOUGHT_TOGETHER,
            antecedent_product_id=bought.id,
            support=Decimal(rng.randrange(5, 90)) / 1000,
            confidence=confidence,
            lift=Decimal(rng.randrange(110, 900)) / 100,
        )


def _add_repeats(rows: Rows, profile: Profile, owned: list[Owned], rng: Random) -> None:
    consumed = [each for each in owned if each.product.repeat_days is not None]
    for each in consumed[:MAX_PER_KIND]:
        _add(
            rows,
            profile,
            rng,
            product_id=each.product.id,
            kind=RecommendationKind.REPEAT,
            score=Decimal(rng.randrange(30, 98)) / 100,
            reason_kind=RecommendationReasonKind.REPURCHASE,
            interval_days=each.product.repeat_days,
            last_bought_on=each.last_bought_on,
        )


def _add_next_best(rows: Rows, profile: Profile, goods: Catalog, owned: list[Owned], segment: str, rng: Random) -> None:
    has = {each.product.sku for each in owned}
    product = rng.choice([each for sku, each in goods.products.items() if sku not in has])
    share = Decimal(rng.randrange(5, 40)) / 100
    _add(
        rows,
        profile,
        rng,
        product_id=product.id,
        kind=RecommendationKind.NEXT_BEST,
        score=share,
        reason_kind=RecommendationReasonKind.POPULAR_IN_SEGMENT,
        segment=segment,
        share=share,
    )


def _add(rows: Rows, profile: Profile, rng: Random, **values: object) -> None:
    computed_at = noon(profile.today) - timedelta(hours=9)
    facts = {"customer_id": profile.id, "id": new_id(rng), "model": "pairs/1", "computed_at": computed_at}
    rows.add(tables.recommendation, **facts, **values)
