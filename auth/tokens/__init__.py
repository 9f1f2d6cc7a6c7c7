"""Access tokens: how they are minted, verified, bound to a sender and revoked."""
