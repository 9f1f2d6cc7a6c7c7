"""The policy's matrix as one HTML page, without scripts and without requests to other hosts."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

from server.commands.matrices import Cell, matrix_columns, matrix_rows, sign

PAGE = Path(__file__).with_name("matrix.html")


def matrix_page(cells: Sequence[Cell], use: str, version: str) -> str:
    """A page with a column per role and purpose, a row per category, and each cell's rule as its tooltip."""
    columns = matrix_columns(cells)
    return Template(PAGE.read_text()).substitute(
        use=escape(use),
        version=escape(version),
        roles="".join(
            _role(role, [each for each, _ in columns].count(role)) for role in dict.fromkeys(r for r, _ in columns)
        ),
        purposes="".join(f'<th scope="col">{_words(purpose)}</th>' for _, purpose in columns),
        rows="\n".join(_row(category, row) for category, row in matrix_rows(cells)),
    )


def _role(role: str, columns: int) -> str:
    return f'<th scope="colgroup" colspan="{columns}">{_words(role)}</th>'


def _row(category: str, cells: Sequence[Cell]) -> str:
    return f'<tr><th scope="row">{escape(category)}</th>{"".join(map(_cell, cells))}</tr>'


def _cell(cell: Cell) -> str:
    where = f"{cell['role']} / {cell['purpose']}, {cell['category']}: {cell['effect']}"
    details = [f"{name.replace('_', '-')}: {cell[name]}" for name in ("mask", "when", "step_up", "rule") if cell[name]]
    title = escape("\n".join([where, *details]))
    return f'<td class="{_kind(cell)}" title="{title}">{escape(sign(cell))}</td>'


def _kind(cell: Cell) -> str:
    """The class that colours the cell."""
    if cell["effect"] == "allow":
        return "when" if cell["when"] else "allow"
    return cell["effect"]


def _words(name: str) -> str:
    """A name that may break between its words."""
    return escape(name).replace("_", "_<wbr>")
