"""Preview: what a held report would tell and cost, for the merchant's eyes; it never leaves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TensorPreview:
    """One tensor of a held report.

    Attributes:
        name: Of the tensor.
        shape: Its sizes.
        n_bytes: Its size as it would be sent.
        norm_before: L2 norm of what the clipped shoppers add up to, without noise, in the update's
            own scale; None where it was not watched. Private: it is shown here and never sent.
        norm_after: L2 norm of what would be sent.
    """

    name: str
    shape: tuple[int, ...]
    n_bytes: int
    norm_before: float | None
    norm_after: float


@dataclass(frozen=True, slots=True)
class Membership:
    """How well a quick attack tells shoppers that were in from shoppers that were not.

    Attributes:
        auc: Chance that a shopper who was in looks more like it than one who was not:
            0.5 = nobody can tell, 1 = certain.
        low: Lower end of the interval that holds the true value with `confidence`.
        high: Upper end.
        n_in: Shoppers tried that were in.
        n_out: Shoppers tried that were not.
        confidence: Of the interval.
    """

    auc: float
    low: float
    high: float
    n_in: int
    n_out: int
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Preview:
    """What one report would tell and cost.

    Attributes:
        tensors: What would leave, by name.
        norm_before: L2 norm over all tensors before noise; None where it was not watched.
        norm_after: L2 norm over all tensors as they would be sent.
        epsilon_before: Of the whole ledger without this charge.
        epsilon_after: With it. It is spent already, sent or not.
        delta: Of both.
        membership: Score of a quick attack on this shop's own rows; None if not computable.
    """

    tensors: tuple[TensorPreview, ...]
    norm_before: float | None
    norm_after: float
    epsilon_before: float
    epsilon_after: float
    delta: float
    membership: Membership | None = None

    @property
    def n_bytes(self) -> int:
        """Size of all tensors."""
        return sum(t.n_bytes for t in self.tensors)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        out = asdict(self)
        for item in out["tensors"]:
            item["shape"] = list(item["shape"])
        out["tensors"] = list(out["tensors"])
        return out

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Preview:
        """Inverse of `as_dict`.

        Raises:
            ValueError: a field is missing, unknown or no number.
        """
        try:
            rest = dict(raw)
            tensors = tuple(
                TensorPreview(**{**t, "shape": tuple(int(n) for n in t["shape"])})
                for t in rest.pop("tensors")
            )
            guess = rest.pop("membership")
            membership = None if guess is None else Membership(**guess)
            out = cls(tensors=tensors, membership=membership, **rest)
            figures = (out.norm_after, out.epsilon_before, out.epsilon_after, out.delta)
            if not all(math.isfinite(x) for x in figures):
                raise ValueError("not a preview")
        except (KeyError, TypeError, AttributeError) as e:
            raise ValueError("not a preview") from e
        return out
