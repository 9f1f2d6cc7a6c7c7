"""Documents: parsed, validated, measured and priced before anything is planned."""
