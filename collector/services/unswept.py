"""Unswept: no search for circular garbage while very much is made that is none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unswept() -> Iterator[None]:
    """No search for circular garbage meanwhile: with hundreds of thousands of new objects it would
    be made again and again, for a third of the time, and find none."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
