"""Did the door charge what it ran, and state the joint epsilon of all rounds?"""

from __future__ import annotations

import math

from common.accounting import spent
from common.audit.canary_check import Check, statistical
from common.audit.canary_observed import Observed, unusable
from common.audit.canary_plan import BINS
from common.audit.canary_stats import chi_square_p, normal_p
from common.privacy import Mechanism

#: The live figure and the one computed again must be equal to this.
EQUAL = 1e-9


def check_door(seen: Observed) -> list[Check]:
    """Charges, stated epsilon, resend and noise of two TRAIN plans and one EVALUATE plan."""
    try:
        charged = [Mechanism.from_dict(m) for m in seen.door["mechanisms"]]
        asked = [Mechanism.from_dict(m) for m in seen.door["asked"]]
        stated = [float(e) for e in seen.door["stated"]]
        delta, same = float(seen.door["delta"]), seen.door["same_bytes"] is True
    except (KeyError, TypeError, ValueError) as e:
        raise unusable("what the door did is not written down") from e
    joint = [spent(charged[: i + 1], delta).epsilon for i in range(len(charged))]
    off = max((abs(a - b) for a, b in zip(stated, joint, strict=False)), default=math.inf)
    complete = len(stated) == len(joint) == len(asked) > 0
    alone = max((spent([m], delta).epsilon for m in asked), default=0.0)
    charges = Check(
        "door.charges",
        charged == asked and same,
        f"{len(charged)} plans were charged {'exactly as' if charged == asked else 'otherwise than'} "
        f"asked; a plan that came again was {'' if same else 'not '}answered with the same bytes.",
        "A charge left out or made smaller, a retrained resend.",
    )
    epsilon = Check(
        "door.stated_epsilon",
        complete and off <= EQUAL,
        f"Stated epsilon {', '.join(f'{e:.4f}' for e in stated)}; by joint composition "
        f"{', '.join(f'{e:.4f}' for e in joint)}.",
        f"A fresh accountant every round would state at most {alone:.4f} each time.",
        figures={"off": off},
    )
    return [charges, epsilon, _noise(seen)]


def _noise(seen: Observed) -> Check:
    std = seen.plan.noise_multiplier * seen.plan.clip_norm
    train, cells = seen.floats("door/train", 2, -1), seen.floats("door/histogram", 2 * BINS)
    squares = [(float((x**2).sum()) / std**2, x.size) for x in (*train, cells)]
    # single figures of two rounds are equal by chance now and then (noise is on a grid), rounds never
    a, b = train
    alike = float(a @ b) / math.sqrt(max(float(a @ a) * float(b @ b), 1e-300) / a.size)
    p = min(normal_p(alike), *(chi_square_p(square, n) for square, n in squares))
    ratio = math.sqrt(squares[0][0] / squares[0][1])
    return statistical(
        "door.noise",
        p,
        1 + len(squares),
        f"What leaves by the door has {ratio:.4f} of the claimed sigma; two rounds are alike by "
        f"{alike:.2f} standard errors.",
        "Noise left out between training and sending, or sent again with another round.",
        {"ratio": ratio, "z_alike": alike},
    )
