"""A coordinator that cheats, one way a test: honest merchants refuse, name it, and nothing is opened."""

from dataclasses import replace

import pytest

from common.errors import Refusal, SettingsError
from common.secagg.agreement import new_secret, public_of
from common.secagg.client_side import SumClient
from common.secagg.messages import (
    AdvertiseKeys,
    KeyList,
    MaskedSum,
    ShareList,
    Stage,
    Statement,
    SurvivorList,
    SurvivorProof,
    Unmask,
    keys_content,
)
from common.secagg.roster import Floors, Roster
from common.secagg.task import RoundMemory
from tests.common.secagg.league import League, identity

N = 6


def refused(league, code, merchants=None):
    """These merchants (all, unless named) refused with this code; nothing of them came later."""
    for m in merchants or league.names:
        assert [r.code for r in league.refusals[m]][-1:] == [code], league.refusals
        assert league.clients[m].refusal.code == code
        assert league.clients[m].stage is Stage.CLOSED
        assert m not in league.sent[Stage.UNMASK]
    return next(r for m in merchants or league.names for r in league.refusals[m])


def stage_only(wanted, change):
    return lambda stage, merchant, message: (
        change(merchant, message) if stage is wanted else message
    )


def forged(league, by, task=None):
    """Round keys signed by that identity."""
    seal, mask = public_of(new_secret()), public_of(new_secret())
    task = task or league.task().digest()
    on = league.roster.digest()
    said = Statement.sign(by, Stage.KEYS, task, on, keys_content(seal, mask))
    return AdvertiseKeys(task, seal, mask, said)


def with_keys(told, *more):
    keys = {k.merchant: k for k in (*told.keys, *more)}
    return replace(told, keys=tuple(keys[m] for m in sorted(keys)))


# -- the key list ----------------------------------------------------------------------------


def test_different_key_sets_to_different_merchants():
    """One half sees another (properly signed!) key of a colluding merchant."""
    league = League(N, colluders=1)
    rogue = league.names[0]
    other = forged(league, league.identities[rogue])
    fooled = league.names[3:]

    def change(merchant, told):
        return with_keys(told, other) if merchant in fooled else told

    result = league.run(tamper=stage_only(Stage.SHARES, change))
    # the server itself would notice that these signed another list; it pushes on regardless
    assert isinstance(result, Refusal)
    told = _pushed_on(League(N, colluders=1, attempt=2), rogue)
    for merchant, refusal in told.items():
        assert refusal.code == "key-lists-differ", merchant
        assert "another one" in refusal.reason and "Merchant" in refusal.reason


def _pushed_on(league, rogue):
    """Key sets differ, and the coordinator hides from each half what the other one signed."""
    clients = {}
    for m in league.names:
        clients[m], _ = SumClient.open(
            league.identities[m], league.roster, league.floors, league.task(), RoundMemory()
        )
    keys = {m: c.advertise() for m, c in clients.items()}
    one = KeyList(league.task().digest(), tuple(keys[m] for m in league.names))
    two = with_keys(one, forged(league, league.identities[rogue]))
    honest = [m for m in league.names if m != rogue]
    shares = {m: clients[m].share(one if i % 2 else two) for i, m in enumerate(honest)}
    sharers = tuple(shares[m].statement for m in sorted(shares))
    found = {}
    for m in honest:
        sealed = tuple((p, dict(shares[p].sealed)[m]) for p in sorted(shares) if p != m)
        found[m] = clients[m].prepare(ShareList(league.task().digest(), sharers, sealed))
    return found


def test_a_fake_merchant():
    league = League(N)
    fake = forged(league, identity(400))
    league.run(tamper=stage_only(Stage.SHARES, lambda m, told: with_keys(told, fake)))
    reason = refused(league, "unknown-merchant").reason
    assert identity(400).public.fingerprint in reason


def test_a_key_that_its_merchant_did_not_sign():
    league = League(N)
    victim = league.names[1]
    fake = forged(league, identity(401))
    fake = replace(fake, statement=replace(fake.statement, merchant=victim))
    league.run(tamper=stage_only(Stage.SHARES, lambda m, told: with_keys(told, fake)))
    refused(league, "own-key-changed", [victim])
    reason = refused(league, "bad-key-signature", [m for m in league.names if m != victim]).reason
    assert victim in reason


