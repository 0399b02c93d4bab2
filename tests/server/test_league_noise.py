"""Rounds as secure sums: the sum is right, drop-outs at every stage, void rounds, a crash, bad reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from common.errors import FederationError, InputError, Refusal
from common.league_step import league_histogram, league_noise_std, league_update
from common.rounds import Task
from common.secagg.messages import Stage
from server.league_terms import check_league
from server.receipts import receipts
from server.selfcheck import problems
from tests.server.fake_league import NAMES
from tests.server.fake_sums import sum_league, sum_options

STAGES = [Stage.KEYS, Stage.SHARES, Stage.MASKED, Stage.CONFIRM, Stage.UNMASK]


def names(league, *places):
    return [league.shops[i].identity.public.fingerprint for i in places]


def test_a_whole_run(tmp_path: Path) -> None:
    league = sum_league(tmp_path, 4)
    run = league.run()
    while run.wants_training:
        run.train_round()
    run.evaluate()
    rows = league.registry.rounds("r1", tensors=True)
    assert [(r.round, r.task, r.status, r.n_asked, r.n_admitted) for r in rows] == [
        (1, Task.TRAIN, "closed", 4, 4),
        (2, Task.TRAIN, "closed", 4, 4),
        (3, Task.TRAIN, "closed", 4, 4),
        (4, Task.EVALUATE, "closed", 4, 4),
    ]
    assert all(s.trained == 4 for s in league.shops)
    found = rows[3].result["histogram"]
    std = 0.5 * 2 * 2**0.5  # sigma C, sqrt(n_max / (n_min - f)) more of it when all arrive
    np.testing.assert_allclose(found[0], [36, 20, 8, 4], atol=6 * std)
    assert run.state.metrics["merchants"] == 4
    assert problems(league.registry) == []
    # receipts for every merchant, from the last round
    newest = receipts(league.registry)
    assert {r.entry.round for r in newest.values()} == {4} and len(newest) == 4


@pytest.mark.parametrize("stage", STAGES)
def test_a_drop_out_at_every_stage(tmp_path: Path, stage: Stage) -> None:
    league = sum_league(tmp_path, 6)
    for shop in league.shops[:2]:
        shop.leaves[1] = stage
    run = league.run()
    run.train_round()
    row = league.registry.rounds("r1", tensors=True)[0]
    kept = league.registry.sum_of("r1", 1)
    early = stage in STAGES[:3]
    inside = range(2, 6) if early else range(6)
    assert (row.status, row.n_admitted) == ("closed", len(inside))
    assert sorted(kept.members) == sorted(names(league, *inside))
    assert {w: s for w, (s, _) in kept.dropped.items()} == dict.fromkeys(
        names(league, 0, 1), stage.value
    )
    codes = league.registry.refusals("r1", 1)
    assert [codes[w] for w in names(league, 0)] == [["no-answer"] if early else []]
    # the sum of those who are in it, to noise: sigma 1 C .2, at most 3 shares more than needed
    moved = row.result["w"].ravel()
    scale = 6.0 / (10.0 * len(inside))
    expected = -scale * sum(league.shops[i].value for i in inside)
    np.testing.assert_allclose(moved, expected, atol=scale * 0.2 * 3 * 6)
    assert kept.charged and not kept.void


def test_the_evidence_opens_the_same_sum_again(tmp_path: Path) -> None:
    league = sum_league(tmp_path, 5)
    league.shops[0].leaves[1] = Stage.MASKED
    run = league.run()
    opened = {}
    updates = run.protocol.updates

    def spied(collected):
        opened[collected.plan.round] = (collected.plan, collected.sum.result)
        return updates(collected)

    run.protocol.updates = spied
    run.train_round()
    plan, result = opened[1]
    evidence = league.registry.sum_evidence("r1", 1)
    again = evidence.replay(league.registry.rounds("r1")[0].plan)
    assert not isinstance(again, Refusal), again
    np.testing.assert_array_equal(again.total, result.total)
    assert again.members == result.members and again.dropped == result.dropped
    masked = {r.merchant: r.header["masked"] for r in league.registry.admitted("r1", 1)}
    assert evidence.masked() == masked
    # bit for bit what the coordinator did
    step = league_update(plan, NAMES, again.total, len(again.members))
    row = league.registry.rounds("r1", tensors=True)[0]
    np.testing.assert_array_equal(row.result["w"], plan.tensors["w"] + step["w"])
    # the sum equals the plain sum but for rounding and noise
    plain = sum(s.sums[1] for s in league.shops[1:])
    decoded = plan.league.codec.decode(again.total)
    noise = league_noise_std(plan, 4)
    np.testing.assert_allclose(decoded, plain, atol=6 * noise)


def test_below_the_threshold_before_the_masked_stage_nobody_pays(tmp_path: Path) -> None:
    league = sum_league(tmp_path, 4, sum_options(round_s=0.4))
    for shop in league.shops[:2]:
        shop.leaves[1] = Stage.SHARES
    run = league.run()
    run.train_round()  # the second try is a new round
    rows = league.registry.rounds("r1")
    assert [(r.status, r.n_admitted, r.paid) for r in rows] == [
        ("void", 0, False),
        ("closed", 4, True),
    ]
    assert league.registry.sum_of("r1", 1).void == "below-threshold"
    assert run.state.trained == 1 and all(s.trained == 1 for s in league.shops)
    assert league.registry.sum_evidence("r1", 1) is None
    again = league.run()
    assert (again.state.trained, again.state.next_round) == (1, 3)
    while again.wants_training:
        again.train_round()
    assert len(league.registry.rounds("r1")) == 4  # three trained rounds all the same
    assert problems(league.registry) == []


def test_below_the_threshold_after_it_the_round_counts(tmp_path: Path) -> None:
    league = sum_league(tmp_path, 4, sum_options(round_s=0.4))
    for shop in league.shops[:2]:
        shop.leaves[1] = Stage.MASKED
    run = league.run()
    run.train_round()
    rows = league.registry.rounds("r1")
    assert [(r.status, r.n_admitted, r.paid) for r in rows] == [
        ("void", 2, True),
        ("closed", 4, True),
    ]
    assert run.state.trained == 2 and league.run().state.trained == 2
    # who sent its masked sum has paid, and gets its receipt
    assert problems(league.registry) == []
    assert len(receipts(league.registry)) == 4


def test_refusals_are_in_the_rounds_rows(tmp_path: Path) -> None:
    league = sum_league(tmp_path, 6)
    league.shops[0].refuses[1] = Stage.KEYS
    league.shops[1].floors = replace(league.shops[1].floors, group=9, threshold=9)
    league.run().train_round()
    kept = league.registry.sum_of("r1", 1)
    one, other = names(league, 0, 1)
    assert kept.dropped[one] == ("keys", "merchant-error-2 PlanRefused:no-league")
    assert kept.dropped[other][0] == "keys"
    assert league.registry.refusals("r1", 1)[one] == ["merchant-error-2"]
    assert league.registry.rounds("r1")[0].n_admitted == 4


def test_when_all_refuse_nobody_waits(tmp_path: Path) -> None:
    import time

    league = sum_league(tmp_path, 4, sum_options(round_s=30.0, stage_s=30.0, void_limit=1))
    for shop in league.shops:
        shop.refuses[1] = Stage.KEYS
    began = time.monotonic()
    with pytest.raises(FederationError):
        league.run().train_round()
    assert time.monotonic() - began < 3
    assert league.run().state.trained == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r, m: (replace(r, masked="0" * 64), m), "wrong-signature"),
        (lambda r, m: (r, replace(m, vector=bytes(len(m.vector)))), "wrong-vector"),
        (lambda r, m: (r, replace(m, vector=m.vector + b"0000")), "wrong-vector"),
        (lambda r, m: (replace(r, signature=""), m), "wrong-signature"),
        (lambda r, m: (replace(r, ledger_tail=r.ledger_tail[1:]), m), "wrong-signature"),
    ],
)
def test_what_is_not_admitted_is_not_in_the_sum(tmp_path: Path, change, code: str) -> None:
    league = sum_league(tmp_path, 5)
    league.shops[4].changes = change
    league.run().train_round()
    kept, row = league.registry.sum_of("r1", 1), league.registry.rounds("r1")[0]
    (who,) = names(league, 4)
    assert who not in kept.members and len(kept.members) == row.n_admitted == 4
    assert code in league.registry.refusals("r1", 1)[who]
    assert kept.dropped[who][0] == "masked"


def test_a_crash_in_a_sum_gives_it_up(tmp_path: Path) -> None:
    league = sum_league(tmp_path, 4)
    run = league.run()
    run.train_round()

    class Killed(Exception):
        pass

    def killed(*_, **__):
        raise Killed

    kept, league.registry.close_round = league.registry.close_round, killed
    with pytest.raises(Killed):
        run.train_round()
    league.registry.close_round = kept
    again = league.run()
    rows = league.registry.rounds("r1")
    assert [(r.status, r.paid) for r in rows] == [("closed", True), ("void", True)]
    assert league.registry.sum_of("r1", 2).void == "coordinator-restarted"
    assert (again.state.trained, again.state.open) == (2, None)
    while again.wants_training:
        again.train_round()
    again.evaluate()
    rows = league.registry.rounds("r1")
    assert [r.round for r in rows] == [1, 2, 3, 4] and rows[-1].n_admitted == 4
    assert problems(league.registry) == []


def test_a_crash_before_the_masked_stage_costs_nothing(tmp_path: Path) -> None:
    league = sum_league(tmp_path, 4)
    run = league.run()

    class Killed(Exception):
        pass

    def killed(_):
        raise Killed

    run.protocol.charging = killed
    with pytest.raises(Killed):
        run.train_round()
    again = league.run()
    assert (again.state.trained, again.state.next_round) == (0, 2)
    assert [r.paid for r in league.registry.rounds("r1")] == [False]
    assert all(s.trained == 0 for s in league.shops)


def test_who_is_enrolled_in_the_run_joins_the_next_one(tmp_path: Path) -> None:
    from tests.server.fake_sums import SumShop

    league = sum_league(tmp_path, 4)
    run = league.run()
    run.train_round()
    late = SumShop("late", 5)
    league.registry.add_merchant(late.merchant())
    league.grid.shops[5] = late
    league.grid.online.add(5)
    run.train_round()
    assert late.asked == [] and league.registry.rounds("r1")[1].n_admitted == 4
    with pytest.raises(FederationError):  # resumed: another list, and merchants have pinned theirs
        league.run().train_round()
    kept = league.registry.sum_of("r1", 3)
    assert {code for _, code in kept.dropped.values()} == {
        "merchant-error-2 PlanRefused:other-roster"
    }
    assert len(late.asked) == 2 and not kept.charged


def test_terms_follow_who_is_online(tmp_path: Path) -> None:
    league = sum_league(tmp_path, 9)
    run = league.run()
    run.train_round()
    for shop in league.shops[:3]:
        league.grid.online.discard(shop.node_id)
    run.train_round()
    first, second = (r.plan["league"] for r in league.registry.rounds("r1"))
    assert (first["threshold"], second["threshold"]) == (6, 4)
    assert first["noise"]["n_max"] == 9 and second["noise"]["n_max"] == 6
    assert first["codec"]["seed"] == "r1/1" and second["codec"]["seed"] == "r1/2"
    assert second["roster_digest"] == first["roster_digest"]


def test_options_of_a_league_run() -> None:
    from server.league_terms import check_league

    with pytest.raises(InputError, match="3 merchants"):
        check_league(sum_options(), 2)
    with pytest.raises(InputError, match="6 merchants"):
        check_league(sum_options(colluders=4), 5)
    check_league(sum_options(colluders=4), 6)
    from tests.server.fake_sums import SUMS

    with pytest.raises(InputError, match="one step"):
        sum_options(recipe=replace(SUMS, local_steps=2))
    with pytest.raises(InputError, match="threshold"):
        sum_options(threshold=2)


def test_an_evaluation_is_a_sum_with_its_own_codec(tmp_path: Path) -> None:
    league = sum_league(tmp_path, 4)
    run = league.run()
    while run.wants_training:
        run.train_round()
    run.evaluate()
    row = league.registry.rounds("r1", tensors=True)[-1]
    assert row.plan["league"]["codec"]["dimension"] == 8
    assert row.plan["league"]["codec"]["clip_norm"] == 1.0
    evidence = league.registry.sum_evidence("r1", row.round)
    again = evidence.replay(row.plan)
    from common.rounds import RoundPlan, tensors_digest

    header = {**row.plan, "tensors_digest": tensors_digest({})}
    plan = RoundPlan.from_header(header, {}, "")
    np.testing.assert_array_equal(
        league_histogram(plan, again.total).astype(np.float32), row.result["histogram"]
    )


def test_an_export_holds_the_evidence_and_the_auditor_opens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from common.audit.verify import audit
    from common.book_file import dump, load
    from server.book_export import book_export

    # the auditor takes all tensors but those of a head that is not trained
    monkeypatch.setattr("tests.server.fake_league.INITIAL", {"w": np.zeros((2, 2), np.float32)})
    league = sum_league(tmp_path, 5)
    league.shops[0].leaves[2] = Stage.CONFIRM
    run = league.run()
    while run.wants_training:
        run.train_round()
    run.evaluate()
    data = dump(book_export(league.registry, "Test").as_dict())
    export = load(data)
    assert dump(export.as_dict()) == data and export.problems() == []
    for shown in export.rounds:
        again = shown.sum.replay(shown.plan)
        assert not isinstance(again, Refusal) and len(again.members) == 5
    (tmp_path / "book.json").write_bytes(data)
    found = audit([tmp_path / "book.json"])
    assert found.holds, found.as_dict()
    small = load(dump(book_export(league.registry, "Test", updates=False).as_dict()))
    assert all(shown.sum is None for shown in small.rounds)


def test_evidence_that_was_changed_opens_nothing(tmp_path: Path) -> None:
    from common.sum_evidence import SumEvidence

    league = sum_league(tmp_path, 4)
    league.run().train_round()
    plan = league.registry.rounds("r1")[0].plan
    evidence = league.registry.sum_evidence("r1", 1)
    assert SumEvidence.from_dict(evidence.as_dict()) == evidence
    header, vector = evidence.messages[8]  # four keys, four shares, then the masked vectors
    other = bytes([vector[0] ^ 1]) + vector[1:]
    for messages in (
        (*evidence.messages[:8], (header, other), *evidence.messages[9:]),
        evidence.messages[1:],
        evidence.messages[:-4],
        evidence.messages[:9] + evidence.messages[8:],
        ((b"{}", b""), *evidence.messages),
    ):
        changed = replace(evidence, messages=messages)
        assert isinstance(changed.replay(plan), Refusal)
    assert isinstance(evidence.replay({**plan, "round": 2}), Refusal)
    assert isinstance(evidence.replay({**plan, "league": None}), Refusal)


def test_what_a_run_cost_names_both_adversaries(tmp_path: Path) -> None:
    from server.cost import adversary, league_cost

    league = sum_league(tmp_path, 6)
    run = league.run()
    run.train_round()
    cost = league_cost(league.registry, "r1")
    assert 0 < cost.epsilon < cost.epsilon_all_collude
    assert (cost.colluders, cost.n_min) == (1, 4)
    assert "up to 1 colluding" in adversary(run.options)


def test_a_large_league_gets_a_larger_modulus() -> None:
    from common.secagg.encoding import League
    from server.league_terms import _roomy

    small, _ = _roomy(League(2_400, 0.25, 2.6, 6, 8, 1, 1_190), "s")
    large, noise = _roomy(League(2_400, 0.25, 2.6, 160, 238, 1, 65_536), "s")
    assert (small.bits, large.bits) == (32, 40) and noise.multiplier() >= 2.6
    with pytest.raises(InputError, match="48 bits"):
        _roomy(League(24, 1.0, 1e12, 600, 1_000, 1, 65_536), "s")


def test_the_mean_of_the_last_weights_is_evaluated_and_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from common.audit.verify import audit
    from common.averaging import tail_mean
    from common.book_file import dump
    from common.rounds import tensors_digest
    from server.book_export import book_export
    from tests.server.fake_sums import SUMS

    monkeypatch.setattr("tests.server.fake_league.INITIAL", {"w": np.zeros((2, 2), np.float32)})
    league = sum_league(tmp_path, 4, sum_options(recipe=replace(SUMS, averaged=2)))
    run = league.run()
    while run.wants_training:
        run.train_round()
    assert len(run.state.recent) == 2
    run = league.run()  # restored from the registry
    run.evaluate()
    rows = league.registry.rounds("r1", tensors=True)
    mean = tail_mean([rows[1].result, rows[2].result])
    assert rows[3].plan["tensors_digest"] == tensors_digest(mean)
    assert tensors_digest(run.state.final) == tensors_digest(mean)
    league.registry.add_bundle("b" * 64, "r1", "bundles/b.hansa", {}, tensors_digest(mean))
    export = book_export(league.registry, "Test")
    assert export.runs[0].averaged == 2
    (tmp_path / "book.json").write_bytes(dump(export.as_dict()))
    found = audit([tmp_path / "book.json"])
    assert found.holds, found.as_dict()
    assert dict(found.checked)["published models computed again"] == 1
    # an export that says otherwise is found
    other = replace(export, runs=(replace(export.runs[0], averaged=1),))
    identity = league.registry.book.identity
    assert identity is not None
    (tmp_path / "book.json").write_bytes(
        dump(replace(other, signature="").signed(identity).as_dict())
    )
    assert not audit([tmp_path / "book.json"]).holds


def test_one_half_at_a_time_and_the_two_are_compared(tmp_path: Path) -> None:
    from tests.server.fake_sums import SUMS

    options = sum_options(halves=True, recipe=replace(SUMS, rounds=4, averaged=2))
    league = sum_league(tmp_path, 8, options)
    run = league.run()
    run.train_round()
    run.train_round()
    run = league.run()  # a restart asks the same halves
    while run.wants_training:
        run.train_round()
    run.evaluate()
    rows = league.registry.rounds("r1")
    asked = [set(league.registry.sum_of("r1", n).members) for n in (1, 2, 3, 4, 5)]
    everybody = {s.identity.public.fingerprint for s in league.shops}
    assert asked[0] | asked[1] == asked[2] | asked[3] == asked[4] == everybody
    assert not asked[0] & asked[1] and not asked[2] & asked[3]
    assert all(s.trained == 2 + 1 for s in league.shops)  # two of four rounds, and the evaluation
    assert set(rows[1].metrics) == {"signal", "cosine", "halves_z"} and "signal" in rows[2].metrics
    with pytest.raises(InputError, match="at least 6"):
        check_league(replace(options, merchants_min=2), 5)
