"""Lists of something else than cases, read from their first page to their last."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.sources.answers import Answer
from collector.sources.asking import Asking
from collector.sources.expressions import Expression
from collector.sources.parts import Paginator, Request
from collector.sources.steps import Steps


async def listed(
    asking: Asking,
    request: Request,
    records: Expression,
    paginator: Paginator,
    size: int,
    values: Mapping[str, Any] | None = None,
) -> AsyncGenerator[list[Any], None]:
    """A list's records, page by page. SourceFailed where the same page comes again and again."""
    steps = Steps(paginator, size)
    before: list[Any] = []
    while True:
        answer = await answered(asking, request, steps, values or {})
        found = records_of(answer.document, records)
        if found and found == before:
            raise SourceFailed(
                SourceFailure.BAD_CURSOR, f"{request.path}: the same page came twice; mend paging"
            )
        more = steps.advance(answer, len(found))
        yield found
        if not more:
            return
        before = found


async def answered(
    asking: Asking, request: Request, steps: Steps, values: Mapping[str, Any]
) -> Answer:
    """The answer for the page at which the steps are."""
    if steps.link is not None:
        return await asking.follow(steps.link)
    return await asking.ask(request, {**values, **steps.values()})


def records_of(document: Any, records: Expression) -> list[Any]:
    """The list in an answer; an answer without a body is an empty one.

    SourceFailed where there is none: an answer of another kind must not pass for "no cases".
    """
    found = None if document is None else records.find(document)
    if document is None:
        return []
    if not isinstance(found, list):
        message = f"{records.text!r} finds no list of records in the answer"
        raise SourceFailed(SourceFailure.WRONG_SHAPE, message)
    return found
