"""The authorization server, on Authlib's core: clients, grants, keys. It stores through auth.oauth.store."""
