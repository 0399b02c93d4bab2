"""Names and shapes of the targeting model's tensors, without torch: what a plan's weights must look like."""

from __future__ import annotations

HEADS = ("click", "conversion")
#: E, the width of the interaction vectors.
WIDTH = 4


def model_shapes(n_ids: int, n_numeric: int) -> dict[str, tuple[int, ...]]:
    """Shape by tensor name, as `common.model.initial_tensors` makes them; a test holds the two together.

    Args:
        n_ids: Rows of the id tables (V).
        n_numeric: Numeric columns (D).
    """
    out: dict[str, tuple[int, ...]] = {"vectors.weight": (n_ids, WIDTH)}
    for head in HEADS:
        out[f"first_{head}.weight"] = (n_ids, 1)
        out[f"pair_{head}.weight"] = (1, WIDTH)
        out[f"numeric_{head}.weight"] = (1, n_numeric)
        out[f"numeric_{head}.bias"] = (1,)
    return dict(sorted(out.items()))
