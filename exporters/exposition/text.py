"""Prometheus's text format 0.0.4: families, label sets and numbers."""

from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Family:
    """A metric family: its name, what it is, the labels its samples carry, and its help text."""

    name: str
    type: Literal["gauge", "counter", "histogram"]
    labels: tuple[str, ...]
    help: str

    @property
    def header(self) -> str:
        """The two lines that come before its samples."""
        return f"# HELP {self.name} {self.help}\n# TYPE {self.name} {self.type}\n"

    def sample(self, value: float, *labels: str) -> str:
        """One line; the label values in the order of `labels`."""
        if not labels:
            return f"{self.name} {number(value)}\n"
        pairs = zip(self.labels, labels, strict=True)
        between = ",".join(f'{name}="{escape(text)}"' for name, text in pairs)
        return f"{self.name}{{{between}}} {number(value)}\n"


def escape(text: str) -> str:
    """A label's value as it stands between the quotes."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def number(value: float) -> str:
    """A sample's value, in full: whole numbers without a decimal point."""
    real = float(value)
    return str(int(real)) if real.is_integer() else repr(real)
