"""`driftkoll run`: the agent in the foreground."""

import typer

from collector import app as agent
from collector.cli.failures import RefusedError
from collector.cli.opening import refused
from collector.cli.options import ConfigFile, new_app
from collector.cli.storing import refused_by_store
from exporters.web.server import ListenError

app = new_app()


@app.command()
def run(config: ConfigFile = None) -> None:
    """Run the agent in the foreground.

    SIGTERM and Ctrl-C stop it cleanly, SIGHUP reloads the configuration.

    Example: driftkoll run -c /etc/driftkoll/driftkoll.yaml
    """
    assert config is not None
    try:
        with refused(), refused_by_store():
            status = agent.run(config)
    except ListenError as error:
        raise RefusedError(str(error)) from None
    raise typer.Exit(status)
