"""The indicators that are worked out from measurements: one file for each."""