@pytest.mark.parametrize(
    "change",
    [
        {"run_id": "other"},
        {"round": 2},
        {"attempt": 2},
        {"plan_digest": "cd" * 32},
        {"threshold": 5},
        {"bits": 16},
    ],
)
def test_a_signed_key_of_another_round_is_replayed(change):
    league = League(N)
    rogue = league.names[2]
    old = forged(league, league.identities[rogue], league.task(**change).digest())
    old = replace(old, task=league.task().digest())
    league.run(tamper=stage_only(Stage.SHARES, lambda m, told: with_keys(told, old)))
    refused(league, "bad-key-signature", [m for m in league.names if m != rogue])


def test_one_key_under_two_names():
    league = League(N)
    rogue, copied = league.names[2], league.names[4]

    def change(merchant, told):
        theirs = next(k for k in told.keys if k.merchant == copied)
        content = keys_content(theirs.mask_key, theirs.seal_key)
        on = league.roster.digest()
        said = Statement.sign(league.identities[rogue], Stage.KEYS, told.task, on, content)
        fake = AdvertiseKeys(told.task, theirs.mask_key, theirs.seal_key, said)
        return with_keys(told, fake)

    league.run(tamper=stage_only(Stage.SHARES, change))
    refused(league, "key-twice", [m for m in league.names if m != rogue])


def test_a_key_that_hides_nothing():
    league = League(N)
    rogue = league.names[2]

    def change(merchant, told):
        weak = b"\1" + b"\0" * 31
        mask = public_of(new_secret())
        on = league.roster.digest()
        said = Statement.sign(
            league.identities[rogue], Stage.KEYS, told.task, on, keys_content(weak, mask)
        )
        return with_keys(told, AdvertiseKeys(told.task, weak, mask, said))

    league.run(tamper=stage_only(Stage.SHARES, change))
    refused(league, "bad-key", [m for m in league.names if m != rogue])


def test_a_merchant_listed_twice():
    league = League(N)

    def change(merchant, told):
        return replace(told, keys=(told.keys[0], *told.keys))

    league.run(tamper=stage_only(Stage.SHARES, change))
    refused(league, "listed-twice")


def test_a_list_without_its_reader():
    league = League(N)

    def change(merchant, told):
        return replace(told, keys=tuple(k for k in told.keys if k.merchant != merchant))

    league.run(tamper=stage_only(Stage.SHARES, change))
    refused(league, "left-out")


def test_a_group_below_the_floor():
    league = League(N, floors=Floors(5, 3, 0), threshold=4)
    few = league.names[:4]

    def change(merchant, told):
        return replace(told, keys=tuple(k for k in told.keys if k.merchant in few))

    league.run(tamper=stage_only(Stage.SHARES, change))
    refused(league, "group-too-small", few)
    refused(league, "left-out", league.names[4:])


# -- the terms -------------------------------------------------------------------------------


def opened(league, **change):
    m = league.names[0]
    floors = change.pop("floors", league.floors)
    roster = change.pop("roster", league.roster)
    task = league.task(**change)
    return SumClient.open(league.identities[m], roster, floors, task, RoundMemory())


def test_a_roster_of_one():
    alone = Roster.of([identity(0).public])
    league = League(N)
    task = league.task(roster_digest=alone.digest(), threshold=2)
    found = SumClient.open(identity(0), alone, Floors(3, 2, 0), task, RoundMemory())
    assert found.code == "group-too-small"


def test_another_roster_than_the_pinned_one():
    league = League(N)
    more = Roster.of(identity(i).public for i in range(N + 1))
    assert opened(league, roster_digest=more.digest()).code == "other-roster"
    assert opened(league, roster=more).code == "other-roster"


def test_who_is_not_on_the_roster_does_not_join():
    league = League(N)
    stranger = identity(300)
    found = SumClient.open(stranger, league.roster, league.floors, league.task(), RoundMemory())
    assert found.code == "not-in-roster"


