"""The grant types, one module for each."""
