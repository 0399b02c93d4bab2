"""A league without a network: merchants that answer as a test tells them, over a fake grid."""

import itertools

import numpy as np
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flwr.app import ConfigRecord, Error, Message, RecordDict
from flwr.supercore.task_identity import TaskIdentity

from common import wire
from common.keys import Identity
from common.recipe import Recipe
from common.rounds import Task
from server.options import RunOptions
from server.registry import Registry
from server.rows import Merchant, now
from server.strategy import LeagueRun
from tests.server.fake_ledger import FakeLedger

TaskIdentity.task_id = TaskIdentity.run_id = TaskIdentity.node_id = 1

NAMES = ("w",)
INITIAL = {"w": np.zeros((2, 2), np.float32), "frozen": np.ones(3, np.float32)}
RECIPE = Recipe(
    rounds=3, local_steps=2, sampling_rate=0.5, clip_norm=1.0, learning_rate=0.1,
    expected_batch=10.0, server_momentum=0.0, n_bins=4,
)  # fmt: skip


def options(**changes):
    base = {
        "train_before_at": "2026-01-01T00:00:00+00:00", "merchants_min": 2, "quorum": 0.6,
        "round_s": 0.5, "straggler_s": 0.1, "merchants_wait_s": 0.3, "void_limit": 2,
        "recipe": RECIPE,
    }  # fmt: skip
    return RunOptions(**(base | changes))


def node_key():
    key = ec.generate_private_key(ec.SECP384R1()).public_key()
    pem = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, pem).decode()


class Shop:
    """A merchant. `behaviour`: answer, silent, error, garbage, forged."""

    def __init__(self, name, node_id, behaviour="answer", value=1.0):
        self.identity, self.name, self.node_id = Identity.generate(), name, node_id
        self.behaviour, self.value = behaviour, value
        self.ledger, self.receipts, self.installed = FakeLedger(self.identity), [], 0
        self.trained, self.asked, self.kept = 0, [], {}

    def merchant(self):
        public = self.identity.public
        return Merchant(public.fingerprint, self.name, public.hex, node_key(), self.node_id, now())

    def report(self, plan):
        if plan.digest() in self.kept:
            return self.kept[plan.digest()]
        self.trained += 1
        report = self.ledger.report(plan, self.tensors(plan))
        if self.behaviour == "forged":
            report = self.ledger.signed(report, Identity.generate())
        self.kept[plan.digest()] = report
        return report

    def tensors(self, plan):
        if plan.task is Task.TRAIN:
            return {"w": np.full((2, 2), self.value / 100, np.float32)}
        return {"histogram": np.array([[9, 5, 2, 1], [1, 1, 3, 4]], np.float32)}

    def take(self, receipt):
        """A sound merchant goes on from the newest head that was co-signed."""
        if receipt is not None and receipt not in self.receipts:
            self.receipts.append(receipt)
            self.ledger.base = receipt.head

    def answer(self, message):
        if self.behaviour == "silent":
            return None
        records, receipt = wire.take_receipt(message.content)
        self.take(receipt)
        if self.behaviour == "error":
            return Message(Error(code=2, reason="PlanRefused:plan-refused"), reply_to=message)
        if self.behaviour == "garbage":
            return Message(RecordDict({"x": ConfigRecord({"a": 1})}), reply_to=message)
        if message.metadata.message_type == wire.BUNDLE:
            self.installed += 1
            return Message(wire.installed_to_records("d" * 64), reply_to=message)
        plan = wire.plan_from_records(records)
        self.asked.append((plan.round, plan.digest()))
        return Message(wire.report_to_records(self.report(plan)), reply_to=message)


class FakeGrid:
    def __init__(self, shops):
        self.shops = {s.node_id: s for s in shops}
        self.online = set(self.shops)
        self.waiting, self.counter = {}, itertools.count()
        self.loses = []  # nodes that are reconnecting: their next message is lost

    def get_node_ids(self):
        return set(self.online)

    def push_messages(self, messages):
        ids = []
        for message in messages:
            key = f"m{next(self.counter)}"
            message.metadata.__dict__["_message_id"] = key
            node = message.metadata.dst_node_id
            if lost := node in self.loses:
                self.loses.remove(node)
            there = node in self.online and not lost
            reply = self.shops[node].answer(message) if there else None
            if reply is not None:
                self.waiting[key] = reply
            ids.append(key)
        return ids

    def pull_messages(self, message_ids):
        return [self.waiting.pop(i) for i in list(message_ids) if i in self.waiting]


class League:
    """Registry, operator's identity and shops of one test."""

    def __init__(self, folder, shops, run_options=None):
        self.identity, self.shops, self.events = Identity.generate(), shops, []
        self.registry = Registry(folder / "registry.db", self.identity)
        self.grid = FakeGrid(shops)
        for shop in shops:
            self.registry.add_merchant(shop.merchant())
        self.registry.add_run("r1", run_options or options(), 1.0, "spec", INITIAL)

    def run(self):
        row = self.registry.run("r1")
        return LeagueRun(self.grid, self.registry, row, NAMES, self.events.append)
