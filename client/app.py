"""app = ClientApp(): the only door out. Flower messages in, signed reports or bare error codes out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flwr.app import Context, Error, Message
from flwr.clientapp import ClientApp

from client import door, enrol
from client.league.stages import Desk, invited, went_on
from client.league.words import is_stage
from client.shop import IDENTITY_PATH
from client.store import Store, models, receipts
from common import wire
from common.errors import InputError, PlanRefused
from common.keys import Identity
from common.program import code_digest
from common.rounds import Task
from common.settings import load_settings

# Flower looks this name up in the syntax tree: it must stay a plain assignment in this file.
app = ClientApp()

#: Flower's ErrorCode.CLIENT_APP_RAISED_EXCEPTION.
_RAISED = 2


@app.train()
def train(message: Message, context: Context) -> Message:
    """Answer a TRAIN plan."""
    return _guarded(message, context, lambda m, store: _answer(m, store, Task.TRAIN))


@app.evaluate()
def evaluate(message: Message, context: Context) -> Message:
    """Answer an EVALUATE plan."""
    return _guarded(message, context, lambda m, store: _answer(m, store, Task.EVALUATE))


@app.query("sum")
def secure_sum(message: Message, context: Context) -> Message:
    """Answer a stage of a secure sum: an invitation with its plan, or one of the lists after it."""
    return _guarded(message, context, _stage)


@app.query("bundle")
def bundle(message: Message, context: Context) -> Message:
    """Check and install a published model; the answer holds its digest only."""
    return _guarded(message, context, _install)


def _guarded(
    message: Message, context: Context, answer: Callable[[Message, Store], Message]
) -> Message:
    """Whatever goes wrong, no text of an error leaves: it might quote a row."""
    try:
        with Store.open(_home(context)) as store:
            return answer(message, store)
    except Exception as e:
        return Message(Error(code=_RAISED, reason=door.reason_of(e)), reply_to=message)


def _stage(message: Message, store: Store) -> Message:
    content, receipt = wire.take_receipt(message.content)
    desk = Desk(
        store,
        load_settings(store.home),
        Identity.load(store.home / IDENTITY_PATH),
        enrol.load_kit(store.home).coordinator,
        datetime.now().astimezone(),
        code_digest(),
    )
    if not is_stage(content):
        plan, attempt, members = wire.invite_from_records(content)
        keys = invited(desk, plan, attempt, members, receipt)
        return Message(wire.sum_to_records(keys), reply_to=message)
    said = went_on(desk, wire.sum_from_records(content))
    records = (
        wire.masked_to_records(*said) if isinstance(said, tuple) else wire.sum_to_records(said)
    )
    return Message(records, reply_to=message)


def _answer(message: Message, store: Store, task: Task) -> Message:
    content, receipt = wire.take_receipt(message.content)
    plan = wire.plan_from_records(content)
    if plan.task is not task:
        raise PlanRefused("The plan came with the wrong kind of message.")
    report = door.answer(
        store,
        load_settings(store.home),
        Identity.load(store.home / IDENTITY_PATH),
        plan,
        enrol.load_kit(store.home).coordinator,
        datetime.now().astimezone(),  # the policy's hours are the merchant's
        code_digest=code_digest(),
        receipt=receipt,
    )
    return Message(wire.report_to_records(report), reply_to=message)


def _install(message: Message, store: Store) -> Message:
    """The receipt first: whatever becomes of the bundle, it co-signs this shop's ledger."""
    content, receipt = wire.take_receipt(message.content)
    packed = wire.bundle_from_records(content)
    coordinator = enrol.load_kit(store.home).coordinator
    if receipt is not None:
        me = Identity.load(store.home / IDENTITY_PATH).public
        receipts.take(store, me, coordinator, receipt, datetime.now().astimezone())
    digest = models.install(store, packed, coordinator)
    return Message(wire.installed_to_records(digest), reply_to=message)


def _home(context: Context) -> Path:
    home = context.node_config.get("home")
    if not isinstance(home, str) or not home:
        raise InputError("The node was started without the shop's folder.")
    return Path(home)