def test_the_threshold_lowered():
    league = League(9, floors=Floors(5, 6, 1))
    assert not isinstance(opened(league, threshold=6, colluders=1), Refusal)
    assert opened(league, threshold=5, colluders=1).code == "threshold-lowered"
    assert opened(league, threshold=6, colluders=0).code == "colluders-lowered"
    assert opened(league, threshold=10, colluders=1).code == "group-too-small"


def test_a_threshold_that_two_survivor_lists_could_reach():
    """The floor itself is met, but t = 5 of n = 9 with f = 1 could be confirmed twice."""
    league = League(9, threshold=5, colluders=1, floors=Floors(4, 3, 1))
    assert isinstance(league.run(), Refusal)
    assert league.server.void.code == "threshold-lowered"
    told = KeyList(league.task().digest(), tuple(league.sent[Stage.KEYS][m] for m in league.names))
    for m in league.names:
        assert league.clients[m].share(told).code == "threshold-lowered"


@pytest.mark.parametrize("bad", [(2, 2, 0), (3, 1, 0), (5, 3, 2), (3, 2, -1)])
def test_floors_that_protect_nobody_cannot_be_set(bad):
    with pytest.raises(SettingsError):
        Floors(*bad)


# -- the share list --------------------------------------------------------------------------


def test_a_share_that_was_changed_on_the_way():
    league = League(N)

    def change(merchant, told):
        sender, box = told.sealed[0]
        bent = (sender, box[:-1] + bytes([box[-1] ^ 1]))
        return replace(told, sealed=(bent, *told.sealed[1:]))

    league.run(tamper=stage_only(Stage.MASKED, change))
    reason = refused(league, "bad-share").reason
    assert league.names[0] in reason or league.names[1] in reason


def test_shares_are_kept_back():
    league = League(N)
    league.run(
        tamper=stage_only(Stage.MASKED, lambda m, told: replace(told, sealed=told.sealed[1:]))
    )
    refused(league, "shares-missing")


def test_too_few_are_said_to_have_shared():
    league = League(N)
    keep = league.names[:2]

    def change(merchant, told):
        sharers = tuple(s for s in told.sharers if s.merchant in {*keep, merchant})
        sealed = tuple(p for p in told.sealed if p[0] in keep)
        return replace(told, sharers=sharers, sealed=sealed)

    league.run(tamper=stage_only(Stage.MASKED, change))
    refused(league, "below-threshold")


def test_different_share_lists_are_found_before_anything_is_opened():
    """Each half is told that one merchant of the other half did not share."""
    league = League(N, threshold=4)
    odd = {m: league.names[0] if i >= 3 else league.names[5] for i, m in enumerate(league.names)}

    def tamper(stage, merchant, told):
        if stage is Stage.MASKED:
            gone = odd[merchant]
            return replace(
                told,
                sharers=tuple(s for s in told.sharers if s.merchant != gone),
                sealed=tuple(p for p in told.sealed if p[0] != gone),
            )
        return told

    assert isinstance(league.run(tamper=tamper), Refusal)  # the server as it is would notice
    said = {m: message.statement for m, message in league.sent[Stage.MASKED].items()}
    assert len(said) == N
    for m in league.names:
        told = SurvivorList(
            league.task().digest(), tuple(said[p] for p in league.names if p != odd[m]), ()
        )
        found = league.clients[m].confirm(told)
        assert found.code == "share-lists-differ"
        assert league.clients[m].stage is Stage.CLOSED


# -- the survivor list and the proof ---------------------------------------------------------


def test_a_merchant_that_is_alive_and_dead():
    """Flower's SecAgg+ hands out both secrets of a node that is on both lists."""
    league = League(N)
    victim = league.names[3]
    league.run(tamper=stage_only(Stage.CONFIRM, lambda m, told: replace(told, dropped=(victim,))))
    assert victim in refused(league, "alive-and-dead").reason


def test_a_merchant_that_is_neither():
    league = League(N)

    def change(merchant, told):
        gone = league.names[0] if merchant != league.names[0] else league.names[1]
        return replace(told, survivors=tuple(s for s in told.survivors if s.merchant != gone))

    league.run(tamper=stage_only(Stage.CONFIRM, change))
    refused(league, "survivors-incomplete")


