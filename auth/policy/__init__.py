"""The policy, and what it leaves to one viewer: rules, effects, grant, ceiling, reach and flags."""
