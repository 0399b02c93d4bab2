"""SumServer: the coordinator's side of one attempt at a secure sum; it learns the sum or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from common.errors import Refusal
from common.secagg import graph, masks
from common.secagg.agreement import is_public
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
    Up,
    keys_content,
    shares_content,
    unmask_content,
)
from common.secagg.roster import Roster, least_threshold
from common.secagg.task import SumTask
from common.secagg.unmasking import Opened, open_sum


@dataclass(frozen=True, slots=True)
class SumResult:
    """The sum, and who is in it.

    Attributes:
        total: Sum of the members' vectors modulo 2^bits, shape [length].
        members: Fingerprints, ascending; at least the task's threshold.
        dropped: Who of the key list is not in the sum, or did not stay to the end: fingerprint ->
            the stage that it did not answer.
        liars: Merchants whose revealed share was wrong, as far as it could be seen.
    """

    total: Words
    members: tuple[str, ...]
    dropped: dict[str, Stage]
    liars: tuple[str, ...]


class SumServer:
    """Collects a stage with `take`, goes on with the stage's closing method.

    The closing methods are `key_list, share_lists, survivor_list, survivor_proof, result`, in this
    order. Each returns the next message, or, when fewer than the threshold answered, the Refusal
    that makes the round void; `void` keeps it, and nothing can be opened any more.
    """

    def __init__(self, task: SumTask, roster: Roster, asked: Iterable[str] | None = None) -> None:
        """Open the first stage to those of the roster that are asked (all, unless named)."""
        if task.roster_digest != roster.digest():
            raise ValueError("the task names another roster")
        self.task = task
        self.stage = Stage.KEYS
        self.void: Refusal | None = None
        self.dropped: dict[str, Stage] = {}
        self._digest = task.digest()
        self._known = roster.keys()
        self._on = task.roster_digest
        #: who may answer the stage that is open
        self._expected = frozenset(self._known) & frozenset(self._known if asked is None else asked)
        self._said: dict[Stage, dict[str, Statement]] = {stage: {} for stage in Stage}
        self._keys: dict[str, AdvertiseKeys] = {}
        self._shares: dict[str, ShareKeys] = {}
        self._unmasks: dict[str, Unmask] = {}
        self._graph = graph.Graph(0, 0, {})
        self._total = masks.zeros(task.length, task.bits)

    @property
    def waiting(self) -> frozenset[str]:
        """Who may still answer the open stage; empty = it can be closed at once."""
        return self._expected - set(self._said[self.stage])

    def take(self, message: Up) -> Refusal | None:
        """Keep one merchant's answer to the open stage, or say why not (nobody else is hurt).

        Codes: "other-task", "late-stage", "unknown-merchant", "sent-already", "bad-signature",
        "bad-message".
        """
        stage = _STAGE_OF[type(message)]
        said = message.statement
        if message.task != self._digest:
            return Refusal("other-task", "The answer belongs to another round or attempt.")
        if self.void or stage is not self.stage:
            return Refusal("late-stage", "The answer belongs to a stage that is not open.")
        if said.merchant not in self._expected:
            return Refusal("unknown-merchant", "The merchant has no place in this stage.")
        if said.merchant in self._said[stage]:
            return Refusal("sent-already", "The merchant answered this stage already.")
        if not said.holds(self._known[said.merchant], stage, self._digest, self._on):
            return Refusal("bad-signature", "The merchant did not sign this, or saw another list.")
        problem = self._keep(message)
        if problem:
            return Refusal("bad-message", problem)
        self._said[stage][said.merchant] = said
        return None

    def key_list(self) -> KeyList | Refusal:
        """End of stage 1: who takes part, for all of them."""
        found = self._close(Stage.KEYS)
        if found:
            return found
        names = sorted(self._keys)
        least = least_threshold(len(names), self.task.colluders)
        if self.task.threshold < least:
            why = f"For {len(names)} merchants the threshold must be at least {least}."
            return self._void("threshold-lowered", why)
        told = KeyList(self._digest, tuple(self._keys[m] for m in names))
        self._on = told.digest()
        self._graph = graph.build(names, self.task.threshold, self.task.colluders, self._on)
        self._next(Stage.SHARES)
        return told

    def share_lists(self) -> dict[str, ShareList] | Refusal:
        """End of stage 2: for each merchant that shared, the list and its sealed shares."""
        found = self._close(Stage.SHARES)
        if found:
            return found
        sharers = self._statements(Stage.SHARES)
        boxes = {m: dict(self._shares[m].sealed) for m in sorted(self._shares)}
        lists = {
            m: ShareList(
                self._digest,
                sharers,
                tuple((p, boxes[p][m]) for p in self._graph.neighbours[m] if p in boxes),
            )
            for m in boxes
        }
        self._on = next(iter(lists.values())).digest()
        self._next(Stage.MASKED)
        return lists

    def survivor_list(self) -> SurvivorList | Refusal:
        """End of stage 3: whose vector is in the sum, for these."""
        shared = set(self._said[Stage.SHARES])
        found = self._close(Stage.MASKED)
        if found:
            return found
        gone = tuple(sorted(shared - set(self._said[Stage.MASKED])))
        told = SurvivorList(self._digest, self._statements(Stage.MASKED), gone)
        self._on = told.digest()
        self._next(Stage.CONFIRM)
        return told

    def survivor_proof(self) -> SurvivorProof | Refusal:
        """End of stage 4: that enough survivors go by the same list, for all who confirmed."""
        found = self._close(Stage.CONFIRM)
        if found:
            return found
        proof = SurvivorProof(self._digest, self._on, self._statements(Stage.CONFIRM))
        self._next(Stage.UNMASK)
        return proof

    def result(self) -> SumResult | Refusal:
        """End of stage 5: the sum. It can be asked for before everybody answered."""
        found = self._close(Stage.UNMASK)
        if found:
            return found
        members = tuple(sorted(self._said[Stage.MASKED]))
        opened = open_sum(
            self.task, self._graph, self._keys, self._shares, self._unmasks, members, self._total
        )
        if not isinstance(opened, Opened):
            return self._void(opened.code, opened.reason)
        self.stage = Stage.DONE
        return SumResult(opened.total, members, dict(self.dropped), opened.liars)

    def _keep(self, message: Up) -> str:
        """Keep what a signed message holds; or what is wrong with it."""
        match message:
            case AdvertiseKeys(_, seal, mask, said):
                public = is_public(seal) and is_public(mask) and seal != mask
                taken = {k for m in self._keys.values() for k in (m.seal_key, m.mask_key)}
                if not public or {seal, mask} & taken or said.content != keys_content(seal, mask):
                    return "These are no fresh round keys."
                self._keys[said.merchant] = message
            case ShareKeys(_, commitment, sealed, said):
                to = tuple(peer for peer, _ in sealed)
                whole = said.content == shares_content(commitment, sealed)
                if not whole or to != self._graph.neighbours[said.merchant]:
                    return "These are not the sealed shares of all neighbours."
                self._shares[said.merchant] = message
            case MaskedSum(_, raw, said):
                if said.content != hashlib.sha256(raw).hexdigest():
                    return "This is not the vector that was signed."
                try:
                    vector = masks.from_bytes(raw, self.task.length, self.task.bits)
                except ValueError as e:
                    return f"{e}."
                self._total += vector
            case Confirmation(_, said):
                return "" if said.content == "" else "A confirmation says nothing else."
            case Unmask(_, seeds, mask_keys, said):
                owners = [m for m, _ in seeds], [m for m, _ in mask_keys]
                if said.content != unmask_content(seeds, mask_keys):
                    return "These are not the shares that were signed."
                if owners != self._owed_by(said.merchant):
                    return "These are not the shares that this merchant holds."
                self._unmasks[said.merchant] = message
        return ""

    def _owed_by(self, holder: str) -> tuple[list[str], list[str]]:
        """Whose seeds and whose mask keys a holder has a share of, in order."""
        owners = {holder, *self._graph.neighbours[holder]} & set(self._shares)
        alive = owners & set(self._said[Stage.MASKED])
        return sorted(alive), sorted(owners - alive)

    def _close(self, stage: Stage) -> Refusal | None:
        if self.void:
            return self.void
        if self.stage is not stage:
            return Refusal("late-stage", "The stage is closed already or not open yet.")
        answered = self._said[stage]
        # of the roster, who never came is not a drop-out: the round began without them
        if stage is not Stage.KEYS:
            for merchant in sorted(self.waiting):
                self.dropped[merchant] = stage
        if len(answered) >= self.task.threshold:
            return None
        why = f"{len(answered)} merchants answered the stage '{stage}', {self.task.threshold} are needed."
        return self._void("below-threshold", f"{why} The round is void; no vector can be read.")

    def _void(self, code: str, why: str) -> Refusal:
        self.void, self.stage = Refusal(code, why), Stage.CLOSED
        self._total = masks.zeros(0, self.task.bits)
        return self.void

    def _next(self, stage: Stage) -> None:
        self._expected = frozenset(self._said[self.stage])
        self.stage = stage

    def _statements(self, stage: Stage) -> tuple[Statement, ...]:
        return tuple(said for _, said in sorted(self._said[stage].items()))


_STAGE_OF: dict[type, Stage] = {
    AdvertiseKeys: Stage.KEYS,
    ShareKeys: Stage.SHARES,
    MaskedSum: Stage.MASKED,
    Confirmation: Stage.CONFIRM,
    Unmask: Stage.UNMASK,
}
