"""The merchant's node: it speaks to the SuperLink and runs only the installed program."""

from __future__ import annotations

import hashlib
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from client import enrol
from client.league.sessions import SESSIONS
from client.status import Status, about_message, now_text
from common import wire
from common.errors import CoordinatorUnreachable, EnrolmentError, FederationError, HansaError
from common.flower.calls import WRONG_CERTIFICATE, LinkDown, LinkRefused
from common.flower.fleet import (
    APP_RAISED,
    HEARTBEAT_S,
    INVALID_FAB,
    Context,
    Fleet,
    Message,
    RecordDict,
    error_reply,
)

__all__ = ["App", "Node", "Pace", "Status"]

_log = logging.getLogger(__name__)

#: A Flower ClientApp: the installed one, never one that came over the wire.
App = Callable[[Message, Context], Message]


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the node asks, and how long it tries.

    Attributes:
        active_s: Between two questions while a run is on.
        idle_s: Between two questions when nothing has come for a while.
        sum_s: Between two questions while a secure sum waits for its next stage; slower and slower
            up to `active_s` when the others take long.
        patient_s: The coordinator may answer so late when there is nothing yet, and answers at once
            when there is; then there is no pause before the next question.
        retry_s: First wait after a failed connection; doubles up to `retry_max_s`.
        max_wait_s: Give up when not connected for so long; None = never.
    """

    active_s: float = 0.3
    idle_s: float = 2.0
    sum_s: float = 0.05
    patient_s: float = 0.5
    retry_s: float = 0.5
    retry_max_s: float = 20.0
    max_wait_s: float | None = None


class Node:
    """One merchant's node. `run` blocks until `stop` is set."""

    def __init__(
        self,
        home: Path,
        membership: enrol.Membership,
        app: App,
        allowed_code: frozenset[str],
        tell: Callable[[Status], None],
        pace: Pace | None = None,
        in_sum: Callable[[], bool] | None = None,
    ) -> None:
        self.home, self.membership, self.app = home, membership, app
        self.in_sum = in_sum or self._in_sum
        self.allowed_code, self.tell = allowed_code, tell
        self.pace = pace or Pace()
        self.stop = threading.Event()
        self._code: dict[int, str] = {}
        self._lost = threading.Event()
        self._unsent: tuple[Message, float] | None = None

    def run(self, *, once: bool = False) -> None:
        """Stay connected and answer; with `once` answer what waits and end.

        Raises:
            CoordinatorUnreachable: nobody answered for `max_wait_s` (at once with `once`).
            EnrolmentError: somebody answered for so long that this node is not enrolled.
        """
        kit = self.membership.kit
        link = Fleet(
            kit.address,
            kit.ca_pem.encode("ascii"),
            self.membership.node_key,
            enrol.load_node_id(self.home),
        )
        try:
            while not self.stop.is_set():
                if not self._connect(link, once):
                    break
                self._online(link, once)
                if once:
                    break
        finally:
            link.close()
            self.tell(Status("stopped"))

    def _connect(self, link: Fleet, once: bool) -> bool:
        """Come online, trying again with growing waits; False when asked to stop."""
        wait, since = self.pace.retry_s, time.monotonic()
        self.tell(Status("connecting", f"Calling {self.membership.kit.address}."))
        while not self.stop.is_set():
            try:
                enrol.save_node_id(self.home, link.activate())
                return True
            except (LinkDown, LinkRefused) as e:
                error = self._explain(e)
            limit = 0.0 if once else self.pace.max_wait_s
            if limit is not None and time.monotonic() - since + wait > limit:
                raise error
            note = f"{error.what} Trying again; nothing is lost."
            self.tell(Status("offline", note, code=error.code))
            self.stop.wait(wait * random.uniform(0.8, 1.2))
            wait = min(wait * 2, self.pace.retry_max_s)
        return False

    def _explain(self, error: LinkDown | LinkRefused) -> FederationError:
        address = self.membership.kit.address
        if isinstance(error, LinkRefused):
            return EnrolmentError(
                "The coordinator does not know this shop's node, or has locked it out.",
                where=address,
                safe="Nothing was sent.",
                todo="Send the request that 'hansa join' wrote to the operator, or ask why.",
            )
        if str(error) == WRONG_CERTIFICATE:
            return EnrolmentError(
                "Whoever answers at this address is not this league's coordinator.",
                where=address,
                safe="Nothing was sent: the certificate was refused.",
                todo="Ask the operator whether the coordinator moved, and for a fresh site kit.",
            )
        return CoordinatorUnreachable(
            "The coordinator does not answer.",
            where=address,
            safe="Nothing was sent and no privacy was spent; the shop's data is as before.",
            todo="Check the network; the operator can tell whether the coordinator runs.",
        )

    def _online(self, link: Fleet, once: bool) -> None:
        """Answer until the connection is lost or the node is stopped."""
        self.tell(Status("online", f"Connected to '{self.membership.kit.league}'."))
        self._lost.clear()
        beating = threading.Event()
        beat = threading.Thread(target=self._heartbeat, args=(link, beating), daemon=True)
        beat.start()
        try:
            self._answer_all(link, once)
        finally:
            beating.set()
            beat.join(HEARTBEAT_S)
            self._sign_off(link)

    def _answer_all(self, link: Fleet, once: bool) -> None:
        wait = self.pace.active_s
        while not (self.stop.is_set() or self._lost.is_set()):
            try:
                self._send_unsent(link)
                message = link.receive(0.0 if once else max(wait, self.pace.patient_s))
                if message is not None:
                    self._answer(link, message)
                    wait = self.pace.sum_s if self.in_sum() else self.pace.active_s
                    continue
            except LinkDown:
                return
            except LinkRefused as e:
                if e.status == 401:
                    return
                self._unsent = None
                _log.info("a message was dropped: %s", e)  # its run is over
            except ValueError:
                _log.warning("a message that cannot be read was dropped")
            if once:
                return
            if not link.waited:  # the coordinator has not waited in our place
                self.stop.wait(wait)
            slowest = self.pace.active_s if self.in_sum() else self.pace.idle_s
            wait = min(wait * 1.03, slowest)

    def _in_sum(self) -> bool:
        """Whether this shop waits for the next stage of a secure sum."""
        return SESSIONS.is_open(str(self.home.resolve()), datetime.now(UTC))

    def _heartbeat(self, link: Fleet, stop: threading.Event) -> None:
        while not stop.wait(HEARTBEAT_S * 0.7):
            try:
                if not link.heartbeat():
                    self._lost.set()
            except LinkRefused:
                self._lost.set()
            except LinkDown:
                continue  # the next one may get through; the poll notices as well

    def _sign_off(self, link: Fleet) -> None:
        try:
            link.deactivate()
        except (LinkDown, LinkRefused):
            _log.info("the coordinator did not hear that this node goes offline")

    def _answer(self, link: Fleet, message: Message) -> None:
        started = time.monotonic()
        meta = message.metadata
        if meta.created_at + meta.ttl < time.time():
            return  # nobody waits for it any more: do not spend privacy on it
        if not self._code_allowed(link, meta.run_id):
            note = "The coordinator runs other code than this computer; not answered."
            self.tell(Status("refused", note, code="code-not-allowed"))
            reply = error_reply(message, INVALID_FAB, "code-not-allowed")
        else:
            reply = self._run_app(message, link.node_id)
        self._unsent = (reply, time.monotonic() - started)
        self._send_unsent(link)

    def _send_unsent(self, link: Fleet) -> None:
        """An answer is paid for: it is kept until it is sent, or nobody wants it any more."""
        if self._unsent is not None:
            link.send(*self._unsent)
            self._unsent = None

    def _code_allowed(self, link: Fleet, run_id: int) -> bool:
        """Compare digests; the coordinator's bundle of code is never unpacked."""
        if run_id not in self._code:
            self._code[run_id] = hashlib.sha256(link.code(run_id)).hexdigest()
        return self._code[run_id] in self.allowed_code

    def _run_app(self, message: Message, node_id: int) -> Message:
        about = about_message(self.home, message)
        self.tell(about)
        context = Context(
            run_id=message.metadata.run_id,
            node_id=node_id,
            node_config={"home": str(self.home)},
            state=RecordDict(),
            run_config={},  # whatever the coordinator wishes for here: the signed plan says all
        )
        try:
            reply = self.app(message, context)
        except Exception as e:  # whatever it is, its text stays here
            _log.warning("the message was not answered", exc_info=e)
            code = getattr(e, "code", "internal") if isinstance(e, HansaError) else "internal"
            reply = error_reply(message, APP_RAISED, f"{type(e).__name__}:{code}")
        if reply.has_error():
            self.tell(replace(about, state="refused", code=reply.error.reason or "", at=now_text()))
        elif message.metadata.message_type != wire.SUM or "report" in reply.content:
            done = "installed" if message.metadata.message_type == wire.BUNDLE else "sent"
            self.tell(replace(about, state=done, note="", at=now_text()))
        elif not self.in_sum():
            done = "The secure sum is over for this shop."
            self.tell(replace(about, state="online", note=done, at=now_text()))
        return reply
