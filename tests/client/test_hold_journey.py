"""Hold from end to end with the real training: preview here, the same bytes there, nothing of the preview in them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from client import attack, hold
from client.door import answer
from client.store import Store, held, rounds
from common import wire
from common.errors import PlanRefused
from common.features import default_spec
from common.model import initial_tensors
from common.rounds import RoundReport
from common.settings import Policy, Settings
from tests.client.door_shop import NOW, Shop
from tests.client.fake_book import FakeBook
from tests.client.made_up import shop as made_up_rows


@pytest.mark.privacy
def test_what_leaves_after_a_yes_is_what_was_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attack, "rows_for", lambda *_: made_up_rows(300))
    me = Shop(tmp_path, policy=Policy(hold=True))
    plan = FakeBook.of(me).plan(
        tensors=initial_tensors(default_spec()), sampling_rate=0.4, local_steps=1
    )
    settings = Settings(policy=me.policy)

    def ask(store: Store) -> RoundReport:
        return answer(store, settings, me.identity, plan, me.coordinator.public, NOW)

    with me.open() as store:
        with pytest.raises(PlanRefused) as caught:
            ask(store)
        assert caught.value.code == "held"
        (report,) = hold.waiting(store, NOW)
        shown = report.preview
        assert shown.membership is not None and shown.membership.n_in >= attack.FEWEST
        assert shown.epsilon_before == 0.0 < shown.epsilon_after
        assert shown.norm_before is not None and shown.norm_before < shown.norm_after
        tensors = held.tensors(store, report.plan_digest)
        # asked again while it waits, nothing is trained or charged again
        with pytest.raises(PlanRefused):
            ask(store)
        assert len(held.listing(store, hold.EVERY, NOW)) == 1
        hold.send(store, report.plan_digest, NOW + timedelta(minutes=1))
        left = ask(store)
        assert rounds.pack(left) == rounds.pack(ask(store))
        sent = rounds.answered(store, plan)
        assert sent is not None
        assert {n: a.tobytes() for n, a in sent.tensors.items()} == {
            n: np.asarray(a).tobytes() for n, a in tensors.items()
        }
        assert held.state(store, report.plan_digest, NOW) == "sent"
        told = json.dumps(sent.header()) + str(wire.report_to_records(sent))
        for word in ("membership", "norm_before", "auc", "clipped", repr(shown.norm_before)):
            assert word not in told
