"""Compiled JMESPath gives what the library's own interpreter gives."""

import jmespath
import pytest

from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.sources.expressions import as_expression

DOCUMENTS = [
    None,
    "text",
    [],
    {},
    {"a": {"b": "x", "c": 0}, "l": [{"n": "x", "v": [1, 2]}, {"n": "y", "v": []}, {"n": "x"}, 3]},
    {"a": "x", "b": "", "l": {"n": "x"}, "n": None, "f": False, "zero": 0, "one": 1, "e": []},
    {"a": {"b": None}, "l": [None, [1], "x"]},
]
EXPRESSIONS = [
    "@",
    "a",
    "a.b",
    "a.b.c",
    '"a"',
    "l[0]",
    "l[-1].n",
    "l[7]",
    "l[0].v[1]",
    "a || b",
    "b || zero || 'default'",
    "zero || 'default'",
    "f || n || e || a",
    "a && b",
    "zero && a",
    "a == 'x'",
    "'x' == a",
    "a != 'x'",
    "a.b == 'x' && a.c",
    "one == `true`",
    "zero == `0`",
    "l[?n=='x'].v[] | [0]",
    "l[?n=='x'].v[0] | [0]",
    "l[?n=='x' || n=='y'].n",
    "l[?v].n",
    "l[*].n",
    "l[].v[]",
    "l[?!v]",
    "!a",
    "[a, zero]",
    "{one: a, two: l}",
    "l[0:1]",
    "*.b",
    "length(l || `[]`)",
    'contains(`["x", "y"]`, to_string(a))',
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_compiled_expression_gives_what_the_interpreter_gives(text: str) -> None:
    parsed, ours = jmespath.compile(text), as_expression(text)
    for document in DOCUMENTS:
        assert ours.find(document) == parsed.search(document), document


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a.b.c", {"a"}),
        ("a || b.c", {"a", "b"}),
        ("CustomFields[?name=='Case Type'].values[0] | [0]", {"CustomFields"}),
        ("changelog.histories[].{at: created}", {"changelog"}),
        ("join(':', [state, hold.reason])", {"state", "hold"}),
        ("'incident'", set()),
    ],
)
def test_the_columns_of_an_expression_are_the_keys_it_looks_up_first(
    text: str, columns: set[str]
) -> None:
    assert as_expression(text).columns == columns


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a[", "is no JMESPath expression"),
        ("upper(a)", "there is no function upper() in JMESPath"),
        (3, "must be text"),
    ],
)
def test_what_is_no_expression_is_refused_when_it_is_read(text: object, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace(")", r"\)")):
        as_expression(text)


def test_a_function_that_does_not_fit_the_answer_is_a_failure_of_its_shape() -> None:
    with pytest.raises(SourceFailed) as failed:
        as_expression("length(a)").find({"a": 3})
    assert failed.value.failure is SourceFailure.WRONG_SHAPE
    assert failed.value.message == "'length(a)' does not fit the answer (JMESPathTypeError)"
