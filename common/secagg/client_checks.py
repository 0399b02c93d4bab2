"""What a merchant checks before it answers a stage: pure rules, each refusal with a code and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from common.errors import Refusal
from common.keys import PublicIdentity
from common.secagg.agreement import is_public
from common.secagg.messages import (
    AdvertiseKeys,
    KeyList,
    ShareList,
    Stage,
    Statement,
    SurvivorList,
    SurvivorProof,
    keys_content,
)
from common.secagg.roster import Floors, Roster, group_problem
from common.secagg.task import SumTask


@dataclass(frozen=True, slots=True)
class Terms:
    """What a merchant knows before the first list, and holds to.

    Attributes:
        me: Its fingerprint.
        roster: As pinned.
        floors: Its own.
        task: What it agreed to.
    """

    me: str
    roster: Roster
    floors: Floors
    task: SumTask

    @property
    def digest(self) -> str:
        """Digest of the task."""
        return self.task.digest()


def check_task(terms: Terms) -> Refusal | None:
    """Before anything: "other-roster", "not-in-roster", and the floors on the whole roster."""
    if terms.task.roster_digest != terms.roster.digest():
        return Refusal("other-roster", "The round names another roster than the pinned one.")
    if terms.roster.key(terms.me) is None:
        return Refusal("not-in-roster", "This merchant is not on the pinned roster.")
    # who of the roster will answer is not known yet: the smallest league that could do is judged
    smallest = max(terms.floors.group, terms.task.threshold)
    return _floors(terms, min(smallest, len(terms.roster.members)))


def check_keys(terms: Terms, own: AdvertiseKeys, told: KeyList) -> Refusal | None:
    """The key list.

    Codes: "other-task", "listed-twice", "unknown-merchant", "left-out", "own-key-changed",
    "group-too-small", "threshold-lowered", "bad-key", "key-twice", "bad-key-signature".
    """
    names = [k.merchant for k in told.keys]
    known = terms.roster.keys()
    found = _task(terms, told.task) or _names(names, known, terms.me)
    found = found or _floors(terms, len(names))
    if found:
        return found
    if own not in told.keys:
        return Refusal(
            "own-key-changed", "The list holds another key for this merchant than its own."
        )
    seen: set[bytes] = set()
    task, on = terms.digest, terms.task.roster_digest
    for k in told.keys:
        if k.task != task or not (is_public(k.seal_key) and is_public(k.mask_key)):
            return _of("bad-key", k.merchant, "advertised something that is no round key.")
        if k.seal_key in seen or k.mask_key in seen or k.seal_key == k.mask_key:
            return _of("key-twice", k.merchant, "advertised a key that another one has too.")
        seen |= {k.seal_key, k.mask_key}
        said = k.statement.content == keys_content(k.seal_key, k.mask_key)
        if not said or not k.statement.holds(known[k.merchant], Stage.KEYS, task, on):
            return _of(
                "bad-key-signature", k.merchant, "did not sign the round key under its name."
            )
    return None


def check_shares(
    terms: Terms,
    keys: str,
    members: Sequence[str],
    near: Sequence[str],
    own: Statement,
    told: ShareList,
) -> Refusal | None:
    """The share list: all sharers signed the key list (digest `keys`) that this merchant saw.

    Codes: "other-task", "listed-twice", "unknown-merchant", "left-out", "own-share-changed",
    "below-threshold", "key-lists-differ", "shares-missing".
    """
    names = [s.merchant for s in told.sharers]
    found = _task(terms, told.task) or _names(names, members, terms.me) or _enough(terms, names)
    if found:
        return found
    if own not in told.sharers:
        return Refusal(
            "own-share-changed", "The list holds another statement than this merchant's."
        )
    odd = _unsigned(terms, Stage.SHARES, keys, told.sharers)
    if odd:
        why = (
            "did not sign the key list that this merchant saw: it saw another one, or is invented."
        )
        return _of("key-lists-differ", odd, why)
    expected = [m for m in near if m in set(names)]
    if [sender for sender, _ in told.sealed] != expected:
        why = "The sealed shares are not one from each neighbour that shared."
        return Refusal("shares-missing", why)
    return None


def check_survivors(
    terms: Terms, shares: str, sharers: Sequence[str], own: Statement, told: SurvivorList
) -> Refusal | None:
    """The survivor list: all survivors signed the share list (digest `shares`) of this merchant.

    Codes: "other-task", "listed-twice", "unknown-merchant", "left-out", "own-sum-changed",
    "below-threshold", "alive-and-dead", "survivors-incomplete", "share-lists-differ".
    """
    names = [s.merchant for s in told.survivors]
    both = set(names) & set(told.dropped)
    if both:
        return _of("alive-and-dead", min(both), "is in the sum and dropped out, both at once.")
    found = _task(terms, told.task) or _names(names, sharers, terms.me)
    found = found or _names(told.dropped, sharers) or _enough(terms, names)
    if found:
        return found
    if len(names) + len(told.dropped) != len(sharers):
        why = "Somebody who shared is neither in the sum nor dropped out."
        return Refusal("survivors-incomplete", why)
    if own not in told.survivors:
        return Refusal("own-sum-changed", "The list holds another statement than this merchant's.")
    odd = _unsigned(terms, Stage.MASKED, shares, told.survivors)
    if odd:
        why = "did not sign the share list that this merchant saw: it saw another one, or is invented."
        return _of("share-lists-differ", odd, why)
    return None


def check_proof(
    terms: Terms, confirmed: str, survivors: Sequence[str], told: SurvivorProof
) -> Refusal | None:
    """The proof that t survivors confirmed the survivor list (digest `confirmed`).

    Codes: "other-task", "survivor-lists-differ", "listed-twice", "unknown-merchant",
    "below-threshold", "bad-confirmation".
    """
    found = _task(terms, told.task)
    if found:
        return found
    if told.survivors != confirmed:
        why = "The sum is to be opened for another survivor list than the one confirmed here."
        return Refusal("survivor-lists-differ", why)
    names = [c.merchant for c in told.confirmations]
    found = _names(names, survivors) or _enough(terms, names)
    if found:
        return found
    odd = _unsigned(terms, Stage.CONFIRM, confirmed, told.confirmations)
    if odd:
        why = "did not confirm the survivor list that this merchant confirmed."
        return _of("bad-confirmation", odd, why)
    return None


def _task(terms: Terms, task: str) -> Refusal | None:
    if task == terms.digest:
        return None
    return Refusal("other-task", "The message belongs to another round, attempt, plan or roster.")


def _floors(terms: Terms, n: int) -> Refusal | None:
    return group_problem(n, terms.task.threshold, terms.task.colluders, terms.floors)


def _names(
    names: Sequence[str], known: Sequence[str] | Mapping[str, object], me: str = ""
) -> Refusal | None:
    """Each once, in order, known, and (unless empty) `me` among them."""
    for one, other in pairwise(names):
        if one >= other:
            return _of("listed-twice", other, "is listed twice, or the list is out of order.")
    places = set(known)
    for name in names:
        if name not in places:
            return _of("unknown-merchant", name, "has no place in this list.")
    if me and me not in names:
        return Refusal("left-out", "This merchant is not in the list; the round is lost for it.")
    return None


def _enough(terms: Terms, names: Sequence[str]) -> Refusal | None:
    if len(names) >= terms.task.threshold:
        return None
    why = f"{len(names)} merchants are left, and {terms.task.threshold} are needed."
    return Refusal("below-threshold", why)


def _unsigned(terms: Terms, stage: Stage, on: str, said: Sequence[Statement]) -> str:
    """The first merchant whose statement does not hold; empty if all do."""
    known: Mapping[str, PublicIdentity] = terms.roster.keys()
    task = terms.digest
    return next((s.merchant for s in said if not s.holds(known[s.merchant], stage, task, on)), "")


def _of(code: str, merchant: str, does: str) -> Refusal:
    return Refusal(code, f"Merchant {merchant} {does}")
