"""Customers as roots: one of them, or a page."""

from dataclasses import replace
from typing import ClassVar

from datasources.compiler.sql.answers import CustomerAnswer, EntryCompiler, PageAnswer
from datasources.compiler.sql.lists import ListCompiler
from datasources.compiler.sql.pages import MakeRows
from datasources.compiler.sql.subjects import customers_page, lookup_test, one_customer
from datasources.core.shapes import CUSTOMER as CUSTOMER_SHAPE
from datasources.engine.running.statement import MAX_REQUESTS_PER_PAGE_RUN
from datasources.entries import Customers, OneCustomer
from datasources.ids import CUSTOMER
from datasources.json_text import join


class OneCustomerCompiler(EntryCompiler[OneCustomer]):
    def core(self, make_rows: MakeRows) -> CustomerAnswer:
        find = self.entry.find
        # A phone number, say, may be several customers': a second row says so.
        most = 2 if find.by in CUSTOMER_SHAPE.lookups else 1
        test = lookup_test(self.compiler.binds, find)
        found = one_customer(make_rows, self.entry.exists, test, find.effect, most)
        parts = self.compiler.object(self.compiler.shapes[CUSTOMER], self.field.fields, found.row)
        return CustomerAnswer(found, join(parts))


class CustomersCompiler(EntryCompiler[Customers]):
    max_requests_per_run: ClassVar[int] = MAX_REQUESTS_PER_PAGE_RUN

    def core(self, make_rows: MakeRows) -> PageAnswer:
        lists = ListCompiler(self.compiler)
        query = lists.query(make_rows, self.field)
        found = customers_page(query, self.entry.exists, has_sections=bool(self.compiler.sections))
        read = replace(query, rows=replace(query.rows, row=found.row))
        view = lists.view(read, lists.answers(self.field, read.rows), found.subject.ordinal)
        return PageAnswer(found, join(read.checked(view.members(self.field))), view)
