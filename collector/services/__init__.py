"""Use cases: one a file. They know ports and the core, never a library of the outside world."""
