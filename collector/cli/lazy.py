"""A group of commands that imports a command's module only when that command is asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command

from collector.cli.failures import unknown

COMMANDS: Mapping[str, str] = {
    "run": "Run the agent in the foreground.",
    "demo": "Run the agent on a simulated organisation.",
    "check-config": "Check the configuration; start nothing.",
    "doctor": "Look for what keeps the agent from measuring.",
    "poll": "Poll targets once and print the answers; store nothing.",
    "status": "Show all indicators against their decided targets.",
    "targets": "List, import and rename targets.",
    "indicator": "List the indicators; show one in detail.",
    "outages": "List, annotate, correct and import outages.",
    "cases": "Fetch, import, list and check the servicedesk's cases.",
    "register": "List, import and attest the registers beside the servicedesk.",
    "maintenance": "Add, list, extend and cancel maintenance windows.",
    "report": "Freeze the figures of a closed month.",
    "user": "Add, list and remove those who may sign in.",
    "db": "Upgrade, check, back up and restore the database.",
}
"""Each command's line of help, which is also its module's; kept here so that `driftkoll --help`
need not import the libraries of the database, the probes and all others."""


class LazyGroup(TyperGroup):
    """The commands above: each is a module of this package with a typer `app`.

    Typer's own types for contexts and commands are private, hence Any.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, imported now; refused with the nearest name where there is none."""
        if cmd_name not in COMMANDS:
            raise unknown("command", cmd_name, COMMANDS)
        module = import_module(f"collector.cli.{cmd_name.replace('-', '_')}")
        command = get_command(module.app)
        command.name = cmd_name
        command.help = command.help or COMMANDS[cmd_name]
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list in `driftkoll --help`, without importing any command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
