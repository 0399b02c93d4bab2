"""release(): a run's weights -> recentred, judged by the gates, signed, noted in the registry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.errors import InternalError
from common.program import code_digest
from common.rounds import tensors_digest
from server.cost import adversary, league_cost
from server.folder import Folder
from server.gates import Verdict, gates
from server.gates_evidence import measured
from server.rows import now
from server.strategy import LeagueRun


@dataclass(frozen=True, slots=True)
class Released:
    """A signed bundle, and whether merchants may have it."""

    digest: str
    packed: bytes
    verdict: Verdict

    @property
    def held(self) -> bool:
        """It is kept back until somebody promotes it by hand."""
        return not self.verdict.promote


def release(folder: Folder, run: LeagueRun) -> Released:
    """Sign what the run learned; publishing the same run again gives the same weights.

    The gates' verdict is in the signed provenance. A bundle that they hold back is in the book and
    in the registry like any other, for a signature that nobody knows of would be worse; it is not sent.

    Raises:
        InternalError: the run has nothing to publish, or its weights are not sound.
    """
    # imported here: torch and onnx are needed once, at the end of a run
    from common.features import default_spec
    from server.publish import publish, recentre

    state, spec = run.state, default_spec()
    if state.useful == 0:
        raise InternalError("the run has no finished round")
    if spec.digest() != run.run.spec_digest:
        raise InternalError("the run was started with another feature specification")
    tensors, facts = state.final, provenance(folder, run)
    pcoc = (state.metrics or {}).get("pcoc", math.nan)
    if "conversion" in run.options.recipe.heads and math.isfinite(pcoc):
        tensors = recentre(tensors, "conversion", pcoc)
        facts["recentred"] = {"head": "conversion", "pcoc": pcoc}
    verdict = judge(run, whole_move(facts))
    facts["gates"] = verdict.as_dict()
    made = publish(tensors, spec, facts, folder.identity(), folder.bundles)
    digest, packed = made.digest(), made.pack()
    path = f"{folder.bundles.name}/{digest}.hansa"
    weights = tensors_digest(tensors)
    run.registry.add_bundle(
        digest, run.run.run_id, path, dict(made.provenance), weights,
        tensors=tensors, held=not verdict.promote, why=" ".join(verdict.reasons),
    )  # fmt: skip
    return Released(digest, packed, verdict)


def judge(run: LeagueRun, recentred: Mapping[str, Any]) -> Verdict:
    """The gates' verdict on what a run learned, beside the bundle that merchants have now.

    The current bundle's figures are those of its own evaluation: evaluating it again in this run
    would charge every merchant for a second histogram.
    """
    registry, options = run.registry, run.options
    if not options.gates:
        return Verdict(True, ("The gates were switched off (--no-gates).",))
    current = registry.current_bundle()
    before = None
    if current is not None:
        before = measured(registry, current.run_id, whole_move(current.provenance))
    new = measured(registry, run.run.run_id, recentred)
    against = current.digest if current else ""
    return gates(new, before, against, asked=options.evaluate)


def whole_move(provenance: Mapping[str, Any]) -> Mapping[str, Any]:
    """What its provenance says of recentring, where that moved every row's log-odds alike.

    With a funnel it moves those given a click, and so each row's probability by no more than the factor
    (never beyond it). By how much is not in a histogram: such a model is judged as before the move.
    """
    return {} if provenance.get("funnel") else provenance.get("recentred", {})


def provenance(folder: Folder, run: LeagueRun) -> dict[str, Any]:
    """Where a model comes from, for whoever scores with it. Public values only.

    An auditor goes from the bundle's entry in the book (`before`: the published weights) over
    `recentred` and `averaged` (what was done to them) to `weights_digest`, which the last closed
    round names.
    """
    state, options = run.state, run.options
    return {
        "league": folder.config().league,
        "run_id": run.run.run_id,
        "created_at": now(),
        "coordinator": folder.identity().public.fingerprint,
        "book": run.registry.book.head().as_dict(),
        "weights_digest": tensors_digest(state.tensors),
        "code_digest": code_digest(),
        "spec_digest": run.run.spec_digest,
        "rounds": state.useful,
        "averaged": max(len(state.recent), 1),
        "heads": list(options.recipe.heads),
        **({"funnel": True} if options.recipe.funnel else {}),
        "privacy": {
            "epsilon_per_run": options.epsilon,
            "delta": options.delta,
            "unit": str(options.unit),
            "mode": options.mode.value,
            "adversary": adversary(options),
            "noise_multiplier": run.run.noise_multiplier,
            "sampling_rate": options.recipe.sampling_rate,
            "local_steps": options.recipe.local_steps,
            "clip_norm": options.recipe.clip_norm,
            **(league_cost(run.registry, run.run.run_id).as_dict() if options.league else {}),
        },
        "evaluation": dict(state.metrics or {}),
        "train_before_at": options.train_before_at,
        "started_from": options.start,
    }
