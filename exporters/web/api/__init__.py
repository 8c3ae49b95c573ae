"""The JSON API under /api/v1: one module a group of operations, and what guards them all."""
