"""RoundPlan (server to client) and RoundReport (client to server): all that crosses the wire."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.canonical import canonical, digest
from common.heads import LedgerHead
from common.ledger import LedgerEntry
from common.privacy import Mechanism, MechanismKind, PrivacyMode, PrivacyUnit
from common.secagg.terms import LeagueTerms

#: 2: plans name the coordinator's book, reports prove that the ledger only grew.
PROTOCOL = 2
#: What every signature of a plan and of a report begins with.
PLAN_DOMAIN = b"hansa-plan-v1\n"
REPORT_DOMAIN = b"hansa-report-v1\n"

Tensors = Mapping[str, NDArray[np.float32]]


class Task(StrEnum):
    """What a plan asks for."""

    TRAIN = "train"
    EVALUATE = "evaluate"


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What the coordinator asks of every merchant in one round. All values are public.

    Attributes:
        run_id: The coordinator's name for the whole run.
        round: 1-based, goes on after a crash; never reused within a run.
        task: TRAIN: `local_steps` noisy steps; EVALUATE: one noisy score histogram.
        mode: Own noise or league noise.
        unit: One shopper with at most K impressions.
        sampling_rate: q for TRAIN; EVALUATE always takes everybody (q = 1).
        noise_multiplier: sigma.
        clip_norm: C.
        local_steps: Noisy steps per round.
        learning_rate: Step size of the local optimiser.
        expected_batch: Public divisor of a noisy sum. Never a merchant's own count.
        heads: Which heads are trained: "click", "conversion".
        spec_digest: FeatureSpec the tensors belong to.
        train_before_at: ISO-8601 UTC; rows shown before are for TRAIN, later ones for EVALUATE.
        delta: The delta that the plan was calibrated for.
        issued_at: ISO-8601 UTC.
        deadline_at: ISO-8601 UTC; a client does not start after it.
        n_bins: Bins of the score histogram (EVALUATE).
        tensors: The shared weights, by parameter name.
        book: Where the coordinator's book stood when the plan was made; None only in tests and
            simulations.
        league: The secure sum of a league-noise plan; None for own noise.
        proximal: mu, pull of every local step towards `tensors` (FedProx; Li et al. 2020); 0 = none,
            and then it is not in the header: plans from before it say the same bytes.
        funnel: The conversion head's log-odds are those of a conversion given a click, and what is
            trained and judged is p_click times that over all impressions (ESMM, Ma et al. 2018); both
            heads must be there. False is not in the header either.
        signature: Ed25519 by the coordinator over `signed_bytes()`, hexadecimal; empty if unsigned.
    """

    run_id: str
    round: int
    task: Task
    unit: PrivacyUnit
    sampling_rate: float
    noise_multiplier: float
    clip_norm: float
    local_steps: int
    learning_rate: float
    expected_batch: float
    heads: tuple[str, ...]
    spec_digest: str
    train_before_at: str
    delta: float
    issued_at: str
    deadline_at: str
    tensors: Tensors
    mode: PrivacyMode = PrivacyMode.OWN
    n_bins: int = 32
    book: LedgerHead | None = None
    league: LeagueTerms | None = None
    proximal: float = 0.0
    funnel: bool = False
    protocol: int = PROTOCOL
    signature: str = ""

    def header(self) -> dict[str, Any]:
        """Everything but the tensors and the signature, as plain JSON values."""
        return {
            **({"proximal": self.proximal} if self.proximal else {}),
            **({"funnel": self.funnel} if self.funnel else {}),
            "protocol": self.protocol,
            "run_id": self.run_id,
            "round": self.round,
            "task": self.task.value,
            "mode": self.mode.value,
            "unit": {"name": self.unit.name, "max_impressions": self.unit.max_impressions},
            "sampling_rate": self.sampling_rate,
            "noise_multiplier": self.noise_multiplier,
            "clip_norm": self.clip_norm,
            "local_steps": self.local_steps,
            "learning_rate": self.learning_rate,
            "expected_batch": self.expected_batch,
            "heads": list(self.heads),
            "spec_digest": self.spec_digest,
            "train_before_at": self.train_before_at,
            "delta": self.delta,
            "issued_at": self.issued_at,
            "deadline_at": self.deadline_at,
            "n_bins": self.n_bins,
            "book": self.book.as_dict() if self.book else None,
            "league": self.league.as_dict() if self.league else None,
            "tensors_digest": tensors_digest(self.tensors),
        }

    @classmethod
    def from_header(cls, raw: Mapping[str, Any], tensors: Tensors, signature: str) -> RoundPlan:
        """Inverse of `header`; the digest of the tensors must fit.

        Raises:
            ValueError: a field is missing or unknown, or the tensors are not those of the header.
        """
        try:
            rest = dict(raw)
            if rest.pop("tensors_digest") != tensors_digest(tensors):
                raise ValueError("the plan's tensors are not those of its header")
            rest["task"], rest["mode"] = Task(rest["task"]), PrivacyMode(rest["mode"])
            rest["unit"] = PrivacyUnit(**rest["unit"])
            rest["heads"] = tuple(rest["heads"])
            terms = rest["league"]
            rest["league"] = None if terms is None else LeagueTerms.from_dict(terms)
            rest["book"] = None if rest["book"] is None else LedgerHead.from_dict(rest["book"])
            return cls(**rest, tensors=tensors, signature=signature)
        except (KeyError, TypeError) as e:
            raise ValueError("not a round plan") from e

    def signed_bytes(self) -> bytes:
        """What the coordinator signs."""
        return PLAN_DOMAIN + canonical(self.header())

    def digest(self) -> str:
        """Names this very plan."""
        return digest(self.header())

    def mechanism(self) -> Mechanism:
        """The mechanism that a merchant charges for this plan."""
        train = self.task is Task.TRAIN
        return Mechanism(
            kind=MechanismKind.DP_SGD if train else MechanismKind.HISTOGRAM,
            noise_multiplier=self.noise_multiplier,
            sampling_rate=self.sampling_rate if train else 1.0,
            steps=self.local_steps if train else 1,
            clip_norm=self.clip_norm,
            unit=self.unit,
            mode=self.mode,
            pool=pool_of(self),
            league=self.league.noise if self.league else None,
        )

    def signed(self, signature: str) -> RoundPlan:
        """The same plan with a signature."""
        return replace(self, signature=signature)


