"""Vault: a merchant's secrets of one attempt at a secure sum; they leave in shares or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from common.secagg import agreement, masks, shamir
from common.secagg.graph import Graph
from common.secagg.masks import Words
from common.secagg.messages import KeyList

Pairs = tuple[tuple[str, bytes], ...]


class Vault:
    """Two private keys, a seed, and what others have entrusted. In memory only, never saved."""

    __slots__ = (
        "_held",
        "_mask_private",
        "_me",
        "_pairs",
        "_seal_private",
        "_seals",
        "_seed",
        "_task",
    )

    def __init__(self, me: str, task: str) -> None:
        self._me, self._task = me, task
        self._seal_private = agreement.new_secret()
        self._mask_private = agreement.new_secret()
        self._seed = agreement.new_secret()
        # peer -> what both sides can compute from their seal keys, and from their mask keys
        self._seals: dict[str, bytes] = {}
        self._pairs: dict[str, bytes] = {}
        # owner -> (share of its seed, share of its mask key), this merchant's own among them
        self._held: dict[str, tuple[bytes, bytes]] = {}

    def public_keys(self) -> tuple[bytes, bytes]:
        """The seal key and the mask key that are advertised."""
        return agreement.public_of(self._seal_private), agreement.public_of(self._mask_private)

    def commitment(self) -> str:
        """Shows that a rebuilt seed is this one."""
        return agreement.commitment(self._seed, self._task, self._me)

    def agree(self, near: Sequence[str], told: KeyList) -> str:
        """Compute what is in common with each neighbour; the first whose key hides nothing, or ""."""
        by_name = {k.merchant: k for k in told.keys}
        for peer in near:
            try:
                seal = agreement.agree(self._seal_private, by_name[peer].seal_key)
                pair = agreement.agree(self._mask_private, by_name[peer].mask_key)
            except ValueError:
                return peer
            self._seals[peer], self._pairs[peer] = seal, pair
        return ""

    def split(self, graph: Graph, members: Sequence[str], keys: str) -> Pairs:
        """Split both secrets among the neighbours and itself; seal the neighbours' pairs of shares.

        Args:
            graph: Of the key list.
            members: The key list's merchants; a share's place is the holder's place there, from 1.
            keys: Digest of the key list, which the sealed shares are bound to.
        """
        near, need = graph.neighbours[self._me], graph.share_threshold
        places = {m: members.index(m) + 1 for m in sorted((self._me, *near))}
        seeds = shamir.split(self._seed, list(places.values()), need)
        private = shamir.split(self._mask_private, list(places.values()), need)
        pairs = {
            m: (shamir.share_to_bytes(seeds[x]), shamir.share_to_bytes(private[x]))
            for m, x in places.items()
        }
        self._held[self._me] = pairs[self._me]
        return tuple((m, self._seal(keys, m, b"".join(pairs[m]))) for m in near)

    def open(self, sealed: Pairs, keys: str) -> str:
        """Keep what the neighbours have entrusted; the first whose share does not open, or ""."""
        for sender, box in sealed:
            try:
                both = agreement.unseal(
                    self._seals[sender], box, self._task, keys, sender, self._me
                )
                pair = both[: shamir.SHARE_BYTES], both[shamir.SHARE_BYTES :]
                for share in pair:
                    shamir.share_from_bytes(share)
            except ValueError:
                return sender
            self._held[sender] = pair
        return ""

    def mask(self, peers: Iterable[str], length: int, bits: int) -> Words:
        """Its own mask, plus those it has with later peers, minus those with earlier ones."""
        total = masks.zeros(length, bits)
        masks.add_mask(total, agreement.self_mask_key(self._seed, self._task, self._me))
        for peer in peers:
            key = agreement.pair_mask_key(self._pairs[peer], self._task, self._me, peer)
            masks.add_mask(total, key, minus=peer < self._me)
        return total

    def reveal(self, alive: set[str]) -> tuple[Pairs, Pairs]:
        """Of each owner ONE share: of a living one's seed, of a dropped one's mask key.

        Everything is forgotten with this call, so that the other share can never be given.
        """
        held, self._held = sorted(self._held.items()), {}
        self.forget()
        seeds = tuple((owner, pair[0]) for owner, pair in held if owner in alive)
        keys = tuple((owner, pair[1]) for owner, pair in held if owner not in alive)
        return seeds, keys

    def forget(self) -> None:
        """Let go of every secret (Python cannot promise that the memory is overwritten)."""
        self._seal_private = self._mask_private = self._seed = b""
        self._seals, self._pairs, self._held = {}, {}, {}

    def _seal(self, keys: str, peer: str, text: bytes) -> bytes:
        return agreement.seal(self._seals[peer], text, self._task, keys, self._me, peer)
