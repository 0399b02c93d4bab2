"""What the canary worker wrote down, read without trust in its form (no pickles, shapes checked)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.audit.canary_plan import SCHEMA, CanaryPlan
from common.audit.canary_reference import Floats, Unit, Weights
from common.errors import InputError

_MAX_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Observed:
    """Observations of one run of the worker.

    Attributes:
        plan: What was asked.
        code_digest: Of the program that the worker ran, by its own word.
        versions: Of its libraries, by its own word.
        door: What the ledger was charged with and what was stated; see `client.canary.two_rounds`.
        arrays: By name.
    """

    plan: CanaryPlan
    code_digest: str
    versions: Mapping[str, str]
    door: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]

    def floats(self, name: str, *shape: int) -> Floats:
        """An array in float64; -1 in `shape` takes any length.

        Raises:
            InputError: it is not there, has another shape or is not finite.
        """
        found = self.arrays.get(name)
        fits = found is not None and found.ndim == len(shape)
        fits = fits and all(s in (-1, n) for s, n in zip(shape, found.shape, strict=True))  # type: ignore[union-attr]
        if found is None or not fits or found.dtype.kind not in "fiub":
            raise unusable(f"'{name}' is missing or has another shape")
        out = found.astype(np.float64)
        if not np.isfinite(out).all():
            raise unusable(f"'{name}' is not finite")
        return out

    def weights(self, which: str) -> dict[str, Floats]:
        """The model's weights of a probe."""
        start = f"weights/{which}/"
        names = [n for n in self.arrays if n.startswith(start)]
        return {n[len(start) :]: self.floats(n, *self.arrays[n].shape) for n in names}

    def units(self, which: str) -> list[Unit]:
        """The privacy units as the client trained on them."""
        start = self.floats(f"{which}/start", -1).astype(np.int64)
        ids = self.floats(f"{which}/ids", -1, -1).astype(np.int64)
        numeric = self.floats(f"{which}/numeric", len(ids), -1)
        click = self.floats(f"{which}/click", len(ids))
        conversion = self.floats(f"{which}/conversion", len(ids))
        if len(start) < 1 or start[0] != 0 or start[-1] != len(ids) or (np.diff(start) < 0).any():
            raise unusable(f"the units of '{which}' do not cover its rows")
        return [
            Unit(ids[a:b], numeric[a:b], click[a:b], conversion[a:b])
            for a, b in zip(start[:-1].tolist(), start[1:].tolist(), strict=True)
        ]


def trained(weights: Weights, heads: Sequence[str]) -> list[str]:
    """Names of the tensors that these heads train, in order: the order inside a flat update."""
    frozen = [f"_{h}." for h in ("click", "conversion") if h not in heads]
    return [n for n in sorted(weights) if not any(f in n for f in frozen)]


def split(vector: Floats, weights: Weights, names: Sequence[str]) -> dict[str, Floats]:
    """A flat update [..., d] by tensor: [..., size]."""
    sizes = [weights[n].size for n in names]
    if vector.shape[-1] != sum(sizes):
        raise unusable("an update has another length than the model")
    parts = np.split(vector, np.cumsum(sizes)[:-1], axis=-1)
    return dict(zip(names, parts, strict=True))


def read(folder: Path, plan: CanaryPlan) -> Observed:
    """Read a worker's folder.

    Raises:
        InputError: it is not there, is damaged, or answers another plan.
    """
    path = folder / "observations.npz"
    try:
        facts = json.loads((folder / "observations.json").read_text(encoding="utf-8"))
        if path.stat().st_size > _MAX_BYTES:
            raise unusable("it is too large")
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        if facts["schema"] != SCHEMA or CanaryPlan.from_dict(facts["plan"]) != plan:
            raise unusable("it is of another version or answers another plan")
        return Observed(plan, str(facts["code_digest"]), facts["versions"], facts["door"], arrays)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as e:
        raise unusable("a file is missing or damaged") from e


def unusable(why: str) -> InputError:
    """The audit could not be run: neither sound nor flagged."""
    return InputError(
        f"The worker's observations cannot be judged: {why}.",
        safe="No verdict was given.",
        todo="Run the audit again with the worker of the same version of Hansa.",
    )
