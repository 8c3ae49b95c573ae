"""Who does it, and whether it is meant."""

import getpass
import os
import sys

from collector.cli.failures import RefusedError


def confirmed(question: str, yes: bool) -> bool:
    """Whether to go on: said beforehand with --yes, else asked for at a terminal."""
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise RefusedError("nobody can be asked here: give --yes to do it without asking")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "j", "ja")


def who() -> str:
    """Who runs the command, by name where the system knows one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
