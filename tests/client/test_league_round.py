"""A secure sum among real shops: the sum is right, everybody is charged once, whoever drops out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from client import inside
from client.ingest.files import import_files
from client.store import Store, ledger, receipts
from common import wire
from common.accounting import spent
from common.accounting_discrete import spent_against_all
from common.errors import Refusal
from common.ledger import mechanisms
from common.privacy import PrivacyMode
from common.rounds import RoundPlan, Task
from common.secagg.messages import Stage
from common.secagg.server_side import SumResult
from common.settings import Settings
from tests.client.league_shops import LeagueOfShops, league_of, weights

pytestmark = pytest.mark.privacy


@pytest.fixture
def league(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LeagueOfShops:
    return league_of(tmp_path, monkeypatch)


def fill(home: Path) -> None:
    """Thirty shoppers who saw things, some of whom bought."""
    who = range(30)
    texts = {
        "products": "product_id,title,department,category\nP1,Green Tea,Grocery,Tea\n",
        "shoppers": "customer_id,consent\n" + "".join(f"c{i},yes\n" for i in who),
        "impressions": "impression_id,customer_id,product_id,shown_at,campaign_type\n"
        + "".join(f"i{i},c{i},P1,2024-02-01,A\n" for i in who),
        "conversions": "impression_id,converted_at\n"
        + "".join(f"i{i},2024-02-20\n" for i in who[::3]),
    }
    folder = home / "files"
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    with Store.open(home) as store:
        import_files(store, sorted(folder.iterdir()))


def noise_of(league: LeagueOfShops, plan, found: SumResult) -> np.ndarray:
    """What the decoded sum has beside the plain one, in standard deviations of the noise."""
    codec, noise = plan.league.codec, plan.league.noise
    left = codec.decode(found.total) - league.plain(plan, found.members)
    return left / (noise.share_std * np.sqrt(len(found.members)) / codec.scale)


@pytest.mark.parametrize("task", list(Task))
def test_the_sum_is_the_plain_sum_and_noise_and_everybody_is_charged_once(
    league: LeagueOfShops, task: Task
) -> None:
    plan = league.plan(task)
    found = league.run(plan)
    assert isinstance(found, SumResult) and found.members == tuple(league.names)
    assert league.codes == {} and len(league.calls) == 5
    left = noise_of(league, plan, found)
    assert np.abs(left).max() < 7 and 0.3 < left.std() < 1.9
    for m in league.names:
        assert league.charges(m) == ["reserve", "commit"]
        report = league.reports[m]
        assert report.tensors == {} and report.mechanism == plan.mechanism()
        assert report.mechanism.mode is PrivacyMode.LEAGUE and report.mechanism.league is not None
        assert report.ledger_tail[-1].report_digest == report.content_digest()
        assert league.identity(m).public.verify(report.signed_bytes(), report.signature)
        assert [d.outcome for d in league.diary(m)] == ["answered"]


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")
@pytest.mark.parametrize("task", list(Task))
def test_the_real_engine_adds_up_real_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: Task
) -> None:
    """Two of five shops have rows; the sum of all is theirs, and noise."""
    real = inside._total
    league = league_of(tmp_path, monkeypatch)
    made = {}

    def kept(store: Store, settings: Settings, plan: RoundPlan) -> np.ndarray:
        made[store.home] = real(store, settings, plan)
        return made[store.home]

    monkeypatch.setattr(inside, "_total", kept)
    for m in league.names[:2]:
        fill(league.homes[m])
    cut = "2025-01-01T00:00:00Z" if task is Task.TRAIN else "2024-01-01T00:00:00Z"
    plan = league.plan(task, tensors=weights(), sampling_rate=1.0, train_before_at=cut)
    found = league.run(plan)
    assert isinstance(found, SumResult) and league.codes == {}
    norms = [float(np.linalg.norm(made[league.homes[m]])) for m in league.names]
    assert min(norms[:2]) > 1 and norms[2:] == [0, 0, 0]
    codec, noise = plan.league.codec, plan.league.noise
    left = codec.decode(found.total) - np.sum(list(made.values()), axis=0)
    left /= noise.share_std * np.sqrt(5) / codec.scale
    assert np.abs(left).max() < 7 and 0.3 < left.std() < 1.9


def test_the_report_names_the_vector_beside_it(league: LeagueOfShops) -> None:
    plan = league.plan()
    server = league.open(plan)
    for m, told in {m: server.key_list() for m in league.names[:1]}.items():
        league.answer(server, m, Stage.SHARES, told)
    for m in league.names[1:]:
        league.answer(server, m, Stage.SHARES, told)
    m, told = next(iter(server.share_lists().items()))
    report, masked = wire.masked_from_records(league.ask(m, wire.sum_to_records(told)))
    assert report.masked == hashlib.sha256(masked.vector).hexdigest()
    # the same list again: no second vector, no second charge
    assert league.ask(m, wire.sum_to_records(told)) is None
    assert league.codes[m] == ["late-stage"] and league.charges(m) == ["reserve", "commit"]
    assert len(league.calls) == 1


def test_receipts_of_masked_reports_and_both_figures(league: LeagueOfShops) -> None:
    for number in (1, 2, 3):
        plan = league.plan(round=number)
        assert isinstance(league.run(plan), SumResult)
        league.close(plan)
    for m in league.names:
        # the tail begins after the head that was co-signed last
        assert len(league.reports[m].ledger_tail) == 2
        with Store.open(league.homes[m]) as store:
            kept = receipts.all(store)
            released = mechanisms(ledger.entries(store))
        assert len(kept) == 2 and len(released) == 3
        by_league, by_all = spent(released, 1e-4), spent_against_all(released, 1e-4)
        assert 0 < by_league.epsilon < by_all.epsilon


@pytest.mark.parametrize("stage", [*Stage][:5])
def test_one_in_five_drops_out_at_any_stage(league: LeagueOfShops, stage: Stage) -> None:
    plan, gone = league.plan(), league.names[2]
    found = league.run(plan, {stage: [gone]})
    assert isinstance(found, SumResult)
    early = stage in (Stage.KEYS, Stage.SHARES, Stage.MASKED)
    assert (gone not in found.members) == early
    assert np.abs(noise_of(league, plan, found)).max() < 7
    assert league.charges(gone) == ([] if early else ["reserve", "commit"])
    assert league.codes == {}


def test_below_the_threshold_it_is_void_and_stays_charged_only_after_the_sum(
    league: LeagueOfShops,
) -> None:
    many = league.names[:3]
    for number, stage in enumerate([*Stage][:3], 1):
        found = league.run(league.plan(round=number), {stage: many})
        assert isinstance(found, Refusal) and found.code == "below-threshold"
        paid = ["reserve", "commit"] if stage is Stage.MASKED else []
        assert [league.charges(m) for m in league.names[3:]] == [paid, paid]
    # the next round of the same run goes on
    assert isinstance(league.run(league.plan(round=4)), SumResult)


def test_training_and_evaluation_of_one_round_are_two_sums(league: LeagueOfShops) -> None:
    assert isinstance(league.run(league.plan(Task.TRAIN, round=1)), SumResult)
    assert isinstance(league.run(league.plan(Task.EVALUATE, round=1)), SumResult)
    assert all(league.charges(m) == ["reserve", "commit"] * 2 for m in league.names)
