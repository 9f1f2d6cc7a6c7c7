"""Attacks of the catalogue that have nothing to attack yet, each with the part of the server that it waits for."""

from collections.abc import Mapping

_MUTATIONS = "mutations: there is nothing yet that writes"
_SUBSCRIPTIONS = "subscriptions: there is no stream yet"
_EXPORT = "exports: there is no file, webhook or mail yet"
_CLIENTS = "clients' operations: there are no stored operations yet"

PENDING: Mapping[str, str] = {
    "A11": "federation with @requires: no field needs another subgraph's data",
    "A23": "aggregates: no field adds up, averages or groups over customers",
    "A24": "aggregates: no field adds up, averages or groups over customers",
    "A30": "a statistical test of times, which needs a machine of its own: nothing is timed in these tests",
    "A31": _MUTATIONS,
    "A37": "answers that may be kept: every answer says no-store (tests/server)",
    "A38": "answers that may be kept: every answer says no-store (tests/server)",
    "A39": _CLIENTS,
    "A40": _CLIENTS,
    "A42": "@defer: the directive is not in the schema",
    "A43": "directives of our own on operations: there are none",
    "A44": _SUBSCRIPTIONS,
    "A45": _SUBSCRIPTIONS,
    "A46": _SUBSCRIPTIONS,
    "A47": _SUBSCRIPTIONS,
    "A48": "batches: an array of requests is refused (tests/server)",
    "A52": _MUTATIONS,
    "A53": _MUTATIONS,
    "A54": _MUTATIONS,
    "A55": _MUTATIONS,
    "A56": _EXPORT,
    "A57": _EXPORT,
    "A58": _EXPORT,
    "A62": "crash dumps: none are written; logs of faults are looked through (A59)",
    "A63": "erasure: nothing is purged yet",
    "A67": "sessions: the server reads no cookie (tests/server)",
}
