"""Jobs of the model's side of the window: pick, look ahead, export, recommend, explain, parity, drift, worth.

Their names begin with "ask-" where the answer belongs to one card, which also shows what went wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from client.jobs import JobSpec


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks of an audience, as the window's fields hold it; None and () say nothing.

    Attributes:
        product_id: For which product.
        size: Shoppers at most.
        budget: Money, as typed: "500" or "12.50".
        cost: Of one impression, as typed; as so far if "".
        min_ctr: A rate as a fraction.
        min_cvr: The same for conversions.
        bought_days: Leave out who bought it in so many days.
        not_in: Leave out who is in these audiences.
        segments: Only people of these.
    """

    product_id: str
    size: int | None = None
    budget: str = ""
    cost: str = ""
    min_ctr: float | None = None
    min_cvr: float | None = None
    bought_days: int | None = None
    not_in: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()

    def flags(self) -> tuple[str, ...]:
        """The options of `hansa audience pick`."""
        pairs = (
            ("--product", self.product_id),
            ("--size", self.size),
            ("--budget", self.budget),
            ("--cost-per-impression", self.cost),
            ("--min-ctr", self.min_ctr),
            ("--min-cvr", self.min_cvr),
            ("--exclude-buyers", self.bought_days),
            *(("--exclude-audience", a) for a in self.not_in),
            *(("--segment", s) for s in self.segments),
        )
        # one word: a value that begins with a dash stays a value
        return tuple(f"{flag}={value}" for flag, value in pairs if value not in (None, ""))


def pick_asked(asked: Asked) -> JobSpec:
    """`hansa audience pick`: make it and keep it."""
    return JobSpec("audience", ("audience", "pick"), asked.flags())


def preview_audience(asked: Asked) -> JobSpec:
    """`hansa audience pick --preview`: what it would be; nothing is kept."""
    return JobSpec("ask-audience", ("audience", "pick"), (*asked.flags(), "--preview"))


def export_audience(
    audience_id: str, file: Path, form: str, ids: Path | None = None, calling_code: str = ""
) -> JobSpec:
    """`hansa audience export`: to a new file that only its owner can read."""
    extra: tuple[str, ...] = ()
    if form == "match" and ids is not None:
        code = (f"--calling-code={calling_code}",) if calling_code else ()
        extra = (f"--ids={ids}", *code)
    return JobSpec("export", ("audience", "export"), (audience_id, str(file), "--as", form, *extra))


def recommend_for(shopper_key: str, n: int = 5) -> JobSpec:
    """`hansa recommend --shopper`: what to show one shopper next."""
    args = (f"--shopper={shopper_key}", "--n", str(n))
    return JobSpec("ask-offers", ("recommend",), args)


def explain_score(shopper_key: str, product_id: str) -> JobSpec:
    """`hansa explain --shopper --product`: what the model used for one score."""
    args = (f"--shopper={shopper_key}", f"--product={product_id}")
    return JobSpec("ask-why", ("explain",), args)


def compare_groups(audience_id: str, by: str, file: Path | None = None) -> JobSpec:
    """`hansa parity`: who is in an audience, group by group, against who could be."""
    groups = () if file is None else (f"--groups={file}",)
    return JobSpec("ask-parity", ("parity",), (f"--by={by}", *groups, f"--audience={audience_id}"))


def watch_drift() -> JobSpec:
    """`hansa drift`: whether the shop still is what the model was fitted to."""
    return JobSpec("ask-drift", ("drift",))


def judge_worth() -> JobSpec:
    """`hansa bundle worth`: own rows with the league's model and without it."""
    return JobSpec("ask-worth", ("bundle", "worth"))
