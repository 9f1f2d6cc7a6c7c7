"""Planning: selection and grant become a plan."""
