"""The API against its own description: schemathesis asks what no person would."""

from collections.abc import Iterator

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from support.api import NOW, Api

from collector.domain.people import Role
from exporters.web.api.routes import add_api
from exporters.web.api.sources import Sources


def _described() -> schemathesis.BaseSchema:
    """As /openapi.json has it; nothing is asked for that."""
    app = FastAPI(title="Driftkoll", version="0")
    add_api(app, Sources(None, lambda: NOW, lambda: None, open_reading=True))  # type: ignore[arg-type]  # not asked
    return schemathesis.openapi.from_dict(app.openapi())


ELSEWHERE = [
    ignored_auth,  # tried by test_api_access; here it would only be told to wait
    positive_data_acceptance,  # no description says which sites and targets there are
]
OPERATIONS = {it.ok().label: it.ok() for it in _described().get_all_operations()}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    served = Api(tmp_path_factory.mktemp("api"), open_reading=False)
    yield served
    served.close()


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("label", OPERATIONS)
def test_nothing_that_is_asked_is_a_fault_of_ours(
    label: str, mode: GenerationMode, api: Api
) -> None:
    operation = OPERATIONS[label]

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def asked(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        answer = case.call(base_url=api.served.url, headers=api.bearer(Role.ADMINISTRATOR))
        assert answer.status_code not in (401, 403, 429)
        if answer.status_code == 413:  # right, but not among what schemathesis takes for a refusal
            assert len(answer.request.body) > 64 * 1024
            return
        case.validate_response(answer, excluded_checks=ELSEWHERE)

    asked()
