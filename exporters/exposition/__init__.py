"""The text that Prometheus reads, family by family."""
