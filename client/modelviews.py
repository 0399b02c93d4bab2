"""What a window may know of audiences and models: frozen values between ModelDesk and the pages."""

from __future__ import annotations

from dataclasses import dataclass

from client.store.audience_exports import Export
from client.store.models import Installed


@dataclass(frozen=True, slots=True)
class ExportView:
    """An audience that was written to a file.

    Attributes:
        record: When, who, how many, which form, the file's name.
        taken_back: The file was deleted again from here.
        there: A file is still where it was written, so that it can be deleted.
    """

    record: Export
    taken_back: bool
    there: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """Two audiences beside each other; counts below the floor are None.

    Attributes:
        first: Id.
        second: Id.
        n_first: People of it who may still be addressed.
        n_second: The same.
        n_shared: In both.
    """

    first: str
    second: str
    n_first: int
    n_second: int
    n_shared: int | None


@dataclass(frozen=True, slots=True)
class OwnHead:
    """The shop's own head over the model in use; fitted here and never sent.

    Attributes:
        head: "click" or "conversion".
        kind: "calibrated", "isotonic", "refit", "own" or "blend".
        n_rows: Labelled rows it was fitted on.
        n_positive: Of them, with the outcome.
        tried: Whether anything was compared: False with too few rows.
        stale: Rows changed since; it is fitted again at the next use.
    """

    head: str
    kind: str
    n_rows: int
    n_positive: int
    tried: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a signed model says of itself; None and "" where it does not.

    Attributes:
        league: Name of the league.
        made_at: ISO-8601 UTC.
        rounds: Of its run.
        n_shops: Merchants whose rows judged it.
        auc: Their mean, as the league found it under noise.
        epsilon: Of one run, for each shop.
        delta: The same.
        mode: "own-noise" or "league-noise".
    """

    league: str = ""
    made_at: str = ""
    rounds: int | None = None
    n_shops: int | None = None
    auc: float | None = None
    epsilon: float | None = None
    delta: float | None = None
    mode: str = ""


@dataclass(frozen=True, slots=True)
class ModelView:
    """The models of this shop.

    Attributes:
        installed: The current one first.
        provenance: Of the current one.
        heads: Of this shop, for the current one.
    """

    installed: tuple[Installed, ...] = ()
    provenance: Provenance = Provenance()
    heads: tuple[OwnHead, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """Who may be in an audience before anything is scored.

    Attributes:
        n_addressable: Everybody who may be addressed.
        n_left: Of them, after what is left out.
        n_paid: Impressions that the budget pays for; None without a budget or a cost.
        cost_minor: Of one impression; None where it is not known.
        floor: No audience is smaller.
    """

    n_addressable: int
    n_left: int
    n_paid: int | None
    cost_minor: float | None
    floor: int