def test_survivors_below_the_threshold():
    league = League(N, threshold=4)

    def change(merchant, told):
        keep = {*league.names[:2], merchant}
        out = tuple(s.merchant for s in told.survivors if s.merchant not in keep)
        stay = tuple(s for s in told.survivors if s.merchant in keep)
        return replace(told, survivors=stay, dropped=out)

    league.run(tamper=stage_only(Stage.CONFIRM, change))
    refused(league, "below-threshold")


def test_two_survivor_lists_get_no_proof():
    """Half the league is told that X is dead, half that Y is: neither list has t confirmations."""
    league = League(N, threshold=4)
    x, y = league.names[0], league.names[5]

    def tamper(stage, merchant, told):
        if stage is not Stage.CONFIRM:
            return told
        gone = y if merchant in league.names[:3] else x
        stay = tuple(s for s in told.survivors if s.merchant != gone)
        return replace(told, survivors=stay, dropped=(gone,))

    result = league.run(tamper=tamper)
    assert isinstance(result, Refusal)
    confirmations = league.sent[Stage.CONFIRM]
    assert len(confirmations) == N
    for m in league.names:
        client, own = league.clients[m], y if m in league.names[:3] else x
        said = tuple(confirmations[p].statement for p in league.names if p != own)
        proof = SurvivorProof(league.task().digest(), client._on, said)
        assert client.unmask(proof).code == "bad-confirmation"
        assert client.stage is Stage.CLOSED


def test_too_few_confirmations():
    league = League(N, threshold=4)
    league.run(
        tamper=stage_only(
            Stage.UNMASK, lambda m, told: replace(told, confirmations=told.confirmations[:3])
        )
    )
    refused(league, "below-threshold")


def test_a_proof_for_another_survivor_list():
    league = League(N)
    league.run(tamper=stage_only(Stage.UNMASK, lambda m, told: replace(told, survivors="cd" * 32)))
    refused(league, "survivor-lists-differ")


def test_one_confirmation_counted_twice():
    league = League(N, threshold=4)

    def change(merchant, told):
        first = told.confirmations[0]
        return replace(told, confirmations=(first, first, first, first))

    league.run(tamper=stage_only(Stage.UNMASK, change))
    refused(league, "listed-twice")


@pytest.mark.parametrize("stage", [Stage.SHARES, Stage.MASKED, Stage.CONFIRM, Stage.UNMASK])
def test_a_message_of_another_attempt(stage):
    league = League(N)
    league.run(tamper=stage_only(stage, lambda m, told: replace(told, task="cd" * 32)))
    refused(league, "other-task")


# -- asked twice -----------------------------------------------------------------------------


def test_no_stage_is_answered_twice_and_no_secret_shown_twice():
    league = League(N)
    told = {}

    def remember(stage, merchant, message):
        told[stage, merchant] = message
        return message

    assert not isinstance(league.run(tamper=remember), Refusal)
    for m in league.names:
        client = league.clients[m]
        assert client.unmask(told[Stage.UNMASK, m]).code == "unmasked-already"
        assert client.confirm(told[Stage.CONFIRM, m]).code == "late-stage"
        assert client.prepare(told[Stage.MASKED, m]).code == "late-stage"
        assert client.masked(league.vectors[m], league.memories[m]).code == "late-stage"
        assert client.share(told[Stage.SHARES, m]).code == "late-stage"
        assert client.advertise().code == "late-stage"
        unmask: Unmask = league.sent[Stage.UNMASK][m]
        seeds, keys = dict(unmask.seeds), dict(unmask.mask_keys)
        assert not set(seeds) & set(keys)


def test_stages_too_early():
    league = League(N)
    told = {}

    def remember(stage, merchant, message):
        told[stage, merchant] = message
        return message

    league.run(tamper=remember)
    fresh = League(N, attempt=2)
    client, memory = opened_client(fresh)
    m = client.terms.me
    assert client.share(told[Stage.SHARES, m]).code == "early-stage"
    client.advertise()
    assert client.advertise().code == "stage-repeated"
    assert client.prepare(told[Stage.MASKED, m]).code == "early-stage"
    assert client.masked(fresh.vectors[m], memory).code == "early-stage"
    assert client.confirm(told[Stage.CONFIRM, m]).code == "early-stage"
    assert client.unmask(told[Stage.UNMASK, m]).code == "early-stage"
    assert client.share(told[Stage.SHARES, m]).code == "other-task"
    assert client.advertise().code == "round-lost"


