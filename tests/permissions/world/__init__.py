"""Databases, askers and probes that the tests of permissions share."""
