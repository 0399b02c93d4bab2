"""The closed form of a row's slopes is autograd's, for any log-odds: near 0, near 1 and where sigmoids end."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from client.engine.loss import slopes
from common.model_parts import entire_space

HEADS = ("click", "conversion")


@pytest.mark.parametrize("funnel", [False, True])
@pytest.mark.parametrize("heads", [HEADS, HEADS[::-1]])
def test_slopes_are_those_of_autograd_at_any_log_odds(heads: tuple[str, ...], funnel: bool) -> None:
    ends = torch.tensor([-1e6, -800.0, -40.0, -3.0, 0.0, 3.0, 40.0, 800.0, 1e6])
    outcomes = torch.tensor([-1.0, 0.0, 1.0])
    grid = torch.cartesian_prod(ends, ends, outcomes, outcomes)
    logits, labels = grid[:, :2].double(), grid[:, 2:]
    leaf = logits.clone().requires_grad_(True)
    own = dict(zip(heads, leaf.unbind(1), strict=True))
    seen = dict(own)
    if funnel:
        seen["conversion"] = entire_space(own["click"], own["conversion"])
    for head, label in zip(heads, labels.double().unbind(1), strict=True):
        rows = binary_cross_entropy_with_logits(seen[head], label.clamp(min=0), reduction="none")
        (rows * (label >= 0)).sum().backward(retain_graph=True)  # type: ignore[no-untyped-call]
    found = slopes(logits, labels, heads, funnel)
    assert leaf.grad is not None and torch.isfinite(found).all()
    torch.testing.assert_close(found, leaf.grad, rtol=1e-8, atol=1e-8)
    assert (found.abs() <= 2).all()


def test_where_nothing_is_known_nothing_pulls() -> None:
    logits = torch.randn(5, 2, dtype=torch.float64)
    assert not slopes(logits, torch.full((5, 2), -1.0), HEADS, True).any()
