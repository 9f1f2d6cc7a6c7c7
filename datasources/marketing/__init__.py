"""Marketing: how customers are addressed, grouped and valued."""
