"""Who pays: cards for vehicles that wait, contracts, and Josev's own OCPP client."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from connector.station.core import settings as names
from connector.station.core.admission import STARTED, WAITING
from connector.station.core.events import AuthorizeWanted
from connector.station.core.tokens import Verdict
from connector.station.hardware_mqtt.envelope import Envelope, Refused
from connector.station.hardware_mqtt.post import is_same
from connector.station.josev.messages import (
    TOKEN_TYPES,
    Authorization,
    EvCertificate,
)
from connector.station.josev.options import JOSEV
from connector.station.josev.ports import EvCertificates
from connector.station.josev.post import Pending, Post
from connector.station.ports import Communicating, Token

if TYPE_CHECKING:
    from connector.station.josev.bridge import Bridge

Json = dict[str, Any]
ACCEPTED, REJECTED, DEAUTHORIZED = "accepted", "rejected", "deauthorized"
FREE, CONTRACT = "NoAuthorization", "eMAID"
_LONGEST_TOKEN = 36
_OURS = {theirs: ours for ours, theirs in TOKEN_TYPES.items()}
Decided = Callable[[str], None]


class Authorizing:
    """Brings vehicles and those who pay for them together."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._asked: dict[str, tuple[Post, Decided, int]] = {}
        """Our questions to Josev, by id, with when they are over."""
        self._wanted: dict[str, int] = {}
        """Where the tokens were presented that the client asks about."""

    # -- vehicles that wait (EIM)

    def waits(self, post: Post) -> None:
        """A vehicle polls; somebody is asked once, and the vehicle told once."""
        v2g = post.v2g
        if v2g is None or v2g.is_asked:
            return
        v2g.is_asked = True
        wait_ms = round(self._bridge.options.authorize_within_s * 1000)
        v2g.gives_up_ms = self._bridge.now() + wait_ms if wait_ms else None
        if not post.is_authorized and isinstance(self._bridge.hardware, Communicating):
            self._bridge.hardware.log_in(post.number)
        self.look(post)

    def look(self, post: Post) -> None:
        """See whether somebody may charge by now, or may no more."""
        was, post.was_authorized = post.was_authorized, post.is_authorized
        v2g = post.v2g
        if v2g is None:
            return
        if post.is_authorized:
            v2g.is_revoked = False
            if v2g.is_asked and v2g.answered is None:
                self._tell(post, ACCEPTED)
        elif was and not v2g.is_revoked:
            v2g.is_revoked = True
            self._tell(post, DEAUTHORIZED)

    def judged(self, post: Post, token: Token, outcome: str) -> None:
        """What became of a token that was presented there."""
        is_accepted = outcome in (STARTED, WAITING)
        mine = [each for each in post.pending if is_same(each.token, token)]
        for each in mine:
            post.pending.remove(each)
            each.answer(ACCEPTED if is_accepted else REJECTED)
        v2g = post.v2g
        if v2g is None or is_accepted or post.is_authorized:
            return
        if v2g.is_asked and v2g.answered is None:
            self._tell(post, REJECTED, token)

    def _tell(self, post: Post, status: str, token: Token | None = None) -> None:
        v2g = post.v2g
        if v2g is not None:
            v2g.answered, v2g.gives_up_ms = status, None
        session = post.evse.session if post.evse is not None else None
        token = token or (session.token if session is not None else None)
        data: Json = {"evse_id": post.evse_id}
        if token is not None and token.id:
            data["id_token"] = token.id
        kind = token.type if token is not None else "Local"
        data["token_type"] = _OURS.get(kind, "local")
        self._bridge.telling.update("authorization", data | {"status": status})

    # -- Josev asks

    def meant(self, asked: Authorization) -> Post:
        """The EVSE; without an id where a vehicle waits.

        Raises:
            Refused: that is nowhere.
        """
        posts = list(self._bridge.posts.values())
        if asked.evse_id is not None or len(posts) == 1:
            return self._bridge.find(asked.evse_id)
        waiting = [
            p for p in posts if p.v2g is not None and p.v2g.state == "authorization"
        ]
        if len(waiting) != 1:
            raise Refused("evse_id: missing", "an EVSE, as there is more than one")
        return waiting[0]

    def ask(self, post: Post, request: Envelope, asked: Authorization) -> Json | None:
        """Answer, or have somebody judge.

        Raises:
            Refused: this is no token, or nobody judges it here.
        """
        if self._bridge.options.ocpp == JOSEV:
            raise Refused("Josev has the OCPP client", "ocpp: station")
        token = self._token(asked)
        if post.is_authorized:
            session = post.evse.session if post.evse is not None else None
            is_own = session is not None and session.is_own(token, None)
            return {"status": ACCEPTED if is_own else REJECTED}
        self._judge(post, request, token)
        return None

    def _token(self, asked: Authorization) -> Token:
        core = self._bridge.core
        if core is None:
            raise Refused("the station is starting", "another try in a moment")
        if asked.token_type == FREE:
            if core.variables.text(names.AUTHORIZES).lower() != "false":
                raise Refused("no_authorization", "a token: this station asks for one")
        elif not 0 < len(asked.id_token) <= _LONGEST_TOKEN:
            expected = f"1 to {_LONGEST_TOKEN} characters"
            raise Refused(f"id_token: {len(asked.id_token)} characters", expected)
        return Token(asked.id_token, asked.token_type)

    def _judge(self, post: Post, request: Envelope, token: Token) -> None:
        core, contracts = self._bridge.core, self._bridge.outside.contracts
        reply = self._bridge.telling.reply
        waiting = self._wait(
            post, request, token, lambda status: reply(request, {"status": status})
        )
        if token.type != CONTRACT or contracts is None:
            if core is not None:
                core.presented(token, self._bridge.now(), post.number)
            return

        def done(is_accepted: bool) -> None:
            if waiting in post.pending and core is self._bridge.core and core:
                verdict = Verdict("Accepted" if is_accepted else "Invalid")
                core.authorized(post.number, token, verdict, self._bridge.now())

        contracts.judge(post.number, token, done)

    def _wait(
        self, post: Post, request: Envelope, token: Token, answer: Decided
    ) -> Pending:
        wait_ms = round(self._bridge.options.answer_within_s * 1000)
        waiting = Pending(request, token, self._bridge.now() + wait_ms, answer)
        post.pending.append(waiting)
        return waiting

    def later(
        self,
        post: Post,
        request: Envelope,
        done: Callable[[str, str], None],
        source: EvCertificates,
        asked: EvCertificate,
    ) -> None:
        """Somebody else answers, within the time there is."""
        nobody = Token("", "")
        waiting = self._wait(post, request, nobody, lambda _: done("Failed", ""))

        def answered(status: str, exi: str) -> None:
            if waiting in post.pending:
                post.pending.remove(waiting)
                done(status, exi)

        source.get(post.number, asked, answered)

    # -- time

    def step(self, post: Post, now_ms: int) -> None:
        """Who was not judged in time is not accepted."""
        for each in [each for each in post.pending if each.until_ms <= now_ms]:
            post.pending.remove(each)
            each.answer(REJECTED)
        v2g = post.v2g
        if v2g is not None and v2g.gives_up_ms is not None:
            if now_ms >= v2g.gives_up_ms:
                self._tell(post, REJECTED)
        late = [i for i, (_, _, until_ms) in self._asked.items() if until_ms <= now_ms]
        for id_ in late:
            self._asked.pop(id_)[1](REJECTED)

    # -- Josev has the OCPP client

    def asked_about(self, event: AuthorizeWanted) -> None:
        """Where a token was presented, which an Authorize does not say."""
        self._wanted[event.token.id] = event.evse

    def ask_josev(self, token: Token, decided: Decided) -> None:
        """Have Josev's central system judge a card; ``decided`` is called once."""
        post = self._bridge.posts[self._wanted.pop(token.id, 1)]
        kind = _OURS.get(token.type, "local")
        data = {"evse_id": post.evse_id, "id_token": token.id, "token_type": kind}
        id_ = self._bridge.telling.ask("authorization", data)
        wait_ms = round(self._bridge.options.answer_within_s * 1000)
        self._asked[id_] = post, decided, self._bridge.now() + wait_ms
        self._bridge.on_due()

    def time_moved(self, by_ms: int) -> None:
        """The clock was set."""
        self._asked = {
            id_: (post, decided, until_ms + by_ms)
            for id_, (post, decided, until_ms) in self._asked.items()
        }

    def due_ms(self) -> list[int]:
        """When questions of ours are over."""
        return [until_ms for _, _, until_ms in self._asked.values()]

    def told(self, message: Envelope, news: Authorization) -> None:
        """An answer of Josev's; or its central system has started something."""
        asked = self._asked.pop(message.id, None)
        if asked is not None:
            asked[1](news.status or REJECTED)
        elif message.type == "update" and self._bridge.options.ocpp == JOSEV:
            self._follow(self._bridge.find(news.evse_id), news)

    def _follow(self, post: Post, news: Authorization) -> None:
        core = self._bridge.core
        if core is None:
            return
        if news.status == ACCEPTED and not post.is_authorized:
            token = Token(news.id_token or "JOSEV", news.token_type)
            now_ms = self._bridge.now()
            core.authorized(post.number, token, Verdict("Accepted"), now_ms)
        elif news.status == DEAUTHORIZED:
            self.ended(post)

    def ended(self, post: Post) -> None:
        """Josev's central system has ended a transaction."""
        core = self._bridge.core
        session = post.evse.session if post.evse is not None else None
        if core is not None and session is not None and session.is_running:
            core.remote_stop(self._bridge.now(), key=session.key)