@dataclass(frozen=True, slots=True)
class RoundReport:
    """What one merchant sends back. There is no other way out.

    Attributes:
        run_id: From the plan.
        round: From the plan.
        task: From the plan.
        plan_digest: The plan that was answered.
        merchant: Fingerprint of the merchant's Ed25519 identity.
        mechanism: What was really run, as committed to the ledger.
        ledger_head: After the commit.
        ledger_tail: Every entry of the merchant's ledger after the last co-signed head, up to and
            with `ledger_head`: the proof that the ledger only grew. From the opening entry on when
            nothing was co-signed yet.
        tensors: TRAIN: noised update (new minus old) by parameter name;
            EVALUATE: {"histogram": [2, n_bins]}: row 0 without, row 1 with conversion.
        masked: League noise: SHA-256 of the masked vector that travels beside the report; the
            tensors are empty then. Empty for own noise.
        signature: Ed25519 by the merchant over `signed_bytes()`, hexadecimal.
    """

    run_id: str
    round: int
    task: Task
    plan_digest: str
    merchant: str
    mechanism: Mechanism
    ledger_head: LedgerHead
    tensors: Tensors = field(default_factory=dict)
    ledger_tail: tuple[LedgerEntry, ...] = ()
    masked: str = ""
    protocol: int = PROTOCOL
    signature: str = ""

    def header(self) -> dict[str, Any]:
        """Everything but the tensors and the signature, as plain JSON values."""
        masked = {"masked": self.masked} if self.masked else {}
        return {
            **masked,
            "protocol": self.protocol,
            "run_id": self.run_id,
            "round": self.round,
            "task": self.task.value,
            "plan_digest": self.plan_digest,
            "merchant": self.merchant,
            "mechanism": self.mechanism.as_dict(),
            "ledger_head": self.ledger_head.as_dict(),
            "ledger_tail": [e.as_dict() for e in self.ledger_tail],
            "tensors_digest": tensors_digest(self.tensors),
        }

    @classmethod
    def from_header(cls, raw: Mapping[str, Any], tensors: Tensors, signature: str) -> RoundReport:
        """Inverse of `header`; the digest of the tensors must fit.

        Raises:
            ValueError: a field is missing or unknown, or the tensors are not those of the header.
        """
        try:
            rest = dict(raw)
            if rest.pop("tensors_digest") != tensors_digest(tensors):
                raise ValueError("the report's tensors are not those of its header")
            rest["task"] = Task(rest["task"])
            rest["mechanism"] = Mechanism.from_dict(rest["mechanism"])
            rest["ledger_head"] = LedgerHead.from_dict(rest["ledger_head"])
            rest["ledger_tail"] = tuple(LedgerEntry.from_dict(e) for e in rest["ledger_tail"])
            return cls(**rest, tensors=tensors, signature=signature)
        except (KeyError, TypeError) as e:
            raise ValueError("not a round report") from e

    def signed_bytes(self) -> bytes:
        """What the merchant signs."""
        return REPORT_DOMAIN + canonical(self.header())

    def digest(self) -> str:
        """Names this very report, ledger head and all."""
        return digest(self.header())

    def content_digest(self) -> str:
        """What the ledger commits to: the report without the ledger's head and tail.

        The head is the hash of the very entry that holds this digest, so it cannot be inside.
        """
        apart = ("ledger_head", "ledger_tail")
        return digest({k: v for k, v in self.header().items() if k not in apart})

    def signed(self, signature: str) -> RoundReport:
        """The same report with a signature."""
        return replace(self, signature=signature)


def pool_of(plan: RoundPlan) -> str:
    """Which rows a plan draws on: "train" or "later", and the digest of that public rule.

    A digest of the rows themselves would leave with the report and depend on private data; the
    rule (task and date of the cut) is public. All pools of a shop hold the same shoppers, so they
    are always composed jointly, also after the rows of one have expired.
    """
    name = "train" if plan.task is Task.TRAIN else "later"
    return f"{name}:{digest({'pool': name, 'train_before_at': plan.train_before_at})[:16]}"


def tensors_digest(tensors: Tensors) -> str:
    """SHA-256 over names, shapes and little-endian float32 bytes, in order of name."""
    h = hashlib.sha256()
    for name in sorted(tensors):
        a = np.ascontiguousarray(tensors[name], dtype="<f4")
        h.update(canonical([name, list(a.shape)]))
        h.update(a.tobytes())
    return h.hexdigest()
