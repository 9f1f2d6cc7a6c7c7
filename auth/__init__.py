"""Who asks and what they may see: tokens, viewer, policy, grant and privacy flags. Imports nothing of ours."""
