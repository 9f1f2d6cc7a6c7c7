"""The keys that the authorization server signs with."""
