"""The signing keys of the authorization server."""
