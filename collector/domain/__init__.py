"""The words of the trade as frozen dataclasses and enums: no clock, no I/O."""
