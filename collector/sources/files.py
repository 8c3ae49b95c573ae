"""A watched folder: files that a desk exports, each taken up once and then put aside."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from collector.domain.instants import SECOND, Duration, Instant

SUFFIXES = (".csv", ".xlsx", ".xlsm")
DONE, REJECTED = "done", "rejected"

_SETTLED: Duration = 5 * SECOND
"""A file that was written to within so long may still grow."""

_Size = tuple[int, int]


class Folder:
    """A folder's files in the order they were written.

    One is `ripe` when it is as it was at the look before, and was not written to for a while: a
    file that still grows is left for the next look. OSError where the folder cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unripe = 0
        """Files that the last look found and left."""
        self._seen: dict[Path, _Size] = {}

    def ripe(self, now: Instant) -> list[Path]:
        """The files that have stopped growing."""
        sizes = {file: size for file in self._files() if (size := _size(file)) is not None}
        before, self._seen = self._seen, sizes
        still = [
            file
            for file, size in sizes.items()
            if before.get(file) == size and self.written(file) <= now - _SETTLED
        ]
        self.unripe = len(sizes) - len(still)
        return sorted(still, key=lambda file: (sizes[file][1], file.name))

    def unchanged(self, file: Path) -> bool:
        """Whether a file is as it was when it was ripe."""
        return _size(file) == self._seen.get(file)

    def written(self, file: Path) -> Instant:
        """When a file was last written to; 0 for one that is gone."""
        size = _size(file)
        return 0 if size is None else size[1] // 1_000

    def done(self, file: Path) -> Path:
        """Put a file aside that was taken in; where it lies now."""
        return self._moved(file, DONE)

    def rejected(self, file: Path, lines: Sequence[str]) -> Path:
        """Put a file aside that was not, with the reasons beside it; where it lies now."""
        place = self._moved(file, REJECTED)
        reason = place.with_name(f"{place.name}.reason.txt")
        reason.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return place

    def _files(self) -> list[Path]:
        """Not those that a program is at work on by their names: Excel's begin with ~$."""
        return [
            file
            for file in self.path.iterdir()
            if file.suffix.casefold() in SUFFIXES
            and not file.name.startswith((".", "~$"))
            and file.is_file()
        ]

    def _moved(self, file: Path, where: str) -> Path:
        place = self.path / where / file.name
        place.parent.mkdir(exist_ok=True)
        number = 1
        while place.exists():
            number += 1
            place = place.with_name(f"{file.stem}-{number}{file.suffix}")
        with suppress(FileNotFoundError):  # somebody else has put it aside
            file.rename(place)
        return place


def _size(file: Path) -> _Size | None:
    """How large a file is, and when it was last written to, in ns; None for one that is gone."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
