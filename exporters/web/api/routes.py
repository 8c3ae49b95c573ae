"""All operations of the API, and what stands before them."""

from fastapi import APIRouter, FastAPI, Security
from fastapi.security import HTTPBasic, HTTPBearer
from starlette.requests import HTTPConnection

from exporters.web.api.access import Access
from exporters.web.api.budget import budget_routes
from exporters.web.api.cases import case_routes
from exporters.web.api.corrections import correction_routes
from exporters.web.api.indicators import indicator_routes
from exporters.web.api.maintenance import maintenance_routes
from exporters.web.api.outages import outage_routes
from exporters.web.api.problems import PROBLEM, answer_problems
from exporters.web.api.registers import register_routes
from exporters.web.api.sources import Sources
from exporters.web.api.targets import target_routes


class _Basic(HTTPBasic):
    """For the description alone: Access has let the request in."""

    async def __call__(self, request: HTTPConnection) -> None:
        """Look at nothing: FastAPI's own takes no password that is not ASCII."""


class _Bearer(HTTPBearer):
    """For the description alone: Access has let the request in."""

    async def __call__(self, request: HTTPConnection) -> None:
        """Look at nothing: it may have been a password."""


def add_api(app: FastAPI, sources: Sources) -> None:
    """Add the operations under /api/v1, each answered only to who may ask for it."""
    router = APIRouter(
        prefix="/api/v1",
        responses=PROBLEM,
        dependencies=[
            Security(_Basic(description="A user's name and password.")),
            Security(_Bearer(description="A token for scripts.")),
        ],
    )
    for routes in (
        target_routes,
        outage_routes,
        correction_routes,
        maintenance_routes,
        budget_routes,
        indicator_routes,
        case_routes,
        register_routes,
    ):
        router.include_router(routes(sources))
    app.include_router(router)
    answer_problems(app)
    app.add_middleware(Access, people=sources.store, open_reading=sources.open_reading)
