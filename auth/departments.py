"""The departments by name: the one list of them."""

CORE = "core"

DEPARTMENTS = (CORE, "finance", "sales", "service", "marketing")
