"""The authorization server: who may be given which token, on Authlib's core. It stores through auth.oauth.store."""
