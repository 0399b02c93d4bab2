"""Taking the masks off a sum: secrets rebuilt from shares and checked, masks subtracted; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from common.errors import Refusal
from common.secagg import agreement, masks, shamir
from common.secagg.graph import Graph
from common.secagg.masks import Words
from common.secagg.messages import AdvertiseKeys, ShareKeys, Unmask
from common.secagg.task import SumTask


@dataclass(frozen=True, slots=True)
class Opened:
    """A sum without masks, shape [length], and whose shares were wrong."""

    total: Words
    liars: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pile:
    """One secret's revealed shares, by the holder's place."""

    owner: str
    shares: Mapping[int, int]


def open_sum(
    task: SumTask,
    graph: Graph,
    keys: Mapping[str, AdvertiseKeys],
    shares: Mapping[str, ShareKeys],
    unmasks: Mapping[str, Unmask],
    members: Sequence[str],
    masked: Words,
) -> Opened | Refusal:
    """Subtract the members' own masks and the masks that dropped merchants left behind.

    Args:
        task: The sum's terms.
        graph: Of the key list.
        keys: The key list, by fingerprint.
        shares: By sharer; who is in it and not in members dropped out.
        unmasks: By merchant that answered the last stage.
        members: Whose vectors are in the sum.
        masked: Sum of the masked vectors, shape [length].

    Returns:
        The sum, or a Refusal: "shares-missing", "shares-do-not-fit".
    """
    digest, need = task.digest(), graph.share_threshold
    places = {m: i + 1 for i, m in enumerate(sorted(keys))}
    total, wrong = masked.copy(), set[int]()
    for owner in sorted(shares):
        alive = owner in members
        pile = _pile(owner, graph, places, unmasks, alive=alive)
        if len(pile.shares) < need:
            why = f"{len(pile.shares)} shares came for merchant {owner}, {need} are needed."
            return Refusal("shares-missing", why)
        found = shamir.recover(
            pile.shares, need, _fits(digest, keys[owner], shares[owner], alive=alive)
        )
        if found is None:
            return Refusal("shares-do-not-fit", f"The shares for merchant {owner} give no secret.")
        wrong |= set(found.wrong)
        if alive:
            masks.add_mask(total, agreement.self_mask_key(found.secret, digest, owner), minus=True)
        else:
            _remove_pairs(total, found.secret, owner, graph, keys, members, digest)
    names = {x: m for m, x in places.items()}
    return Opened(masks.reduced(total, task.bits), tuple(sorted(names[x] for x in wrong)))


def _pile(
    owner: str,
    graph: Graph,
    places: Mapping[str, int],
    unmasks: Mapping[str, Unmask],
    *,
    alive: bool,
) -> _Pile:
    """The shares of one owner's secret; what is no share, or nobody's to give, is left out."""
    found = {}
    for holder in (owner, *graph.neighbours[owner]):
        if holder not in unmasks:
            continue
        told = unmasks[holder].seeds if alive else unmasks[holder].mask_keys
        raw = dict(told).get(owner)
        if raw is not None:
            try:
                found[places[holder]] = shamir.share_from_bytes(raw)
            except ValueError:
                continue
    return _Pile(owner, found)


def _fits(
    digest: str, keys: AdvertiseKeys, shares: ShareKeys, *, alive: bool
) -> Callable[[bytes], bool]:
    """Whether a rebuilt secret is the one that its owner committed to, or advertised."""
    owner = keys.merchant
    if alive:
        return lambda seed: agreement.commitment(seed, digest, owner) == shares.commitment
    return lambda private: agreement.public_of(private) == keys.mask_key


def _remove_pairs(
    total: Words,
    private: bytes,
    owner: str,
    graph: Graph,
    keys: Mapping[str, AdvertiseKeys],
    members: Sequence[str],
    digest: str,
) -> None:
    """What each member that is the dropped owner's neighbour has added, or subtracted, for it."""
    for peer in sorted(set(graph.neighbours[owner]) & set(members)):
        shared = agreement.agree(private, keys[peer].mask_key)
        key = agreement.pair_mask_key(shared, digest, owner, peer)
        # the member added it when the owner comes later in order
        masks.add_mask(total, key, minus=peer < owner)
