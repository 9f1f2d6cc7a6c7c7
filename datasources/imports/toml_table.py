"""Read a TOML table key by key. A missing, mistyped or unknown key is an error that names file, key and line."""

import re
from collections.abc import Collection, Iterator
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

_REQUIRED: Any = object()


class MappingError(ValueError):
    """Raised for an invalid mapping; the message has the place and the reason."""

    def __init__(self, path: Path, key: str, reason: str, line: int | None = None) -> None:
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {key}: {reason}" if key else f"{place}: {reason}")
        self.path, self.key, self.line = path, key, line


class TomlTable:
    def __init__(self, path: Path, source: str, key: str, facts: dict[str, Any]) -> None:
        self.path, self.source, self.key = path, source, key
        self.name = key.rpartition(".")[2]
        self._facts = dict(facts)

    def text(self, key: str, default: Any = _REQUIRED) -> str:
        return str(self._take(key, str, "a text", default))

    def flag(self, key: str, *, default: bool) -> bool:
        return bool(self._take(key, bool, "true or false", default))

    def number(self, key: str) -> Decimal | None:
        number = self._take(key, (int, float, str), "a number", None)
        return None if number is None else Decimal(str(number))

    def anything(self, key: str) -> Any:
        return self._facts.pop(key, None)

    def choice(self, key: str, choices: tuple[str, ...], default: Any = _REQUIRED) -> Any:
        chosen = self._take(key, str, "a text", default)
        if chosen is not None and chosen not in choices:
            raise self.wrong(key, f"{chosen!r} is none of {', '.join(choices)}")
        return chosen

    def names(self, key: str, known: Collection[str], default: Any = _REQUIRED) -> tuple[str, ...]:
        names = tuple(self._take(key, (list, tuple), "a list of columns", default))
        for name in names:
            if name not in known:
                raise self.wrong(key, f"there is no column {name!r}")
        return names

    def words(self, key: str, default: Any = _REQUIRED) -> dict[str, str]:
        words = self._take(key, dict, "a table of words", default)
        return {str(word): str(meaning) for word, meaning in words.items()}

    def template(self, key: str, known: Collection[str]) -> str | None:
        template = self._take(key, str, "a text", None)
        for _, name, _, _ in Formatter().parse(template or ""):
            if name is not None and name not in known:
                raise self.wrong(key, f"there is no column {name!r}")
        return None if template is None else str(template)

    def child(self, key: str) -> "TomlTable":
        return self._child(key, self._take(key, dict, "a table", {}))

    def children(self, key: str, *, required: bool = True) -> Iterator[tuple[str, "TomlTable"]]:
        tables = self._take(key, dict, "a table", _REQUIRED if required else {})
        for name, facts in tables.items():
            if not isinstance(facts, dict):
                raise self.wrong(f"{key}.{name}", "must be a table")
            yield name, self._child(f"{key}.{name}", facts)

    def list(self, key: str) -> Iterator["TomlTable"]:
        for place, facts in enumerate(self._take(key, list, "a list of tables", _REQUIRED), 1):
            yield self._child(f"{key}[{place}]", facts)

    def close(self) -> None:
        """Raise MappingError if a key was not read: it is unknown or mistyped."""
        for key in self._facts:
            raise self.wrong(key, "is not known here")

    def wrong(self, key: str, reason: str) -> MappingError:
        full = ".".join(part for part in (self.key, key) if part)
        return MappingError(self.path, full, reason, self._line(full))

    def _take(self, key: str, kind: Any, wanted: str, default: Any) -> Any:
        value = self._facts.pop(key, default)
        if value is _REQUIRED:
            raise self.wrong(key, "is missing")
        if value is not default and not isinstance(value, kind):
            raise self.wrong(key, f"must be {wanted}")
        return value

    def _child(self, key: str, facts: dict[str, Any]) -> "TomlTable":
        return TomlTable(self.path, self.source, f"{self.key}.{key}" if self.key else key, facts)

    def _line(self, key: str) -> int | None:
        """Return the first line that appears to hold the key, because tomllib keeps no line numbers."""
        *above, last = (re.escape(part) for part in re.sub(r"\[\d+\]", "", key).split("."))
        parent = above[-1] if above else last
        inline, own = rf'^[ \t]*"?{parent}"?\s*=.*\b{last}\b', rf'^[ \t]*(\[+[^\]\n]*)?"?\b{last}\b"?\s*[\]=]'
        for pattern in (inline, own, rf"^[ \t]*(\[+[^\]\n]*)?\b{parent}\b"):
            if found := re.search(pattern, self.source, re.MULTILINE):
                return self.source.count("\n", 0, found.start()) + 1
        return None
