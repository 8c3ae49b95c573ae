"""What a use case says when it does nothing of what it was asked to."""


class Refused(ValueError):
    """Nothing was changed; `lines` say why, one clear line for each thing that is wrong."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        super().__init__("; ".join(lines))
