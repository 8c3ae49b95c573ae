"""What all parts of the configuration have in common."""

from pydantic import ConfigDict

SECTION = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
"""Unknown keys are refused, and no message repeats a value that may be a secret."""
