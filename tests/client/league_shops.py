"""A league of real shops through `client.app`, and a coordinator of ours: stage by stage, over Flower's records."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flwr.app import Context, Metadata, RecordDict
from flwr.app import Message as Envelope

from client import enrol, inside
from client.app import app
from client.league.sessions import SESSIONS
from client.shop import IDENTITY_PATH, make_shop
from client.store import Store, ledger, rounds
from client.store.rounds import ReceivedPlan
from common import wire
from common.errors import Refusal
from common.features import default_spec
from common.keys import Identity
from common.ledger import EntryKind
from common.privacy import PrivacyMode
from common.receipts import Receipt
from common.rounds import RoundPlan, RoundReport, Task
from common.secagg.encoding import League, choose
from common.secagg.messages import MaskedSum, Stage
from common.secagg.roster import Roster, usual_threshold
from common.secagg.server_side import SumResult, SumServer
from common.secagg.terms import LeagueTerms
from tests.client.door_shop import a_plan, at
from tests.client.fake_book import FakeBook

SIGMA, CLIP, SHOPPERS = 8.0, 1.0, 50


@dataclass(frozen=True)
class Kit:
    """Stands in for the site kit: only its pinned key is looked at."""

    coordinator: Any


@lru_cache
def weights() -> Mapping[str, np.ndarray]:
    """The real model's, as a plan carries them."""
    from common.model import initial_tensors

    return initial_tensors(default_spec())


def vector(home: Path, plan: RoundPlan) -> np.ndarray:
    """A merchant's clipped sum in these tests: its own, of norm 5."""
    assert plan.league is not None
    seed = int.from_bytes(home.name.encode()) + plan.round
    raw = np.random.default_rng(seed).normal(size=plan.league.codec.dimension)
    return raw * (5.0 / np.linalg.norm(raw))


