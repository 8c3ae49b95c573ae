"""Pure maths of the figures: no clock, no I/O; everything in whole microseconds (KPI.md)."""
