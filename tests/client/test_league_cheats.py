"""A coordinator that cheats in a secure sum: each shop refuses by code, names it in its diary, and charges nothing before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from common import wire
from common.errors import Refusal
from common.keys import Identity
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
from common.secagg.server_side import SumResult
from common.secagg.vault import Vault
from tests.client.league_shops import LeagueOfShops, league_of

pytestmark = pytest.mark.privacy

STRANGER = Identity.generate()


@pytest.fixture
def league(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LeagueOfShops:
    return league_of(tmp_path, monkeypatch)


def _invented(told: KeyList) -> KeyList:
    """In place of the last merchant one whom nobody knows, with keys of its own."""
    seal, mask = Vault(STRANGER.public.fingerprint, told.task).public_keys()
    said = Statement.sign(STRANGER, Stage.KEYS, told.task, "ab" * 32, keys_content(seal, mask))
    both = [*told.keys[:-1], AdvertiseKeys(told.task, seal, mask, said)]
    return replace(told, keys=tuple(sorted(both, key=lambda k: k.merchant)))


def _crowd(told: KeyList) -> KeyList:
    """More merchants than the noise and the modulus were planned for."""
    return replace(told, keys=(*told.keys, _invented(told).keys[-1]))


def _unsigned(told: KeyList) -> KeyList:
    """The last merchant's keys are the coordinator's own."""
    last = told.keys[-1]
    other = AdvertiseKeys(
        told.task, last.mask_key, last.seal_key,
        replace(last.statement, content=keys_content(last.mask_key, last.seal_key)),
    )  # fmt: skip
    return replace(told, keys=(*told.keys[:-1], other))


def _alive_and_dead(told: SurvivorList) -> SurvivorList:
    return replace(told, dropped=(told.survivors[-1].merchant,))


def _fewer(told: SurvivorList) -> SurvivorList:
    """One who shared is neither in the sum nor dropped out."""
    return replace(told, survivors=told.survivors[:-1])


@dataclass(frozen=True)
class Cheat:
    """What is changed at which stage, for which merchants, and the code it is refused with."""

    stage: Stage
    change: Callable[[Any], Any]
    code: str
    kind: type


CHEATS = [
    Cheat(Stage.SHARES, _invented, "unknown-merchant", KeyList),
    Cheat(Stage.SHARES, _crowd, "group-too-large", KeyList),
    Cheat(Stage.SHARES, _unsigned, "bad-key-signature", KeyList),
    Cheat(Stage.SHARES, lambda t: replace(t, keys=t.keys[:3]), "group-too-small", KeyList),
    Cheat(Stage.SHARES, lambda t: replace(t, keys=t.keys[:2]), "group-too-small", KeyList),
    Cheat(Stage.SHARES, lambda t: replace(t, keys=t.keys[1:]), "left-out", KeyList),
    Cheat(Stage.MASKED, lambda t: replace(t, sealed=t.sealed[1:]), "shares-missing", ShareList),
    Cheat(Stage.MASKED, lambda t: replace(t, sharers=t.sharers[:3]), "below-threshold", ShareList),
    Cheat(Stage.CONFIRM, _alive_and_dead, "alive-and-dead", SurvivorList),
    Cheat(Stage.CONFIRM, _fewer, "survivors-incomplete", SurvivorList),
    Cheat(
        Stage.UNMASK,
        lambda t: replace(t, confirmations=t.confirmations[:3]),
        "below-threshold",
        SurvivorProof,
    ),
    Cheat(
        Stage.UNMASK,
        lambda t: replace(t, survivors="ab" * 32),
        "survivor-lists-differ",
        SurvivorProof,
    ),
]


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda c: c.code)
def test_a_cheat_is_refused_and_named(league: LeagueOfShops, cheat: Cheat) -> None:
    """The first merchant is lied to; the others go on without it, or the round is void."""
    m = league.names[0]

    def lie(stage: Stage, merchant: str, told: Any) -> Any:
        if stage is not cheat.stage or merchant != m:
            return told
        assert isinstance(told, cheat.kind)
        return cheat.change(told)

    found = league.run(league.plan(), tamper=lie)
    assert league.codes == {m: [cheat.code]}
    [line, *_] = league.diary(m)
    assert line.outcome == "refused" and line.code == cheat.code and line.reasons[0]
    early = cheat.stage in (Stage.SHARES, Stage.MASKED)
    assert league.charges(m) == ([] if early else ["reserve", "commit"])
    assert (league.homes[m] in league.calls) != early
    assert isinstance(found, SumResult) and (m in found.members) != early


def test_two_key_lists_for_two_halves(league: LeagueOfShops) -> None:
    """Nobody masks a vector: whoever saw another list signed another digest."""
    half = set(league.names[:2])

    def lie(stage: Stage, merchant: str, told: Any) -> Any:
        if stage is Stage.SHARES and merchant in half:
            return replace(told, keys=told.keys[:4])
        return told

    plan = league.plan()
    server = league.open(plan)
    told = server.key_list()
    assert isinstance(told, KeyList)
    said = {}
    for m in league.names[:4]:
        content = league.ask(m, wire.sum_to_records(lie(Stage.SHARES, m, told)))
        assert content is not None
        said[m] = wire.sum_from_records(content)
    # the server is of ours and would refuse the half's answers: what a cheat would tell the others
    statements = tuple(said[m].statement for m in sorted(said))
    for m in league.names[:4]:
        boxes = tuple(
            (peer, dict(said[peer].sealed)[m])
            for peer in sorted(said)
            if m in dict(said[peer].sealed)
        )
        assert league.ask(m, wire.sum_to_records(ShareList(told.task, statements, boxes))) is None
    codes = {code for found in league.codes.values() for code in found}
    assert codes <= {"key-lists-differ", "shares-missing"} and "key-lists-differ" in codes
    assert league.untouched()
    named = [league.diary(m)[0].reasons[0] for m in league.names[:4]]
    assert any(m in text for m in league.names for text in named)


def test_every_stage_is_answered_once(league: LeagueOfShops) -> None:
    """The same list twice, a stage too early, another round's list: no second answer."""
    plan, m = league.plan(), league.names[0]
    kept: dict[Stage, Any] = {}

    def twice(stage: Stage, merchant: str, told: Any) -> Any:
        if merchant == m and kept:
            before = kept[list(kept)[-1]]
            assert league.ask(m, wire.sum_to_records(before)) is None
        if merchant == m:
            kept[stage] = told
        return told

    found = league.run(plan, tamper=twice)
    assert isinstance(found, SumResult) and m in found.members
    assert league.ask(m, wire.sum_to_records(kept[Stage.UNMASK])) is None
    assert league.codes == {m: ["late-stage"] * 3 + ["unmasked-already"]}
    server = league.open(league.plan(round=2))
    early = SurvivorList(server.task.digest(), (), ())
    assert league.ask(m, wire.sum_to_records(early)) is None
    assert league.codes[m][-1] == "early-stage"
    assert not isinstance(server.key_list(), Refusal)
    assert league.charges(m) == ["reserve", "commit"]


def test_a_list_of_another_round_ends_this_one(league: LeagueOfShops) -> None:
    first = league.open(league.plan(round=1)).key_list()
    assert isinstance(first, KeyList)
    second = league.open(league.plan(round=2)).key_list()
    assert isinstance(second, KeyList)
    m = league.names[0]
    assert league.ask(m, wire.sum_to_records(first)) is None
    mixed = replace(second, keys=first.keys)
    assert league.ask(m, wire.sum_to_records(mixed)) is None
    assert league.ask(m, wire.sum_to_records(second)) is None
    assert league.codes[m] == ["round-lost", "own-key-changed", "round-lost"]
    assert league.untouched()
