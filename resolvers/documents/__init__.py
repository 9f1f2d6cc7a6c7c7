"""Documents: parsed, validated, measured and priced before an operation is planned."""
