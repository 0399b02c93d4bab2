"""Parts of the models that work row by row: the funnel of two outcomes, a shopper's past, crosses."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class DotHistory(nn.Module):
    """The past as one vector: the mean of the events' vectors, weighted by what they are to the row.

    `meeting` is the mean event times the candidate, component by component (a masked dot product
    before its sum). Events that are not there have no influence: a row without events gives zeros.

    Args:
        n_events: Rows of the events' id table.
        width: E.
        gain: Public constant on the events' vectors.
    """

    def __init__(self, n_events: int, width: int, gain: float) -> None:
        super().__init__()
        self.events = nn.Embedding(n_events, width)
        self.gain = gain

    def forward(self, target: Tensor, events: Tensor, mask: Tensor) -> Tensor:
        """[..., 2E]: the past by itself, and where it meets the candidate.

        Args:
            target: float32 [..., E] the candidate.
            events: int64 [..., L, H].
            mask: float32 [..., L].
        """
        each = self.gain * self.events(events).sum(-2)
        past = (each * self.weight(target, each, mask).unsqueeze(-1)).sum(-2)
        return torch.cat([past, past * target], -1)

    def weight(self, target: Tensor, each: Tensor, mask: Tensor) -> Tensor:
        """[..., L] what each event counts for: one over their number."""
        there: Tensor = mask / mask.sum(-1, keepdim=True).clamp(min=1)
        return there


class AttentionHistory(DotHistory):
    """Target attention: a small network says what each event counts for, given the candidate.

    Zhou et al., "Deep Interest Network" (2018): weights are not normalised to sum 1, so that how
    much there is to see is kept. They are bounded here (a sigmoid) and divided by L, which is
    public; without a softmax a row whose events are all masked cannot become NaN.

    Args:
        n_events: Rows of the events' id table.
        width: E.
        gain: Public constant on the events' vectors.
        hidden: Width of the network.
    """

    def __init__(self, n_events: int, width: int, gain: float, hidden: int) -> None:
        super().__init__(n_events, width, gain)
        self.attend = nn.Linear(3 * width, hidden)
        self.decide = nn.Linear(hidden, 1)

    def weight(self, target: Tensor, each: Tensor, mask: Tensor) -> Tensor:
        """[..., L] bounded weights; 0 where there is no event."""
        other = target.unsqueeze(-2).expand_as(each)
        seen = torch.cat([each, other, each * other], -1)
        score = self.decide(functional.relu(self.attend(seen))).squeeze(-1)
        bounded: Tensor = torch.sigmoid(score) * mask / mask.shape[-1]
        return bounded


class Cross(nn.Module):
    """x * (W x + b): every pair of columns may count together.

    Wang et al., "DCN V2" (2021), one layer; what is linear in x is in the model beside it.

    Args:
        width: Columns.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """[..., width] to the same."""
        out: Tensor = x * self.mix(x)
        return out


def entire_space(click: Tensor, given_click: Tensor) -> Tensor:
    """Log-odds of a conversion from log-odds of a click and of a conversion given a click.

    p = p_click * p_given_click over all impressions (ESMM, Ma et al. 2018). With log-odds a <= b of the
    two, 1/p - 1 = e^-a + e^-b + e^-(a + b), so the log-odds of p are a - softplus(softplus(a) - b):
    no difference of nearly equal figures for any a and b, and never above either of the two.
    """
    low, high = torch.minimum(click, given_click), torch.maximum(click, given_click)
    odds: Tensor = low - functional.softplus(functional.softplus(low) - high)
    return odds
