"""Steps: how one page of a list leads to the next, and whether there is one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.sources.answers import Answer
from collector.sources.parts import Paginator

_MOST_PAGES = 1_000_000


class Steps:
    """The place in one list, from its first page on.

    `longest` is the longest page of any list that was read with the same paginator in a pass: what
    a source gives at most, which may be less than what it was asked for.
    """

    def __init__(self, paginator: Paginator, size: int) -> None:
        self._paginator = paginator
        self._size = size
        self.longest = 0
        self.begin()

    def begin(self) -> None:
        """Back to the first page."""
        self.index = 0
        self.received = 0
        self.left: int | None = None
        self._next: Any = None

    @property
    def link(self) -> str | None:
        """Where the page is, when an answer told."""
        return self._next if self._paginator.forward == "next_link" else None

    def values(self) -> Mapping[str, Any]:
        """What stands for the placeholders of paging."""
        return {
            "size": self._size,
            "page": self._paginator.first + self.index,
            "offset": self.received,
            "end": self.received + self._size - 1,
            "next": None if self._paginator.forward == "next_link" else self._next,
        }

    def advance(self, answer: Answer, records: int) -> bool:
        """Go to the page after the one that was answered so; whether there is one."""
        self.longest = max(self.longest, records)
        self.index += 1
        if self.index > _MOST_PAGES:
            raise SourceFailed(SourceFailure.BAD_CURSOR, "a list that has no end")
        self.received += records
        total = self._total(answer)
        self.left = None if total is None else max(total - self.received, 0)
        more = self._goes_on(answer, records, total)
        if more and not records:
            # The source hides what this credential may not see after it has cut the page out.
            self.received = max(self.received, self.index * self._size)
        return more

    def _goes_on(self, answer: Answer, records: int, total: int | None) -> bool:
        paginator = self._paginator
        if paginator.forward in ("next_link", "token"):
            self._next = self._found(answer)
            told = paginator.more is None or bool(paginator.more.find(answer.document))
            return told and self._next not in (None, "", False)
        if paginator.type == "single":
            return False
        if paginator.more is not None:
            return bool(paginator.more.find(answer.document))
        if total is not None:
            return self.received < total and (records > 0 or self.index * self._size < total)
        return records > 0 and records >= self.longest

    def _found(self, answer: Answer) -> Any:
        if self._paginator.next is not None:
            return self._paginator.next.find(answer.document)
        link = httpx.Response(200, headers=answer.headers).links.get("next", {}).get("url")
        return link if link and urlsplit(link).path else None

    def _total(self, answer: Answer) -> int | None:
        paginator = self._paginator
        found: Any = None
        if paginator.total is not None:
            found = paginator.total.find(answer.document)
        elif paginator.total_header is not None or paginator.forward == "range":
            name = paginator.total_header or "Content-Range"
            found = answer.headers.get(name, "").rpartition("/")[2]
        try:
            return int(float(found)) if found not in (None, "", "*", False) else None
        except (TypeError, ValueError):
            return None
