"""All operations of the API, and what stands before them."""

from fastapi import APIRouter, FastAPI, Security
from fastapi.security import HTTPBasic, HTTPBearer

from exporters.web.api.access import Access
from exporters.web.api.indicators import indicator_routes
from exporters.web.api.outages import outage_routes
from exporters.web.api.problems import PROBLEM, answer_problems
from exporters.web.api.sources import Sources
from exporters.web.api.targets import target_routes


def add_api(app: FastAPI, sources: Sources) -> None:
    """Add the operations under /api/v1, each answered only to who may ask for it."""
    # Access has let them in: these two are there for the description.
    described = [
        Security(HTTPBasic(auto_error=False, description="A user's name and password.")),
        Security(HTTPBearer(auto_error=False, description="A token for scripts.")),
    ]
    router = APIRouter(prefix="/api/v1", responses=PROBLEM, dependencies=described)
    for routes in (target_routes, outage_routes, indicator_routes):
        router.include_router(routes(sources))
    app.include_router(router)
    answer_problems(app)
    app.add_middleware(Access, people=sources.store, open_reading=sources.open_reading)
