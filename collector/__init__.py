"""Driftkoll's agent: polls, stores, works out the indicators."""

from importlib.metadata import version

__version__ = version("driftkoll")
