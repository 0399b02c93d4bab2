"""SumClient: one merchant's side of one attempt at a secure sum; it fails closed."""

from __future__ import annotations

import hashlib

from common.errors import Refusal
from common.keys import Identity
from common.secagg import graph, masks
from common.secagg.client_checks import (
    Terms,
    check_keys,
    check_proof,
    check_shares,
    check_survivors,
    check_task,
)
from common.secagg.masks import Words
from common.secagg.messages import (
    AdvertiseKeys,
    Confirmation,
    KeyList,
    MaskedSum,
    ShareKeys,
    ShareList,
    Stage,
    Statement,
    SurvivorList,
    SurvivorProof,
    Unmask,
    keys_content,
    shares_content,
    unmask_content,
)
from common.secagg.roster import Floors, Roster
from common.secagg.task import RoundMemory, SumTask
from common.secagg.vault import Vault

_ORDER = list(Stage)


class SumClient:
    """One merchant in one attempt. Call `advertise, share, prepare, masked, confirm, unmask` in order.

    Every list of the coordinator is checked; a list that does not hold ends the attempt for this
    merchant for good (`refusal` says why, for its log) and its secrets are let go. A stage that
    is asked again, late or early is refused too, without ending anything. There is no way to
    save and load it: after a restart in the middle of a round the round is lost for this merchant.

    Raises of all stages: nothing on account of what the coordinator sent.
    """

    def __init__(self, identity: Identity, terms: Terms) -> None:
        self.terms = terms
        self.stage = Stage.KEYS
        self.refusal: Refusal | None = None
        self._identity = identity
        self._task = terms.digest
        self._vault = Vault(terms.me, self._task)
        self._mask: Words | None = None
        self._own: dict[Stage, Statement] = {}
        self._keys: AdvertiseKeys | None = None
        self._near: tuple[str, ...] = ()
        self._members: tuple[str, ...] = ()
        self._sharers: tuple[str, ...] = ()
        self._survivors: tuple[str, ...] = ()
        self._on = ""

    @classmethod
    def open(
        cls,
        identity: Identity,
        roster: Roster,
        floors: Floors,
        task: SumTask,
        memory: RoundMemory,
    ) -> tuple[SumClient, RoundMemory] | Refusal:
        """A client for this attempt, and the memory to put on disk before its first message leaves.

        Returns a Refusal with the codes of `check_task` and of `RoundMemory.joined`.
        """
        terms = Terms(identity.public.fingerprint, roster, floors, task)
        remembered = memory.joined(task)
        if isinstance(remembered, Refusal):
            return remembered
        return check_task(terms) or (cls(identity, terms), remembered)

    def advertise(self) -> AdvertiseKeys | Refusal:
        """Stage 1: two fresh X25519 keys under this merchant's name."""
        early = self._not_at(Stage.KEYS)
        if early or self._keys:
            return early or Refusal("stage-repeated", "The keys were advertised already.")
        seal, mask = self._vault.public_keys()
        self._on = self.terms.task.roster_digest
        said = self._say(Stage.KEYS, keys_content(seal, mask))
        self._keys = AdvertiseKeys(self._task, seal, mask, said)
        return self._keys

    def share(self, told: KeyList) -> ShareKeys | Refusal:
        """Stage 2: shares of seed and mask key, sealed for each neighbour in the key list's graph.

        Codes: those of `check_keys`.
        """
        early = self._not_at(Stage.KEYS)
        if early or self._keys is None:
            return early or Refusal("early-stage", "No keys were advertised yet.")
        found = check_keys(self.terms, self._keys, told)
        if found:
            return self._end(found)
        self._members, self._on = tuple(k.merchant for k in told.keys), told.digest()
        task = self.terms.task
        around = graph.build(self._members, task.threshold, task.colluders, self._on)
        self._near = around.neighbours[self.terms.me]
        odd = self._vault.agree(self._near, told)
        if odd:
            why = f"Merchant {odd} advertised a key that hides nothing."
            return self._end(Refusal("bad-key", why))
        sealed = self._vault.split(around, self._members, self._on)
        commitment = self._vault.commitment()
        said = self._say(Stage.SHARES, shares_content(commitment, sealed))
        self.stage = Stage.SHARES
        return ShareKeys(self._task, commitment, sealed, said)

    def prepare(self, told: ShareList) -> Refusal | None:
        """Stage 3, first half: check who shared, open the shares, make the masks.

        It needs no vector: it can be done while the gradients are still being computed.
        Codes: those of `check_shares`, and "bad-share".
        """
        early = self._not_at(Stage.SHARES)
        if early:
            return early
        own = self._own[Stage.SHARES]
        found = check_shares(self.terms, self._on, self._members, self._near, own, told)
        if found:
            return self._end(found)
        odd = self._vault.open(told.sealed, self._on)
        if odd:
            why = f"The sealed share from merchant {odd} does not open."
            return self._end(Refusal("bad-share", why))
        self._sharers = tuple(s.merchant for s in told.sharers)
        self._on = told.digest()
        task, peers = self.terms.task, [sender for sender, _ in told.sealed]
        self._mask = self._vault.mask(peers, task.length, task.bits)
        self.stage = Stage.MASKED
        return None

    def masked(self, vector: Words, memory: RoundMemory) -> tuple[MaskedSum, RoundMemory] | Refusal:
        """Stage 3, second half: the masked vector, and the memory to put on disk before it leaves.

        The vector carries its share of the noise and is charged already.

        Raises:
            ValueError: the vector is not of the task's length and modulus.
        """
        early = self._not_at(Stage.MASKED)
        mask = self._mask
        if early or mask is None:
            return early or Refusal("stage-repeated", "The masked sum was made already.")
        masks.checked(vector, self.terms.task.length, self.terms.task.bits)
        remembered = memory.sending(self.terms.task)
        if isinstance(remembered, Refusal):
            return self._end(remembered)
        bits = self.terms.task.bits
        mask += vector
        raw = masks.to_bytes(masks.reduced(mask, bits), bits)
        self._mask = None
        said = self._say(Stage.MASKED, hashlib.sha256(raw).hexdigest())
        self.stage = Stage.CONFIRM
        return MaskedSum(self._task, raw, said), remembered

    def confirm(self, told: SurvivorList) -> Confirmation | Refusal:
        """Stage 4: sign the one survivor list that this merchant goes by.

        Codes: those of `check_survivors`.
        """
        early = self._not_at(Stage.CONFIRM)
        if early:
            return early
        found = check_survivors(self.terms, self._on, self._sharers, self._own[Stage.MASKED], told)
        if found:
            return self._end(found)
        self._survivors = tuple(s.merchant for s in told.survivors)
        self._on = told.digest()
        self.stage = Stage.UNMASK
        return Confirmation(self._task, self._say(Stage.CONFIRM, ""))

    def unmask(self, told: SurvivorProof) -> Unmask | Refusal:
        """Stage 5, once: of each owner's two secrets the share of one.

        Of survivors the seed's, of dropped merchants the mask key's.
        Codes: those of `check_proof`, and "unmasked-already".
        """
        if self.stage is Stage.DONE:
            return Refusal("unmasked-already", "There is one unmasking a round, and it was given.")
        early = self._not_at(Stage.UNMASK)
        if early:
            return early
        found = check_proof(self.terms, self._on, self._survivors, told)
        if found:
            return self._end(found)
        seeds, keys = self._vault.reveal(set(self._survivors))
        said = self._say(Stage.UNMASK, unmask_content(seeds, keys))
        self.stage = Stage.DONE
        return Unmask(self._task, seeds, keys, said)

    def close(self, why: str) -> None:
        """Leave the attempt (the deadline passed, the shop pauses); its secrets are let go."""
        if self.stage not in (Stage.DONE, Stage.CLOSED):
            self._end(Refusal("round-lost", why))

    def _say(self, stage: Stage, content: str) -> Statement:
        said = Statement.sign(self._identity, stage, self._task, self._on, content)
        self._own[stage] = said
        return said

    def _not_at(self, stage: Stage) -> Refusal | None:
        if self.stage is stage:
            return None
        if self.stage is Stage.CLOSED and self.refusal:
            return Refusal("round-lost", f"This merchant left the round: {self.refusal.reason}")
        if _ORDER.index(self.stage) < _ORDER.index(stage):
            return Refusal("early-stage", "The stage before this one was not answered yet.")
        return Refusal("late-stage", "This stage was answered already and is over.")

    def _end(self, refusal: Refusal) -> Refusal:
        self.refusal, self.stage, self._mask = refusal, Stage.CLOSED, None
        self._vault.forget()
        return refusal
