"""Sources: where cases and figures are fetched, each behind a port."""
