"""The policy and the grants that it compiles to: rules, effects, ceiling, reach and flags."""
