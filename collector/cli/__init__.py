"""The command line `driftkoll`: one module a group of commands, loaded when it is asked for."""

from collector.cli.main import main

__all__ = ["main"]