@dataclass
class LeagueOfShops:
    """n shops in folders, a book, and what everybody said."""

    folder: Path
    n: int = 5
    colluders: int = 1
    policy: dict[str, Any] = field(default_factory=dict)
    coordinator: Identity = field(default_factory=Identity.generate)
    calls: list[Path] = field(default_factory=list)
    codes: dict[str, list[str]] = field(default_factory=dict)
    reports: dict[str, RoundReport] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.homes: dict[str, Path] = {}
        for i in range(self.n):
            home = self.folder / f"shop{i}"
            make_shop(home, f"Shop {i}", "en", self.policy)
            with Store.open(home) as store:
                some = [(f"s{j}", 1) for j in range(SHOPPERS)]
                sql = "INSERT INTO shoppers (shopper_key, consent) VALUES (?, ?)"
                store.db.conn.executemany(sql, some)
                store.db.conn.commit()
            self.homes[Identity.load(home / IDENTITY_PATH).public.fingerprint] = home
        self.names = sorted(self.homes)
        self.book = FakeBook(self.coordinator)

    def identity(self, merchant: str) -> Identity:
        return Identity.load(self.homes[merchant] / IDENTITY_PATH)

    @property
    def roster(self) -> Roster:
        return Roster.of(self.identity(m).public for m in self.names)

    def draft(self, task: Task = Task.EVALUATE, **changes: Any) -> RoundPlan:
        """A plan without its terms yet."""
        given: dict[str, Any] = {
            "task": task,
            "mode": PrivacyMode.LEAGUE,
            "local_steps": 1,
            "noise_multiplier": SIGMA,
            "clip_norm": CLIP,
            "n_bins": 8,
            **at(datetime.now(UTC)),
        }
        if task is Task.TRAIN:
            given["tensors"] = weights()
        return a_plan(**{**given, **changes})

    def terms(self, plan: RoundPlan, roster: Roster | None = None, **changes: Any) -> LeagueTerms:
        """As a sound coordinator would choose them."""
        trained = [n for n in plan.tensors if "click" not in n]
        train = plan.task is Task.TRAIN
        wanted: dict[str, Any] = {
            "dimension": sum(plan.tensors[n].size for n in trained) if train else 2 * plan.n_bins,
            "clip_norm": plan.clip_norm,
            "sigma": plan.noise_multiplier,
            "n_min": usual_threshold(self.n, self.colluders),
            "n_max": self.n,
            "f": self.colluders,
            "weight": 100.0,
            **changes,
        }
        codec, noise = choose(League(**wanted), seed=f"{plan.run_id}/{plan.round}")
        digest = (roster or self.roster).digest()
        return LeagueTerms(codec, noise, digest, noise.n_min, noise.f)

    def plan(self, task: Task = Task.EVALUATE, **changes: Any) -> RoundPlan:
        """A sound plan, entered in the book and signed; `changes` may replace its terms."""
        draft = self.draft(task, **{k: v for k, v in changes.items() if k != "league"})
        league = changes.get("league") or self.terms(draft)
        fields = {k: getattr(draft, k) for k in draft.__slots__ if k not in ("book", "signature")}
        return self.book.plan(datetime.now(UTC), **{**fields, "league": league})

    def send(self, merchant: str, content: RecordDict, kind: str = wire.SUM) -> Envelope:
        """One message through the client's only door."""
        metadata = Metadata(1, "m", 1, 7, "", "", time.time(), 3600.0, kind)
        node = {"home": str(self.homes[merchant])}
        context = Context(run_id=1, node_id=7, node_config=node, state=RecordDict(), run_config={})
        return app(Envelope(content, metadata=metadata), context)

    def ask(self, merchant: str, content: RecordDict) -> RecordDict | None:
        """The same; a refusal's code is kept."""
        reply = self.send(merchant, content)
        if reply.has_error():
            self.codes.setdefault(merchant, []).append(reply.error.reason.split(":")[1])
            return None
        return reply.content

    def open(
        self, plan: RoundPlan, drop: Collection[str] = (), roster: Roster | None = None
    ) -> SumServer:
        """The first stage: everybody is invited."""
        assert plan.league is not None
        members = roster or self.roster
        server = SumServer(plan.league.task(plan.run_id, plan.round, 1, plan.digest()), members)
        for m in self.names:
            if m in drop:
                continue
            packed = wire.invite_to_records(plan, 1, members)
            content = self.ask(m, wire.with_receipt(packed, self.receipts.get(m)))
            if content is not None:
                assert server.take(wire.sum_from_records(content)) is None
        return server

    def run(
        self,
        plan: RoundPlan,
        drop: Mapping[Stage, Collection[str]] | None = None,
        tamper: Callable[[Stage, str, Any], Any] = lambda stage, merchant, message: message,
    ) -> SumResult | Refusal:
        """A whole round; who is in drop[stage] does not answer that stage or later ones."""
        gone = drop or {}
        server = self.open(plan, gone.get(Stage.KEYS, ()))
        out = set(gone.get(Stage.KEYS, ()))
        for stage, close in (
            (Stage.SHARES, server.key_list),
            (Stage.MASKED, server.share_lists),
            (Stage.CONFIRM, server.survivor_list),
            (Stage.UNMASK, server.survivor_proof),
        ):
            told = close()
            if isinstance(told, Refusal):
                return told
            out |= set(gone.get(stage, ()))
            for m in sorted(server.waiting - out):
                message = told[m] if isinstance(told, dict) else told
                self.answer(server, m, stage, tamper(stage, m, message))
        return server.result()

    def answer(self, server: SumServer, m: str, stage: Stage, message: Any) -> None:
        """One merchant's answer to one list, given to the server."""
        content = self.ask(m, wire.sum_to_records(message))
        if content is None:
            return
        if stage is Stage.MASKED:
            self.reports[m], said = wire.masked_from_records(content)
        else:
            said = wire.sum_from_records(content)
        assert server.take(said) is None

    def close(self, plan: RoundPlan) -> None:
        """Enter the round in the book; everybody's receipt comes with the next plan."""
        who = sorted(m for m, r in self.reports.items() if r.plan_digest == plan.digest())
        made = self.book.close(plan, [self.reports[m] for m in who], datetime.now(UTC))
        self.receipts |= dict(zip(who, made, strict=True))

    def plain(self, plan: RoundPlan, members: Collection[str]) -> np.ndarray:
        """The sum without noise, rounding and masks."""
        return np.sum([vector(self.homes[m], plan) for m in members], axis=0)

    def charges(self, merchant: str) -> list[str]:
        """Kinds of the ledger's entries."""
        with Store.open(self.homes[merchant]) as store:
            assert ledger.verify_store(store, self.identity(merchant).public) == []
            return [e.kind.value for e in ledger.entries(store) if e.kind is not EntryKind.OPEN]

    def diary(self, merchant: str) -> list[ReceivedPlan]:
        """What was written down, newest first."""
        with Store.open(self.homes[merchant]) as store:
            return rounds.received(store)

    def untouched(self) -> bool:
        """Nobody's ledger was charged and nobody's rows were added up."""
        return not self.calls and all(self.charges(m) == [] for m in self.names)


def restart() -> None:
    """What a new process knows of the sessions of the old one."""
    SESSIONS._all.clear()


def league_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch, n: int = 5, **rest: Any
) -> LeagueOfShops:
    """A league whose private work is `vector`, and whose kit names the coordinator."""
    made = LeagueOfShops(folder, n, **rest)
    monkeypatch.setattr(enrol, "load_kit", lambda home: Kit(made.coordinator.public))

    def work(store: Store, settings: Any, plan: RoundPlan) -> np.ndarray:
        made.calls.append(store.home)
        return vector(store.home, plan)

    monkeypatch.setattr(inside, "_total", work)
    return made


def signed(league: LeagueOfShops, plan: RoundPlan, /, **changes: Any) -> RoundPlan:
    """The plan changed, and signed by the coordinator all the same."""
    other = replace(plan, **changes)
    return other.signed(league.coordinator.sign(other.signed_bytes()))


__all__ = ["LeagueOfShops", "MaskedSum", "league_of", "restart", "signed", "vector"]
