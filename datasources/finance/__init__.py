"""Finance: what customers owe, have paid, and on which terms."""
