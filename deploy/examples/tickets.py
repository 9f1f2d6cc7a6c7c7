"""An example of a ticket system, as others have one: a REST API over files, asked with a secret.

`python -m deploy.examples.tickets FOLDER` serves it. It stands for a system that is not ours, and so knows nothing of
Customer360; both know the customers by the same ids.
"""

import os
import re
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

RESOURCES = ("tickets", "messages", "calls", "feedback")
MOST_ROWS = 500
SECRET = "TICKETS_SECRET"  # noqa: S105 - the name of a variable
ACCOUNT = re.compile(r"[a-z0-9_]+")

Row = Mapping[str, Any]


@dataclass
class Files:
    """The rows of each account, a folder of the account's name with a file for each resource."""

    folder: Path
    _rows: dict[tuple[str, str], Sequence[Row]] = field(default_factory=dict)

    def rows(self, account: str, resource: str) -> Sequence[Row]:
        """In the order of their ids. Raises LookupError."""
        if not ACCOUNT.fullmatch(account) or resource not in RESOURCES or not (self.folder / account).is_dir():
            raise LookupError
        if (account, resource) not in self._rows:
            read = orjson.loads((self.folder / account / f"{resource}.json").read_bytes())
            self._rows[account, resource] = sorted(read, key=lambda row: str(row["id"]))
        return self._rows[account, resource]


def application(files: Files, secret: str) -> Starlette:
    """`GET /ACCOUNT/tickets?customer_id=A&customer_id=B&fields=id,number&limit=100&after=ID`."""

    async def listed(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not compare_digest(given.encode(), f"Bearer {secret}".encode()):
            return Response(status_code=401)
        try:
            rows = files.rows(request.path_params["account"], request.path_params["resource"])
            return _json(_page(_matching(rows, request), request))
        except LookupError:
            return Response(status_code=404)

    return Starlette(routes=[Route("/{account}/{resource}", listed)])


def _matching(rows: Sequence[Row], request: Request) -> Sequence[Row]:
    wanted = {name: set(request.query_params.getlist(name)) for name in ("customer_id", "number")}
    by = {name: values for name, values in wanted.items() if values}
    after = request.query_params.get("after", "")
    return [row for row in rows if row["id"] > after and all(row[name] in values for name, values in by.items())]


def _page(rows: Sequence[Row], request: Request) -> Row:
    fields = request.query_params.get("fields")
    limit = min(MOST_ROWS, int(request.query_params.get("limit", MOST_ROWS)))
    names = fields.split(",") if fields else None
    items = [row if names is None else {name: row[name] for name in names} for row in rows[:limit]]
    return {"items": items, "next": rows[limit - 1]["id"] if len(rows) > limit else None}


def _json(content: Row) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")


def main() -> None:
    parser = ArgumentParser(prog="tickets")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=8370)
    given = parser.parse_args()
    uvicorn.run(application(Files(given.folder), os.environ[SECRET]), port=given.port, access_log=False)


if __name__ == "__main__":
    main()
