"""What a run cost each merchant that was in all of its rounds: epsilon, and against whom it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from common.privacy import Mechanism
from common.rounds import RoundPlan, tensors_digest
from server.options import RunOptions
from server.registry import Registry
from server.rows import RoundRow

EVERYBODY = "everybody: the coordinator, other merchants and the public"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run; every figure is computed from the plans that were paid for.

    Attributes:
        epsilon: Against the coordinator, the public and up to `colluders` merchants of a round.
        epsilon_all_collude: Against the coordinator and all other merchants together.
        colluders: f.
        n_min: Fewest merchants that a sum of the run needed.
    """

    epsilon: float
    epsilon_all_collude: float
    colluders: int
    n_min: int

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "epsilon": self.epsilon,
            "epsilon_all_collude": self.epsilon_all_collude,
            "colluders": self.colluders,
            "n_min": self.n_min,
        }


def adversary(options: RunOptions) -> str:
    """Against whom the run's epsilon holds, in words."""
    if not options.league:
        return EVERYBODY
    f = options.colluders
    return f"the coordinator, the public and up to {f} colluding merchants of a round"


def league_cost(registry: Registry, run_id: str) -> Cost:
    """Of a run with league noise, as far as it has come."""
    # imported here: dp-accounting is needed once, at the end of a run
    from common.accounting import spent
    from common.accounting_discrete import spent_against_all

    options = registry.run(run_id).options
    rows = [r for r in registry.rounds(run_id) if r.paid]
    mechanisms = [mechanism_of(r) for r in rows]
    return Cost(
        epsilon=spent(mechanisms, options.delta).epsilon,
        epsilon_all_collude=spent_against_all(mechanisms, options.delta).epsilon,
        colluders=options.colluders,
        n_min=min((r.plan["league"]["threshold"] for r in rows), default=0),
    )


def mechanism_of(row: RoundRow) -> Mechanism:
    """What a merchant charged for this round."""
    # the weights that were sent are not needed for it, and not kept
    header = {**row.plan, "tensors_digest": tensors_digest({})}
    return RoundPlan.from_header(header, {}, row.signature).mechanism()
