"""The viewer and their rights: tokens, policy, grant and privacy flags. Imports no other layer."""
