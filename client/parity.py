"""Exposure parity: each group's share of an audience against its share of those addressable."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from client.audience import score_candidates
from client.audience_sift import known
from client.parity_groups import Groups
from client.parity_hidden import beside, shown_groups
from client.personal_head import Told, quiet
from client.store import Store, audiences
from client.targeting import open_scorer
from common.domain import Interval
from common.errors import AudienceError
from common.settings import Settings

#: A group chosen at less than this part of the rate of the group chosen most is warned of: the
#: four-fifths rule (US Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D).
FOUR_FIFTHS = 0.8
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Group:
    """One group that has as many addressable people as the floor, or more.

    Attributes:
        group: Its key.
        name: In words.
        n_addressable: People who may be addressed.
        share_addressable: Of all in a group that is shown.
        n_audience: Of them in the audience; None where they are fewer than the floor, or where such
            a count of another group would follow from it.
        share_audience: Of the audience's people in a group that is shown; None with `n_audience`.
        ratio: `share_audience` by `share_addressable`, with its 95 % interval; None with
            `n_audience`.
        ratio_under: Where they are fewer than the floor, `ratio` is below this; else None.
        of_highest: Chance to be chosen, by that of the group chosen most, 95 %; None with
            `n_audience` of either.
        mean_p_conversion: Mean score of the group's addressable people.
        warning: "", "below four fifths", or "below four fifths, perhaps by chance".
    """

    group: str
    name: str
    n_addressable: int
    share_addressable: float
    n_audience: int | None
    share_audience: float | None
    ratio: Interval | None
    ratio_under: float | None
    of_highest: Interval | None
    mean_p_conversion: float
    warning: str


@dataclass(frozen=True, slots=True)
class Parity:
    """The report of one audience.

    Attributes:
        audience_id: Which.
        name: Its name.
        by: Column of the groups.
        groups: Those with enough people, largest first.
        n_hidden: Groups with fewer addressable people than the floor, or whose size would tell one's.
        share_elsewhere: Of those addressable who are in no group that is shown.
        same_model: Whether the scores are of the model that the audience was made with.
        floor: The size floor.
    """

    audience_id: str
    name: str
    by: str
    groups: tuple[Group, ...]
    n_hidden: int
    share_elsewhere: float
    same_model: bool
    floor: int


def report(
    store: Store,
    settings: Settings,
    audience_id: str,
    groups: Groups,
    by: str,
    told: Told = quiet,
) -> Parity:
    """Compare an audience with everybody who could have been in it.

    Args:
        store: The shop.
        settings: Gives the floor.
        audience_id: Which.
        groups: Who is in which.
        by: Name of the groups' column.
        told: Hears how far a fit is, if one is due.

    Raises:
        AudienceError: unknown audience, one with fewer people than the floor, or no group with
            as many.
        BundleError: no model is installed.
    """
    known(store, audience_id)
    audience = audiences.load(store, audience_id)
    floor = settings.audience_floor
    scorer = open_scorer(store, told=told)
    everybody = score_candidates(store, scorer, audience.product_id)
    members = frozenset(m.shopper_key for m in audience.members)
    inside = np.array([k in members for k in everybody.keys], np.bool_)
    if inside.sum() < floor:
        raise _too_few(f"Fewer than {floor} people of this audience may be addressed any more.")
    label = np.array([groups.of.get(k, "") for k in everybody.keys], object)
    found, n_hidden = _groups(label, inside, everybody.p_conversion, groups, floor)
    if not found:
        raise _too_few(f"No group has {floor} people who may be addressed.")
    return Parity(
        audience_id=audience_id,
        name=audience.name,
        by=by,
        groups=found,
        n_hidden=n_hidden,
        share_elsewhere=1 - sum(g.n_addressable for g in found) / max(len(label), 1),
        same_model=audience.bundle_digest == scorer.bundle.digest(),
        floor=floor,
    )


def _groups(
    label: NDArray[np.object_],
    inside: NDArray[np.bool_],
    p: NDArray[np.float64],
    groups: Groups,
    floor: int,
) -> tuple[tuple[Group, ...], int]:
    """Those to show, and how many are not; shares are of people in the groups that are shown."""
    declared = label != ""
    names, code = np.unique(label[declared].astype(str), return_inverse=True)
    n_all = np.bincount(code, minlength=len(names))
    n_in = np.bincount(code, weights=inside[declared], minlength=len(names)).astype(np.int64)
    mean = np.bincount(code, weights=p[declared], minlength=len(names)) / np.maximum(n_all, 1)
    shown = shown_groups(n_all.tolist(), int((~declared).sum()), floor)
    if not shown:
        return (), len(names)
    counts = [(int(n_in[i]), int(n_all[i])) for i in shown]
    best = max(range(len(shown)), key=lambda i: (counts[i][0] / counts[i][1], counts[i][1]))
    hidden = beside([c[0] for c in counts], [c[1] for c in counts], floor, best)
    total = (sum(c[0] for c in counts), sum(c[1] for c in counts))
    # a ratio to a count that is not shown would tell it
    told = counts[best][0] >= floor and not hidden[best]
    found = []
    for i, own, away in zip(shown, counts, hidden.tolist(), strict=True):
        name = str(names[i])
        group = _group(own, counts[best], total, floor, away=away)
        of = group.of_highest if told else None
        group = replace(group, group=name, name=groups.names[name], of_highest=of)
        found.append(replace(group, mean_p_conversion=float(mean[i])))
    return tuple(found), len(names) - len(shown)


def _group(
    own: tuple[int, int], best: tuple[int, int], total: tuple[int, int], floor: int, *, away: bool
) -> Group:
    """One group, without its name; each pair of counts is (in the audience, addressable).

    Args:
        own: Of the group.
        best: Of the group chosen most.
        total: Of all that are shown.
        floor: The size floor.
        away: Hidden although it is not under the floor.
    """
    n_in, n_all = own
    share = n_all / total[1]
    against = of_highest(own, best)
    warning = ""
    if against.value < FOUR_FIFTHS:
        sure = against.high < FOUR_FIFTHS
        warning = "below four fifths" + ("" if sure else ", perhaps by chance")
    under = n_in < floor
    hidden = under or away
    low, high = wilson(n_in, total[0])
    ratio = Interval(n_in / max(total[0], 1) / share, low / share, high / share)
    return Group(
        group="",
        name="",
        n_addressable=n_all,
        share_addressable=share,
        n_audience=None if hidden else n_in,
        share_audience=None if hidden else n_in / total[0],
        ratio=None if hidden else ratio,
        ratio_under=floor / max(total[0], 1) / share if under else None,
        of_highest=None if hidden else against,
        mean_p_conversion=0.0,
        warning=warning,
    )


def wilson(n: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    p, z2 = n / of, _Z * _Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def of_highest(own: tuple[int, int], best: tuple[int, int]) -> Interval:
    """Ratio of two chances to be chosen, with a 95 % interval on its logarithm (Katz et al. 1978).

    Half a person is added to each count, so that nobody at all gives an interval too.
    """
    if own == best:
        return Interval(1.0, 1.0, 1.0)
    a, n, b, m = own[0] + 0.5, own[1] + 0.5, best[0] + 0.5, best[1] + 0.5
    value = (own[0] / own[1]) / (best[0] / best[1]) if best[0] else 1.0
    middle = math.log((a / n) / (b / m))
    half = _Z * math.sqrt(max(0.0, 1 / a - 1 / n + 1 / b - 1 / m))
    low, high = math.exp(middle - half), math.exp(middle + half)
    return Interval(value, min(low, value), max(high, value))


def _too_few(what: str) -> AudienceError:
    return AudienceError(
        what,
        safe="Nothing was written: a small group could point at single people.",
        todo="Choose a larger audience, or groups with more people.",
    )
