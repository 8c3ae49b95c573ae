"""Tokens: asked for once, kept while they hold, asked for anew when one is refused."""

from time import monotonic
from urllib.parse import urlsplit

from collector.domain.samples import Reason, Result
from collector.probes._http.conversation import Conversation
from collector.probes._http.judging import Judged
from collector.probes._http.options import HttpOptions, Step
from collector.probes._http.requests import basic, token_request
from collector.probes._stream import Failure, down

_KEEP = 600.0
"""Seconds, for a token that does not tell how long it holds."""
_MARGIN = 30.0
_ANY_SUCCESS = Step()


class Tokens:
    """The headers that prove who is asking, by the options they were made for."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[HttpOptions, str, float]] = {}

    async def header(
        self, options: HttpOptions, conversation: Conversation
    ) -> tuple[str, str] | None:
        """The header, or None where the options ask for none. Failure where no token is given."""
        if options.password is not None:
            return "Authorization", basic(options.username, options.password.get_secret_value())
        if options.token is not None:
            return "Authorization", f"Bearer {options.token.get_secret_value()}"
        if options.oauth2 is None and options.login is None:
            return None
        name, form = "Authorization", "Bearer {token}"
        if options.login is not None:
            name, form = options.login.header, options.login.format
        return name, form.replace("{token}", await self._token(options, conversation))

    def forget(self, options: HttpOptions) -> bool:
        """A token was refused; whether another may be better."""
        return self._kept.pop(id(options), None) is not None

    async def _token(self, options: HttpOptions, conversation: Conversation) -> str:
        kept = self._kept.get(id(options))
        if kept is not None and monotonic() < kept[2]:
            return kept[1]
        try:
            answer = await conversation.ask(token_request(options))
            judged = Judged(answer)
            judged.meets(_ANY_SUCCESS)
            token, seconds = _found(options, judged)
        except Failure as failure:
            raise of_token(options, failure) from failure
        # The options are kept with it, so that no others can have their id.
        self._kept[id(options)] = (options, token, monotonic() + max(seconds - _MARGIN, 1.0))
        return token


def of_token(options: HttpOptions, failure: Failure) -> Failure:
    """A failure to get a token, as what it is to the target.

    On the target's own host it is the target's. Elsewhere the target has not even been asked, and
    nothing is known of it.
    """
    elsewhere = options.oauth2.token_url if options.oauth2 else options.login.url  # type: ignore[union-attr]  # one of them there is
    host = urlsplit(options.below(elsewhere)).hostname
    message = f"token: {failure.message or failure.reason}"
    if host == urlsplit(options.url).hostname:
        return Failure(failure.result, failure.reason, message)
    return Failure(Result.UNKNOWN, Reason.TOKEN_UNAVAILABLE, message)


def _found(options: HttpOptions, judged: Judged) -> tuple[str, float]:
    """The token, and for how many seconds it holds."""
    if options.login is not None:
        place = options.login.token
        token = judged.text.strip() if place is None else place.find(judged.document)
        seconds = _KEEP
    else:
        document = judged.document if isinstance(judged.document, dict) else {}
        token, seconds = document.get("access_token"), document.get("expires_in", _KEEP)
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise down(Reason.ASSERTION_FAILED, "the answer holds none")
    return token, float(seconds) if isinstance(seconds, int | float) else _KEEP
