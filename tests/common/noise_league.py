"""A small league whose rounds are secure sums: both sides in memory, as an auditor is given them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np

from common.averaging import aggregate
from common.book import BookKind
from common.book_file import ReportEvidence, RoundEvidence
from common.errors import Refusal
from common.league_step import league_histogram, league_update
from common.merkle import root
from common.privacy import PrivacyMode
from common.rounds import RoundPlan, RoundReport, Task, tensors_digest
from common.secagg.client_side import SumClient
from common.secagg.discrete import system_source
from common.secagg.encoding import League, choose
from common.secagg.messages import MaskedSum
from common.secagg.roster import Floors, Roster, usual_threshold
from common.secagg.server_side import SumResult, SumServer
from common.secagg.task import RoundMemory
from common.secagg.terms import LeagueTerms
from common.sum_evidence import SumEvidence
from tests.common.small_league import MOMENTUM, SmallLeague, leaves

F = 1
NAMES = ["numeric_conversion.bias", "vectors.weight"]


class NoiseLeague(SmallLeague):
    """Rounds with league noise; `play_sum` plays one, with drop-outs before the masked sum."""

    def __init__(self, n: int = 4) -> None:
        super().__init__(n)
        self.weights = {
            "numeric_click.bias": np.zeros(1, np.float32),
            "numeric_conversion.bias": np.zeros(1, np.float32),
            "vectors.weight": np.ones((3, 2), np.float32),
        }
        self.initial = self.weights

    @property
    def roster(self) -> Roster:
        return Roster.of(m.identity.public for m in self.members)

    def terms(self, plan: RoundPlan, **changes: Any) -> LeagueTerms:
        n = len(self.members)
        d = 7 if plan.task is Task.TRAIN else 2 * plan.n_bins
        threshold = usual_threshold(n, F)
        league = League(d, plan.clip_norm, plan.noise_multiplier, threshold, n, F, 64.0)
        codec, noise = choose(replace(league, **changes), seed=f"{plan.run_id}/{plan.round}")
        return LeagueTerms(codec, noise, self.roster.digest(), noise.n_min, noise.f)

    def ask(
        self, task: Task = Task.TRAIN, terms: LeagueTerms | None = None, **changes: Any
    ) -> RoundPlan:
        """A signed plan for a secure sum, in the book."""
        from tests.common.small_league import a_plan

        draft = a_plan(self.run_id, len(self.rounds) + 1, task, self.weights)
        draft = replace(draft, local_steps=1, **changes)
        given = terms or self.terms(draft)
        plan = replace(draft, mode=PrivacyMode.LEAGUE, league=given, book=self.book[-1].head)
        plan = plan.signed(self.identity.sign(plan.signed_bytes()))
        self.write(BookKind.PLAN, plan.digest(), **self.turn(plan))
        return plan

    def sum(
        self, plan: RoundPlan, drop: int = 0
    ) -> tuple[SumResult, SumEvidence, list[RoundReport]]:
        """Five stages by the real clients; the last `drop` merchants never send their vector."""
        assert plan.league is not None
        roster, codec = self.roster, plan.league.codec
        task = plan.league.task(plan.run_id, plan.round, 1, plan.digest())
        server, said, reports = SumServer(task, roster), [], []
        clients, memories = {}, {}
        rng = np.random.default_rng(plan.round)

        def take(message: Any) -> None:
            assert server.take(message) is None
            said.append(message)

        for m in self.members:
            opened = SumClient.open(m.identity, roster, Floors(3, 3, F), task, RoundMemory())
            assert not isinstance(opened, Refusal), opened
            clients[m.identity.public.fingerprint], memories[m.identity.public.fingerprint] = opened
        for c in clients.values():
            take(c.advertise())
        keys = server.key_list()
        for c in clients.values():
            take(c.share(keys))
        lists = server.share_lists()
        for m in self.members[: len(self.members) - drop]:
            me = m.identity.public.fingerprint
            assert clients[me].prepare(lists[me]) is None
            total = rng.normal(size=codec.dimension)
            vector = codec.noised(total, plan.league.noise, system_source())
            message, _ = clients[me].masked(vector, memories[me])
            assert isinstance(message, MaskedSum)
            take(message)
            digest = hashlib.sha256(message.vector).hexdigest()
            reports.append(m.ledger.report(plan, {}, masked=digest))
        told = server.survivor_list()
        alive = {r.merchant for r in reports}
        for name, c in clients.items():
            if name in alive:
                take(c.confirm(told))
        proof = server.survivor_proof()
        for name, c in clients.items():
            if name in alive:
                take(c.unmask(proof))
        result = server.result()
        assert isinstance(result, SumResult)
        return result, SumEvidence.of(1, roster, said), reports

    def close_sum(
        self,
        plan: RoundPlan,
        result: SumResult,
        evidence: SumEvidence | None,
        reports: list[RoundReport],
    ) -> None:
        reports = sorted(reports, key=lambda r: r.merchant)
        if plan.task is Task.TRAIN:
            step = league_update(plan, NAMES, result.total, len(result.members))
            done = aggregate(self.weights, [step], momentum=MOMENTUM, velocity=self.velocity)
            self.weights, self.velocity = done.tensors, done.velocity
            after, velocity = tensors_digest(done.tensors), tensors_digest(done.velocity)
        else:
            histogram = league_histogram(plan, result.total).astype(np.float32)
            after, velocity = tensors_digest({"histogram": histogram}), ""
        digests = [r.digest() for r in reports]
        entry = self.write(
            BookKind.ROUND,
            plan.digest(),
            status="closed",
            root=root(leaves(digests)),
            n_leaves=len(reports),
            before=tensors_digest(plan.tensors),
            after=after,
            velocity=velocity,
            **self.turn(plan),
        )
        shown = tuple(ReportEvidence(r.header(), r.signature, dict(r.tensors)) for r in reports)
        self.rounds.append(RoundEvidence(plan.header(), plan.signature, "closed", shown, evidence))
        for m in self.members:
            self.countersign(m, entry, reports, digests)

    def play_sum(self, task: Task = Task.TRAIN, drop: int = 0) -> None:
        plan = self.ask(task)
        self.close_sum(plan, *self.sum(plan, drop))
