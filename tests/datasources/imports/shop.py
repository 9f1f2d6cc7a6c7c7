"""A shop's file of order lines with its mapping, and what importing it gives."""

import csv
from pathlib import Path
from typing import Any

import asyncpg

from datasources.imports import run
from datasources.imports.mapping_file import load_mapping
from datasources.imports.run import Summary, import_file

HEADER = "customer,order,day,product,quantity,price,currency,phone,email,country"
MAPPING = """
source = "till"
duplicates = "add"
[file]
[columns]
customer = { type = "text", missing = "missing customer" }
order = { type = "text" }
day = { type = "timestamp", format = "%Y-%m-%d" }
product = { type = "text" }
quantity = { type = "decimal", min = "0.001" }
price = { type = "price" }
currency = { type = "currency" }
phone = { type = "phone", required = false }
email = { type = "email", required = false }
country = { type = "country", required = false }
[derived]
amount = { product = ["quantity", "price"] }
[[target]]
table = "core.customer"
key = ["customer"]
[target.set]
number = { text = "TILL-{customer}" }
status = { constant = "ACTIVE" }
kind = { constant = "INDIVIDUAL" }
display_name = { text = "Customer {customer}" }
country = { column = "country" }
since = { column = "day", take = "min" }
[[target]]
table = "sales.product"
key = ["product"]
[target.set]
sku = { column = "product" }
name = { column = "product" }
[[target]]
table = "sales.sales_order"
key = ["order"]
same = ["customer", "currency"]
[target.set]
customer_id = { id_of = "core.customer" }
number = { column = "order" }
state = { constant = "COMPLETED" }
channel = { constant = "IN_PERSON" }
placed_at = { column = "day", take = "min" }
currency = { column = "currency" }
total = { column = "amount", take = "sum" }
[[target]]
table = "sales.order_line"
key = ["*"]
[target.set]
customer_id = { id_of = "core.customer" }
order_id = { id_of = "sales.sales_order" }
position = { position_in = "sales.sales_order" }
product_id = { id_of = "sales.product" }
quantity = { column = "quantity", take = "sum" }
unit_price = { column = "price" }
amount = { column = "amount", take = "sum" }
currency = { column = "currency" }
"""


class Shop:
    """A folder with a mapping and a file, and what importing them gives."""

    def __init__(
        self, folder: Path, addresses: dict[str, str], mapping: str = MAPPING, phone_region: str | None = None
    ) -> None:
        self.phone_region = phone_region
        self.file, self.rejects, self.addresses = folder / "till.csv", folder / "rejects.csv", addresses
        self.mapping = folder / "till.toml"
        self.mapping.write_text(mapping)

    async def load(self, *lines: str, header: str = HEADER, progress: run.Progress | None = None) -> Summary:
        text = "\n".join((header, *lines, ""))
        self.file.write_bytes(text.encode("utf-8", "surrogateescape"))
        mapping = load_mapping(self.mapping, self.phone_region)
        summary = await import_file(self.addresses, self.file, mapping, self.rejects, progress)
        assert summary.read == summary.accepted + summary.rejected + summary.merged
        return summary

    def refused(self) -> list[list[str]]:
        with self.rejects.open(newline="", errors="surrogateescape") as file:
            return list(csv.reader(file))[1:]

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        department = next(name for name in self.addresses if f"{name}." in query)
        connection = await asyncpg.connect(self.addresses[department])
        found = [tuple(row) for row in await connection.fetch(query)]
        await connection.close()
        return found
