"""The check names what a field fails to say of itself, and an SDL that is not the schema's."""

from pathlib import Path

import pytest
import strawberry
from sqlalchemy import Text, column, table
from sqlalchemy.dialects.postgresql import JSONB

from auth.departments import Department
from auth.policy.categories import Category
from datasources.shapes import Renamed, Shape
from schema import build
from schema.classification import DepartmentField

field = DepartmentField(Department.CORE)


@strawberry.type(description="A planted type.")
class Planted:
    sound: str | None = field("Sound.", Category.NAME)
    unclassified: str | None = strawberry.field(description="Nobody said what it holds.")
    undescribed: str | None = field("", Category.NAME)
    unnullable: str = field("Governed, and yet never null.", Category.NAME)


@strawberry.type(description="The roots.")
class Query:
    @field("The planted type.")
    def planted(self) -> Planted | None: ...


def test_each_planted_fault_is_named() -> None:
    found = list(build.undeclared(build.contract(strawberry.Schema(Query))))

    assert sorted(found) == [
        "Planted.unclassified has no category: declare it with a department's field(...)",
        "Planted.undescribed has no description",
        "Planted.unnullable holds personal data and must be nullable: a withheld value is null",
    ]


def test_a_field_that_no_shape_expresses_is_named() -> None:
    schema = strawberry.Schema(Query)._schema
    columns = table("planted", column("sound", Text()), column("undescribed", JSONB()), column("secret", Text()))
    shape = Shape("Planted", "core", columns, {"unclassified": Renamed("secret"), "unheard": Renamed("secret")})

    assert list(build.unexpressed(schema, {"Planted": shape})) == [
        "Planted.undescribed: a column of type JSONB is not shown as it is: give the field an expression in its shape",
        "Planted.unnullable: the shape of Planted declares no unnullable, and its table has no column unnullable",
        "Planted.unheard is declared by its shape and is no field",
    ]


def test_a_stale_sdl_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stale = tmp_path / "customer360.graphql"
    stale.write_text(build.print_sdl().replace("Opaque and stable.", "Opaque."))
    monkeypatch.setattr(build, "SDL_FILE", stale)

    assert [problem for problem in build.check() if "stale" in problem] != []


def test_the_schema_is_sound() -> None:
    assert build.check() == []
