"""Area federation: what league noise costs in accuracy, in bytes and in seconds a round."""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from demolib.league import League
from demolib.shops import import_all
from sample import federation
from simulate import simulate, simulate_local
from simulate_league import simulate_league
from simulate_shops import merchants_of, sample_homes

from common.features import default_spec
from common.keys import Identity
from common.secagg import codec, masks
from common.secagg.client_side import SumClient
from common.secagg.roster import Floors, Roster, usual_threshold
from common.secagg.server_side import SumServer
from common.secagg.task import RoundMemory, SumTask

ROOT = Path(__file__).resolve().parents[2]


def measure(*, quick: bool) -> dict[str, float]:
    """Accuracy on the shipped sample (simulated messages), bytes, and rounds of real processes."""
    return {**_accuracy(quick), **_sum(8, 50_000), **_rounds(4 if quick else 8, quick)}


def _accuracy(quick: bool) -> dict[str, float]:
    """AUC lost against no privacy; the mean over runs."""
    spec, runs = default_spec(), 1 if quick else 3
    with sample_homes(ROOT / "data" / "completejourney", 8 if quick else None) as (homes, cut):
        merchants = merchants_of(homes, spec, cut)
    alone, together = simulate_local(merchants, spec), simulate(merchants, spec, None)
    out: dict[str, float] = {}
    for epsilon in (3, 1):
        found = [simulate_league(merchants, spec, epsilon) for _ in range(runs)]
        mean_auc = float(np.mean([r.mean_auc for r in found]))
        out[f"league_eps{epsilon}_loss"] = together.auc - float(np.mean([r.auc for r in found]))
        out[f"league_eps{epsilon}_mean_loss"] = together.mean_auc - mean_auc
        if epsilon == 3:
            out["league_eps3_gain_over_alone"] = mean_auc - alone.mean_auc
    return out


def _sum(n: int, length: int) -> dict[str, float]:
    """One secure sum in memory: a merchant's bytes up against plain float32, and its exactness."""
    identities = [Identity.generate() for _ in range(n)]
    roster = Roster.of(i.public for i in identities)
    t = usual_threshold(n, 1)
    task = SumTask("bench", 1, 1, "ab" * 32, roster.digest(), t, 1, 32, length)
    server, rng = SumServer(task, roster), np.random.default_rng(0)
    clients, sent = {}, 0
    for identity in identities:
        opened = SumClient.open(identity, roster, Floors(3, 3, 1), task, RoundMemory())
        if not isinstance(opened, tuple):
            raise RuntimeError(opened.reason)
        clients[identity.public.fingerprint] = opened
    plain = masks.zeros(length, 32)

    def up(message: object) -> None:
        nonlocal sent
        sent += sum(map(len, codec.pack(message)))
        if refused := server.take(message):
            raise RuntimeError(refused.reason)

    began = time.perf_counter()
    for client, _ in clients.values():
        up(client.advertise())
    keys = server.key_list()
    for client, _ in clients.values():
        up(client.share(keys))
    for who, told in server.share_lists().items():
        client, memory = clients[who]
        client.prepare(told)
        vector = rng.integers(0, 1 << 32, length, dtype=np.uint32)
        plain += vector
        up(client.masked(vector, memory)[0])
    survivors = server.survivor_list()
    for client, _ in clients.values():
        up(client.confirm(survivors))
    proof = server.survivor_proof()
    for client, _ in clients.values():
        up(client.unmask(proof))
    result = server.result()
    return {
        "secagg_bytes_ratio": sent / (n * 4 * length),
        "secagg_sum_errors": float(np.count_nonzero(result.total != plain)),
        "secagg_cpu_s": time.perf_counter() - began,
    }


def _stamp(stamps: list[float], line: dict[str, Any]) -> None:
    """When a round was over."""
    if str(line.get("step", "")).startswith("round "):
        stamps.append(time.monotonic())


def _rounds(n: int, quick: bool) -> dict[str, float]:
    """A league of processes on loopback: seconds a round, own noise and league noise."""
    shipped, out = federation(), {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shops = import_all(shipped.merchants[:n], root, 20.0, lambda _: None)
        league = League(root / "coordinator", root)
        try:
            league.start(shops)
            for mode in ("own", "league"):
                stamps: list[float] = []
                options = ["--mode", mode, "--rounds", "3" if quick else "6", "--epsilon", "3"]
                options += ["--merchants-min", str(n), "--train-before", shipped.cut_at]
                league.run([*options, "--no-evaluation"], partial(_stamp, stamps))
                out[f"{mode}_round_s"] = float(np.median(np.diff(stamps)))
        finally:
            league.stop()
    return {
        "league_round_s": out["league_round_s"],
        "own_round_s": out["own_round_s"],
        "nodes_connected": n,
    }
