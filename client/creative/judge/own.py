"""How a shop's own people took the ads: accepted as written, after an edit, rejected; by writer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from client.creative.learn.results import wilson
from client.store import Store, creatives
from common.domain import Creative, CreativeDecision, CreativeState, Interval


@dataclass(frozen=True, slots=True)
class Reception:
    """What people did with the ads of one writer.

    Attributes:
        n_ads: Ads that it wrote.
        n_decided: Of them those that a person approved or rejected, in whatever version.
        n_as_written: Of `n_decided`: the words of the writer were approved.
        n_edited: Of `n_decided`: only words that a person changed were approved.
        n_rejected: Of `n_decided`: no version was approved.
        accepted: `n_as_written` of `n_decided` with Wilson's 95 % interval; None before any.
        edit_distance: Mean share of characters that had to change (Levenshtein 1966) from the
            writer's words to the approved ones, over all approved ads: 0 = none; None before any.
    """

    n_ads: int
    n_decided: int
    n_as_written: int
    n_edited: int
    n_rejected: int
    accepted: Interval | None
    edit_distance: float | None


@dataclass(slots=True)
class _Tally:
    """What is counted on the way."""

    n_ads: int = 0
    n_as_written: int = 0
    n_edited: int = 0
    n_rejected: int = 0
    distances: list[float] = field(default_factory=list)


def receptions(store: Store) -> dict[str, Reception]:
    """Writer of the first version -> how its ads were taken. Undone decisions do not count.

    A shop's people decide on what they see: of several drafts they pick one, so rates of writers
    compare only where both wrote for the same products.
    """
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for newest in creatives.listing(store):
        versions = creatives.history(store, newest.creative_id)
        _count(
            tallies[versions[0].writer], versions, creatives.decisions(store, newest.creative_id)
        )
    return {name: _reception(t) for name, t in sorted(tallies.items())}


def _count(
    tally: _Tally, versions: Sequence[Creative], decisions: Iterable[CreativeDecision]
) -> None:
    tally.n_ads += 1
    decided = [d for d in decisions if not d.undone and d.undoes is None]
    yes = [d.version for d in decided if d.state is CreativeState.APPROVED]
    if yes:
        first = versions[0]
        final = next(v for v in versions if v.version == max(yes))
        same = _words(first) == _words(final) or first.version in yes
        tally.n_as_written += same
        tally.n_edited += not same
        tally.distances.append(0.0 if same else distance(_words(first), _words(final)))
    elif any(d.state is CreativeState.REJECTED for d in decided):
        tally.n_rejected += 1


def _words(ad: Creative) -> str:
    return "\n".join((ad.headline, ad.body, ad.call_to_action))


def _reception(t: _Tally) -> Reception:
    n = t.n_as_written + t.n_edited + t.n_rejected
    return Reception(
        t.n_ads,
        n,
        t.n_as_written,
        t.n_edited,
        t.n_rejected,
        wilson(t.n_as_written, n),
        sum(t.distances) / len(t.distances) if t.distances else None,
    )


def distance(a: str, b: str) -> float:
    """Insertions, deletions and replacements from a to b over the longer length, 0 to 1."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1] / max(len(a), len(b), 1)
