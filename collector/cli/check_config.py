"""`driftkoll check-config`."""

from collector.cli.opening import opened
from collector.cli.options import ConfigFile, new_app
from collector.cli.output import emit, warn

app = new_app()


@app.command()
def check_config(config: ConfigFile = None) -> None:
    """Check the configuration; start nothing.

    Every fault is told at once, with its file and line. Warnings do not make it wrong.

    Example: driftkoll check-config -c driftkoll.yaml
    """
    settings = opened(config).settings
    warn(*settings.warnings)
    probes = sum(len(target.probes) for target in settings.targets)
    parts = [
        _count(len(settings.targets), "target"),
        _count(probes, "probe"),
        _count(len(settings.sites), "site"),
        _count(len(settings.register), "indicator"),
    ]
    if settings.sources:
        parts.append(_count(len(settings.sources), "source"))
    emit(f"OK: {', '.join(parts)}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
