"""All departments together: every GraphQL type that data stands behind, by its name."""

from collections.abc import Mapping

from datasources.core import shapes as core
from datasources.finance import shapes as finance
from datasources.marketing import shapes as marketing
from datasources.sales import shapes as sales
from datasources.service import shapes as service
from datasources.shapes import Shape

SHAPES: Mapping[str, Shape] = {
    shape.type: shape for department in (core, finance, sales, service, marketing) for shape in department.SHAPES
}
