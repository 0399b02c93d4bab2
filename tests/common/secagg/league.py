"""A league in memory: n clients and a server over the wire's own bytes, drop-outs, and a coordinator that cheats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from common.errors import Refusal
from common.keys import Identity
from common.secagg import codec, masks
from common.secagg.client_side import SumClient
from common.secagg.messages import Stage
from common.secagg.roster import Floors, Roster, usual_threshold
from common.secagg.server_side import SumResult, SumServer
from common.secagg.task import RoundMemory, SumTask

PLAN = "ab" * 32


@lru_cache(maxsize=512)
def identity(i: int) -> Identity:
    """The i-th merchant of all tests."""
    return Identity.generate()


def over_the_wire(message):
    """The same message, after its bytes."""
    out = codec.unpack(*codec.pack(message))
    assert codec.pack(out) == codec.pack(message)
    return out


@dataclass
class League:
    """n merchants, one attempt. `tamper(stage, merchant, message)` changes what the coordinator says."""

    n: int
    threshold: int = 0
    colluders: int = 0
    bits: int = 32
    length: int = 7
    round: int = 1
    attempt: int = 1
    floors: Floors | None = None
    first: int = 0
    seed: int = 0
    memories: dict[str, RoundMemory] = field(default_factory=dict)

    def __post_init__(self):
        self.identities = {
            (one := identity(i)).public.fingerprint: one
            for i in range(self.first, self.first + self.n)
        }
        self.names = sorted(self.identities)
        self.roster = Roster.of(i.public for i in self.identities.values())
        self.threshold = self.threshold or usual_threshold(self.n, self.colluders)
        self.floors = self.floors or Floors(3, 2 + self.colluders, self.colluders)
        self.server = SumServer(self.task(), self.roster)
        rng = np.random.default_rng(self.seed)
        top = (1 << self.bits) - 1
        kind = masks.dtype_of(self.bits)
        self.vectors = {
            m: rng.integers(0, top, self.length, dtype=kind.type, endpoint=True) for m in self.names
        }
        self.clients: dict[str, SumClient] = {}
        self.refusals: dict[str, list[Refusal]] = {m: [] for m in self.names}
        self.sent: dict[Stage, dict[str, object]] = {s: {} for s in Stage}

    def task(self, **change) -> SumTask:
        terms = {
            "run_id": "run",
            "round": self.round,
            "attempt": self.attempt,
            "plan_digest": PLAN,
            "roster_digest": self.roster.digest(),
            "threshold": self.threshold,
            "colluders": self.colluders,
            "bits": self.bits,
            "length": self.length,
        }
        return SumTask(**{**terms, **change})

    def plain(self, members: Iterable[str]) -> np.ndarray:
        """The sum without any protocol, in Python's own integers."""
        whole = [sum(int(self.vectors[m][i]) for m in members) for i in range(self.length)]
        return np.array([w % (1 << self.bits) for w in whole], dtype=masks.dtype_of(self.bits))

    def open(self, drop: Mapping[Stage, Iterable[str]] | None = None) -> None:
        """Every merchant joins and advertises, but for those that drop out before."""
        for m in self.names:
            memory = self.memories.get(m, RoundMemory())
            opened = SumClient.open(
                self.identities[m], self.roster, self.floors, self.task(), memory
            )
            if isinstance(opened, Refusal):
                self.refusals[m].append(opened)
                continue
            self.clients[m], self.memories[m] = opened
        self._collect(Stage.KEYS, {m: None for m in self.clients}, drop, lambda c, _: c.advertise())

    def run(
        self,
        drop: Mapping[Stage, Iterable[str]] | None = None,
        tamper: Callable[[Stage, str, object], object] = lambda stage, merchant, message: message,
        lie: Callable[[Stage, str, object], object] = lambda stage, merchant, message: message,
    ) -> SumResult | Refusal:
        """The whole attempt; who is in drop[stage] does not answer that stage or later ones."""
        self._lie = lie
        self.open(drop)
        steps = [
            (Stage.SHARES, self.server.key_list, lambda c, m: c.share(m)),
            (Stage.MASKED, self.server.share_lists, self._masked),
            (Stage.CONFIRM, self.server.survivor_list, lambda c, m: c.confirm(m)),
            (Stage.UNMASK, self.server.survivor_proof, lambda c, m: c.unmask(m)),
        ]
        for stage, close, answer in steps:
            told = close()
            if isinstance(told, Refusal):
                return told
            each = told if isinstance(told, dict) else dict.fromkeys(self._alive(), told)
            changed = {m: tamper(stage, m, t) for m, t in each.items()}
            self._collect(stage, changed, drop, answer)
        return self.server.result()

    def _alive(self) -> list[str]:
        return sorted(self.sent[self.server.stage] or self.sent[_BEFORE[self.server.stage]])

    def _masked(self, client: SumClient, told):
        found = client.prepare(told)
        if found:
            return found
        me = client.terms.me
        made = client.masked(self.vectors[me], self.memories[me])
        if isinstance(made, Refusal):
            return made
        message, self.memories[me] = made
        return message

    _lie = staticmethod(lambda stage, merchant, message: message)

    def _collect(self, stage, told, drop, answer):
        for m, message in told.items():
            if m in set((drop or {}).get(stage, ())) or (
                message is None and stage is not Stage.KEYS
            ):
                continue
            said = answer(self.clients[m], message and over_the_wire(message))
            if isinstance(said, Refusal):
                self.refusals[m].append(said)
                continue
            said = self._lie(stage, m, said)
            if said is None:
                continue
            said = over_the_wire(said)
            self.sent[stage][m] = said
            refused = self.server.take(said)
            if refused:
                self.refusals[m].append(refused)

    def codes(self) -> set[str]:
        """Every refusal's code, of whomever."""
        return {r.code for rs in self.refusals.values() for r in rs}


_BEFORE = dict(zip(list(Stage)[1:], list(Stage), strict=False))
