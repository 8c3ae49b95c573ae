"""A visit: all that one poll of a service asks, step by step."""

from time import perf_counter

from collector.domain.service_facts import Messages, ServiceFacts
from collector.ports import Resolver
from collector.probes._http.conversation import Answer, Conversation
from collector.probes._http.judging import Judged
from collector.probes._http.options import HttpOptions, Step
from collector.probes._http.requests import build, plain, redirected
from collector.probes._http.tokens import Tokens, of_token
from collector.probes._stream import Failure
from collector.probes._tls import TlsContexts

_UNAUTHORIZED = 401


class Visit:
    """Runs the steps; what was found is there also when one of them fails.

    `seconds` is the time of the steps that have to succeed, tokens aside.
    """

    def __init__(
        self, options: HttpOptions, resolver: Resolver, contexts: TlsContexts, tokens: Tokens
    ) -> None:
        self._options = options
        self._tokens = tokens
        self._service = Conversation(resolver, contexts, options.tls, options.max_body)
        self._issuer = Conversation(resolver, contexts, options.tls, options.max_body)
        self._asking_for_token = False
        self._step: Step | None = None
        self._saved: dict[str, str] = {}
        self._messages: Messages | None = None
        self.degraded: Failure | None = None
        self.seconds = 0.0
        self.note = ""

    @property
    def doing(self) -> str:
        """The phase under way."""
        return self._issuer.doing if self._asking_for_token else self._service.doing

    async def run(self) -> None:
        """All steps. Failure where one that is not optional does not go well."""
        for number, step in enumerate(self._options.requests(), 1):
            self._step = step
            try:
                await self._take(step)
            except Failure as failure:
                named = self._named(failure, number)
                if not step.optional:
                    raise named from failure
                self.note = f"{named.message or named.reason}"

    def late(self, failure: Failure) -> Failure | None:
        """A failure by the deadline, as what it is to the step under way."""
        if self._asking_for_token:
            return of_token(self._options, failure)
        if self._step is not None and self._step.optional:
            self.note = f"no time left for what is optional: {failure.message}"
            return None
        return failure

    def facts(self) -> ServiceFacts | None:
        """What was found beside up or down; None before anything was."""
        service = self._service
        found = ServiceFacts(service.phases, service.certificate_expires, self._messages)
        return None if found == ServiceFacts() else found

    def close(self) -> None:
        """Let go of all connections."""
        self._service.close()
        self._issuer.close()

    async def _take(self, step: Step) -> None:
        answer = await self._answer(step)
        judged = Judged(answer)
        judged.meets(step)
        self.degraded = self.degraded or judged.degraded(step)
        self._saved |= judged.saved(step.save)
        self._count(judged.messages(step.messages))

    async def _answer(self, step: Step) -> Answer:
        proof = await self._proof()
        began = perf_counter()
        answer = await self._ask(step, proof)
        if answer.status == _UNAUTHORIZED and self._tokens.forget(self._options):
            proof = await self._proof()
            began = perf_counter()
            answer = await self._ask(step, proof)
        if not step.optional:
            self.seconds += perf_counter() - began
        return answer

    async def _proof(self) -> tuple[str, str] | None:
        self._asking_for_token = True
        proof = await self._tokens.header(self._options, self._issuer)
        self._asking_for_token = False
        return proof

    async def _ask(self, step: Step, proof: tuple[str, str] | None) -> Answer:
        options = self._options
        headers = dict([proof]) if proof else {}
        headers |= plain(options.headers) | plain(step.headers)
        url = options.below(step.url)
        request = build(step.method, url, headers, step.content(), self._saved)
        followed = 0
        while True:
            answer = await self._service.ask(request)
            location = answer.headers.get("location", "")
            following = redirected(options, request, answer.status, location, followed)
            if following is None:
                return answer
            request = following
            followed += 1

    def _count(self, found: Messages | None) -> None:
        known = self._messages
        if found is None or known is None:
            self._messages = found or known
            return
        self._messages = Messages(
            known.sent if found.sent is None else found.sent,
            known.failed if found.failed is None else found.failed,
            known.waiting if found.waiting is None else found.waiting,
        )

    def _named(self, failure: Failure, number: int) -> Failure:
        """The failure with the number of its step, where there are several."""
        if len(self._options.requests()) == 1:
            return failure
        message = f"step {number}: {failure.message or failure.reason}"
        return Failure(failure.result, failure.reason, message)
