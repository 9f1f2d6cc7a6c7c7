"""Typed access to the tables of the policy file. Errors name file and line."""

from collections.abc import Mapping
from typing import Any

from auth.policy.categories import Category
from auth.policy.rules import PolicyError


class PolicyText:
    """Reads values of tables, and finds the lines of the file that errors name."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._lines = text.splitlines()

    def name_of(self, table: Any, kind: str) -> str:
        if not isinstance(table, Mapping):
            raise self.error(kind, f"a {kind} is a table: [[{kind}]]")
        return self.text(table, "name", f"a {kind}")

    def categories(self, table: Mapping[str, Any], owner: str) -> frozenset[Category]:
        data = table.get("data")
        if data == "*" or (isinstance(data, list) and "*" in data):
            raise self.error(owner, "name each category: personal data is never allowed by a wildcard", near="*")
        categories = frozenset(Category(word) for word in self.words(table, "data", list(Category), owner))
        for each in categories:
            if not each.is_personal:
                raise self.error(owner, f"{each.value} is not personal and needs no rule", near=each.value)
        return categories

    def yes_or_no(self, table: Mapping[str, Any], key: str, owner: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.error(owner, f"`{key}` is true or false", near=key)
        return value

    def words(self, table: Mapping[str, Any], key: str, known: Any, owner: str) -> frozenset[str]:
        words = table.get(key)
        if not isinstance(words, list) or not words:
            raise self.error(owner, f"`{key}` must be a list with at least one word")
        return frozenset(self.word(word, known, owner) for word in words)

    def word(self, word: Any, known: Any, owner: str) -> str:
        if not isinstance(word, str) or word not in list(known):
            raise self.error(owner, f"{word!r} is not one of {', '.join(sorted(known))}", near=str(word))
        return word

    def text(self, table: Mapping[str, Any], key: str, owner: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(owner, f"`{key}` is missing: it must be a text that says something")
        return value

    def only_keys(self, table: object, known: set[str], owner: str) -> None:
        if not isinstance(table, Mapping):
            raise self.error(owner, "a table of its own is expected here")
        for key in table:
            if key not in known:
                raise self.error(owner, f"unknown key `{key}`; known are {', '.join(sorted(known))}", near=key)

    def error(self, owner: str, message: str, near: str | None = None) -> PolicyError:
        return PolicyError(f"{self._file}:{self._line(owner, near)}: {owner}: {message}")

    def _line(self, owner: str, near: str | None) -> int:
        """The first line with the offending word at or after the owner's name: the parser gives no line numbers."""
        start = next((n for n, line in enumerate(self._lines) if owner in line), 0)
        if near is None:
            return start + 1
        return next((n for n in range(start, len(self._lines)) if near in self._lines[n]), start) + 1