def opened_client(league):
    m = league.names[0]
    return SumClient.open(
        league.identities[m], league.roster, league.floors, league.task(), RoundMemory()
    )


def test_the_same_round_asked_twice():
    first = League(N)
    first.run()
    for change, code in [
        ({"plan_digest": "cd" * 32}, "round-reused"),
        ({"plan_digest": "cd" * 32, "attempt": 2}, "round-reused"),
        ({"attempt": 2}, "round-answered"),
        ({}, "round-answered"),
    ]:
        for m in first.names:
            found = SumClient.open(
                first.identities[m],
                first.roster,
                first.floors,
                first.task(**change),
                first.memories[m],
            )
            assert isinstance(found, Refusal) and found.code == code
            assert "ound" in found.reason


def test_what_is_remembered():
    task = League(N).task
    memory = RoundMemory().joined(task(round=3))
    assert memory.joined(task(round=2)).code == "round-went-back"
    assert memory.joined(task(round=3)).code == "attempt-went-back"
    assert memory.joined(task(round=3, attempt=2)).runs["run"].attempt == 2
    assert memory.sending(task(round=3, attempt=2)).code == "round-answered"
    assert memory.joined(task(run_id="two")).runs.keys() == {"run", "two"}
    sent = memory.sending(task(round=3))
    assert sent.sending(task(round=3)).code == "round-answered"
    assert sent.joined(task(round=4)).runs["run"].sent is False
    assert RoundMemory.from_dict(sent.as_dict()) == sent


def test_a_memory_that_was_overtaken_stops_the_sum():
    league = League(N)
    league.open()
    told = league.server.key_list()
    shares = {m: league.clients[m].share(told) for m in league.names}
    for s in shares.values():
        assert league.server.take(s) is None
    lists = league.server.share_lists()
    m = league.names[0]
    client = league.clients[m]
    assert client.prepare(lists[m]) is None
    newer = league.memories[m].joined(league.task(round=2))
    assert client.masked(league.vectors[m], newer).code == "round-answered"
    assert client.stage is Stage.CLOSED
    other = league.names[1]
    assert league.clients[other].prepare(lists[other]) is None
    with pytest.raises(ValueError, match="shape"):
        league.clients[other].masked(league.vectors[other][:2], league.memories[other])


def test_a_merchant_may_leave():
    league = League(N)
    league.open()
    client = league.clients[league.names[0]]
    client.close("The deadline has passed.")
    assert client.share(league.server.key_list()).code == "round-lost"
    assert "deadline" in client.refusal.reason
    assert client._vault._seed == b""


# -- the server, against merchants -----------------------------------------------------------


def test_the_server_refuses_what_is_not_signed_or_not_due():
    league = League(N)
    league.open()
    m, other = league.names[:2]
    keys: AdvertiseKeys = league.sent[Stage.KEYS][m]
    server = league.server
    assert server.take(keys).code == "sent-already"
    assert server.take(replace(keys, task="cd" * 32)).code == "other-task"
    assert server.take(forged(league, identity(399))).code == "unknown-merchant"
    told = server.key_list()
    assert server.take(keys).code == "late-stage"
    mine = league.clients[m].share(told)
    swapped = replace(mine, statement=replace(mine.statement, merchant=other))
    assert server.take(swapped).code == "bad-signature"
    assert server.take(replace(mine, commitment="cd" * 32)).code == "bad-message"
    assert server.take(mine) is None
    assert server.waiting == set(league.names) - {m}
    said = Statement.sign(league.identities[m], Stage.MASKED, told.task, server._on, "")
    assert server.take(MaskedSum(told.task, b"\0" * 28, said)).code == "late-stage"
    assert server.survivor_list().code == "late-stage"
