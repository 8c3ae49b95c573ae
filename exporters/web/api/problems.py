"""Problem answers (RFC 9457): one clear sentence, and the nearest valid word."""

import re
from http import HTTPStatus
from typing import Any, get_args

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException as AnyHTTPException

from collector.domain.naming import unknown
from collector.ports import StoreUnavailable
from exporters import json_text

MEDIA_TYPE = "application/problem+json"

PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "What is wrong, in one sentence (RFC 9457).",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["title", "status", "detail"],
                    "properties": {
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                    },
                },
                "example": {
                    "title": "Unprocessable Content",
                    "status": 422,
                    "detail": "unknown site 'lxa'; did you mean 'laxa'?",
                },
            }
        },
    }
}
"""For the `responses` of the API's operations."""

_TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""As RFC 9110 has them; Python's names are older."""


def is_api(path: str) -> bool:
    """Whether a path is the API's, or describes it."""
    return path in {"/openapi.json", "/api"} or path.startswith("/api/")


def problem(error: AnyHTTPException) -> Response:
    """An error as an answer."""
    status = error.status_code
    title = _TITLES.get(status) or HTTPStatus(status).phrase
    detail = error.detail if error.detail != HTTPStatus(status).phrase else _PLAIN.get(status)
    told = {"title": title, "status": status, "detail": detail or title}
    headers = {"Cache-Control": "no-store", **(error.headers or {})}
    return Response(json_text.dumps(told) + "\n", status, headers, MEDIA_TYPE)


_PLAIN = {
    404: "there is no such resource; /openapi.json describes those that there are",
    405: "this resource has no such method; /openapi.json describes those that it has",
}


def answer_problems(app: FastAPI) -> None:
    """Make all that goes wrong in the API a problem answer."""

    async def of_http(request: Request, error: AnyHTTPException) -> Response:
        if is_api(request.url.path):
            return problem(error)
        return await http_exception_handler(request, error)

    async def of_validation(request: Request, error: RequestValidationError) -> Response:
        return problem(HTTPException(422, _sentence(request, error.errors()[0])))

    async def of_store(request: Request, error: StoreUnavailable) -> Response:
        sentence = "the database cannot be used just now; try again"
        return problem(HTTPException(503, sentence, {"Retry-After": "5"}))

    async def of_bug(request: Request, error: Exception) -> Response:
        sentence = "a fault in Driftkoll itself; the agent's log says where"
        return problem(HTTPException(500, sentence))

    app.exception_handler(AnyHTTPException)(of_http)
    app.exception_handler(RequestValidationError)(of_validation)
    app.exception_handler(StoreUnavailable)(of_store)
    app.exception_handler(Exception)(of_bug)


def _sentence(request: Request, fault: Any) -> str:
    """What is wrong with a request, as FastAPI found it."""
    where, *path = fault["loc"]
    name = ".".join(str(part) for part in path)
    what = "parameter" if where in ("query", "path") else "field"
    match fault["type"]:
        case "json_invalid":
            sentence = "the body is no JSON"
        case "extra_forbidden" if len(path) == 1:
            sentence = unknown(what, name, _known(request, where))
        case "missing" if not path:
            sentence = "the body is missing; it is a JSON object"
        case "missing":
            sentence = f"the {what} {name!r} is missing"
        case "enum" | "literal_error":
            words = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
            sentence = unknown(name, str(fault["input"])[:100], words)
        case "value_error":
            sentence = f"{name}: {fault['ctx']['error']}" if name else str(fault["ctx"]["error"])
        case _ if not path:
            sentence = "the body is no JSON object"
        case _:
            sentence = f"{what} {name!r}: {fault['msg'].replace('Input should', 'it must')}"
    return sentence


def _known(request: Request, where: str) -> list[str]:
    """The names that an operation takes: its parameters' model is annotated, its body's is not."""
    for annotation in request.scope["endpoint"].__annotations__.values():
        parameters = get_args(annotation)
        model = parameters[0] if parameters else annotation
        is_model = isinstance(model, type) and issubclass(model, BaseModel)
        if is_model and bool(parameters) == (where == "query"):
            return [field.alias or name for name, field in model.model_fields.items()]
    return []
