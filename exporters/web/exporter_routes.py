"""What an exporter answers: /metrics, /-/healthy, /-/ready, and a page that says so.

All of it follows the web configuration file's users, and no session.
"""

import asyncio
from collections.abc import Callable
from html import escape
from importlib.resources import files

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse

from collector.domain.live import Live
from exporters.exposition.text import CONTENT_TYPE
from exporters.prometheus import Exposition
from exporters.web.basic_auth import BasicAuth
from exporters.web.streaming import gzipped, in_turns, wants_gzip
from exporters.web.web_config_file import WebConfigFile

_METHODS = ["GET", "HEAD"]


def exporter_routes(
    live: Callable[[], Live],
    exposition: Exposition,
    web_config: WebConfigFile,
    organisation: str = "",
) -> APIRouter:
    """The routes, each behind the users of the web configuration file where there are any."""
    auth = BasicAuth()
    page = files("exporters.web").joinpath("index.html").read_text(encoding="utf-8")
    named = f'<p class="organisation">{escape(organisation)}</p>' if organisation else ""
    page = page.replace("<!-- organisation -->", named)

    async def admitted(request: Request) -> None:
        users = web_config.config().basic_auth_users
        if users and not await auth.admits(request.headers.get("authorization"), users):
            raise HTTPException(401, headers={"WWW-Authenticate": 'Basic realm="Driftkoll"'})

    async def metrics(request: Request) -> StreamingResponse:
        # Making the snapshot looks at every target: that is not for the loop to wait for.
        head = request.method == "HEAD"
        pieces = iter(()) if head else exposition.pieces(await asyncio.to_thread(live))
        headers = {"Vary": "Accept-Encoding"}
        if not wants_gzip(request):
            return StreamingResponse(in_turns(pieces), headers=headers, media_type=CONTENT_TYPE)
        headers["Content-Encoding"] = "gzip"
        return StreamingResponse(
            in_turns(gzipped(pieces)), headers=headers, media_type=CONTENT_TYPE
        )

    async def healthy() -> PlainTextResponse:
        return PlainTextResponse("Driftkoll is healthy.\n")

    async def ready() -> PlainTextResponse:
        now = await asyncio.to_thread(live)
        if now.ready:
            return PlainTextResponse("Driftkoll is ready.\n")
        reason = "the first polls are not done" if now.writable else "the store cannot be written"
        return PlainTextResponse(f"Driftkoll is not ready: {reason}.\n", 503)

    async def index() -> HTMLResponse:
        return HTMLResponse(page)

    router = APIRouter(dependencies=[Depends(admitted)], include_in_schema=False)
    router.add_api_route("/metrics", metrics, methods=_METHODS, response_model=None)
    router.add_api_route("/-/healthy", healthy, methods=_METHODS, response_model=None)
    router.add_api_route("/-/ready", ready, methods=_METHODS, response_model=None)
    router.add_api_route("/", index, methods=_METHODS, response_model=None)
    return router
