"""An OAuth request in the form that Authlib reads. Parameters of URL and body are never mixed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

from auth.oauth.clients.client import Client

Pairs = Sequence[tuple[str, str]]
# Only these may be sent several times: RFC 8707 section 2, RFC 8693 section 2.1.
REPEATABLE = ("resource", "audience")


class _Payload(OAuth2Payload):
    def __init__(self, pairs: Pairs) -> None:
        self._lists: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            # RFC 6749 section 3.1: a parameter without a value is treated as omitted.
            if value:
                self._lists[name].append(value)

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._lists.items()}

    @property
    def datalist(self) -> dict[str, list[Any]]:
        return self._lists

    @property
    def repeated(self) -> list[str]:
        return [name for name, values in self._lists.items() if len(values) > 1 and name not in REPEATABLE]


class Request(OAuth2Request):
    """An authorization request has its parameters in the URL, every other request in the body."""

    def __init__(self, method: str, uri: str, parameters: Pairs, headers: Mapping[str, str]) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload: _Payload = _Payload(parameters)
        self.client: Client | None = None
        self.thumbprint: str | None = None

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data

    @property
    def args(self) -> dict[str, str | None]:
        return dict(self.payload.data)

    def header(self, name: str) -> str | None:
        return (self.headers or {}).get(name.lower())

    def all(self, name: str) -> list[str]:
        return self.payload.datalist.get(name, [])
