"""A small graph behind the endpoint under test, made with graphql-core alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import orjson
from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    build_schema,
    execute,
    get_operation_ast,
    parse,
    validate,
)

from resolvers.answering.requests import Answer, Outcome, Request
from resolvers.codes import Code
from server.backend import Backend, Opener

SCHEMA: GraphQLSchema = build_schema("""
    type Query {
        hello: String
        echo(text: String, deep: Deep): String
        broken: String
        subject: String
        purpose: String
    }
    type Mutation { touch: String }
    input Deep { deep: Deep, list: [Deep] }
""")


class FakeGraph:
    """Answers as the real graph does and keeps the requests."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.fault: BaseException | None = None
        self.outcome: tuple[Outcome, Code] | None = None

    async def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        await asyncio.sleep(0)
        if self.fault is not None:
            raise self.fault
        if self.outcome is not None:
            outcome, code = self.outcome
            return _refused(code, "as set", outcome)
        return _answer(request)


async def all_up() -> Mapping[str, bool]:
    return {"core": True, "finance": True}


def opener(graph: FakeGraph, check: Callable[[], Awaitable[Mapping[str, bool]]] = all_up) -> Opener:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Backend]:
        yield Backend(graph, check)

    return opened


def _answer(request: Request) -> Answer:
    try:
        document = parse(request.document)
    except GraphQLError as error:
        return _refused(Code.GRAPHQL_PARSE_FAILED, error.message)
    if errors := validate(SCHEMA, document):
        return _refused(Code.GRAPHQL_VALIDATION_FAILED, errors[0].message)
    operation = get_operation_ast(document, request.operation_name)
    if operation is None:
        return _refused(Code.OPERATION_RESOLUTION_FAILURE, "no such operation")
    if request.read_only and operation.operation is not OperationType.QUERY:
        return _refused(Code.METHOD_NOT_ALLOWED, "only queries")
    result = execute(
        SCHEMA,
        document,
        root_value=_root(request),
        variable_values=dict(request.variables or {}),
        operation_name=request.operation_name,
    )
    assert isinstance(result, ExecutionResult)
    if result.data is None and result.errors:
        return _refused(Code.BAD_USER_INPUT, result.errors[0].message)
    outcome = Outcome.PARTIAL if result.errors else Outcome.OK
    return Answer(orjson.dumps(result.formatted), outcome, Code.DEPARTMENT_UNAVAILABLE if result.errors else None)


def _root(request: Request) -> dict[str, object]:
    def broken(info: object) -> str:
        raise ValueError("broken")

    return {
        "hello": "world",
        "echo": lambda info, text=None, deep=None: text,
        "broken": broken,
        "subject": request.viewer.subject,
        "purpose": request.viewer.purpose,
        "touch": "touched",
    }


def _refused(code: Code, message: str, outcome: Outcome = Outcome.REFUSED) -> Answer:
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
    return Answer(body, outcome, code)
