"""The words of the trade as frozen dataclasses and enums: standard library only, no clock, no I/O."""
