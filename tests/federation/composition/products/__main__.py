"""The process: `python -m tests.federation.composition.products REFERENCE PORT`, with the kit's reference schema."""

import sys
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from graphql import GraphQLError, GraphQLSchema, build_ast_schema, graphql, is_object_type
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from resolvers.codes import Code
from resolvers.documents.representations import ANY
from resolvers.planning.entities import ENTITIES
from schema.federation.projection import project
from tests.federation.composition.products.sdl import Products, products
from tests.federation.composition.products.stock import BY_ID, OLD


def runnable(made: Products) -> GraphQLSchema:
    """Our projection of the plain types, answered from the stock."""
    # Ours are rows of customers; these are known by any word.
    ANY.coerce_input_value = dict
    schema = project(build_ast_schema(made.plain, assume_valid=True), made.part, made.sdl)
    query = schema.query_type
    assert is_object_type(query)
    query.fields["product"].resolve = lambda *_, id: BY_ID.get(("Product", id))  # noqa: A006 - the field's argument
    query.fields["deprecatedProduct"].resolve = lambda *_, sku, package: _deprecated(sku, package)
    query.fields[ENTITIES].resolve = lambda *_, representations: [_entity(each) for each in representations]
    return schema


def _entity(representation: dict[str, Any]) -> Any:
    """As in our subgraphs: an entity is asked for by its type and id, and nothing else."""
    match representation:
        case {"__typename": type_, "id": id_} if len(representation) == 2:
            return BY_ID.get((type_, id_))
    raise GraphQLError("It is not a type and an id.", extensions={"code": Code.BAD_REPRESENTATION})


def _deprecated(sku: str, package: str) -> Any:
    return OLD if (sku, package) == (OLD["sku"], OLD["package"]) else None


def application(schema: GraphQLSchema) -> Starlette:
    async def answer(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        result = await graphql(schema, asked["query"], variable_values=asked.get("variables"))
        return Response(orjson.dumps(result.formatted), media_type="application/json")

    return Starlette(routes=[Route("/", answer, methods=["POST"])])


if __name__ == "__main__":
    app = application(runnable(products(Path(sys.argv[1]))))
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
