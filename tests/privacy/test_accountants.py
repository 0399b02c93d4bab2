"""Two libraries, one ledger: our accountants against those of Opacus, from the same mechanisms."""

from __future__ import annotations

import pytest

from common.accounting import spent
from common.privacy import Mechanism, MechanismKind

pytestmark = [pytest.mark.privacy, pytest.mark.slow]

HISTORY = [(1.0, 0.01, 500), (1.3, 0.02, 300), (2.0, 0.1, 50)]


def test_opacus_says_the_same() -> None:
    accountants = pytest.importorskip("opacus.accountants")
    mechanisms = [Mechanism(MechanismKind.DP_SGD, s, q, n, 1.0) for s, q, n in HISTORY]
    by_rdp = accountants.RDPAccountant()
    by_prv = accountants.PRVAccountant()
    by_rdp.history = by_prv.history = list(HISTORY)
    delta = 1e-5
    assert spent(mechanisms, delta, "rdp").epsilon == pytest.approx(
        by_rdp.get_epsilon(delta), rel=1e-3
    )
    # PRV adds its own error bound of 0.01 on top
    prv = by_prv.get_epsilon(delta)
    assert prv - 0.03 <= spent(mechanisms, delta).epsilon <= prv + 1e-3


@pytest.mark.filterwarnings("ignore:GDP accounting is experimental")
def test_the_accountant_that_reports_too_little_is_why_it_is_not_used() -> None:
    accountants = pytest.importorskip("opacus.accountants")
    gdp = accountants.GaussianAccountant()
    gdp.history = [(1.0, 0.01, 1000)]
    true = spent([Mechanism(MechanismKind.DP_SGD, 1.0, 0.01, 1000, 1.0)], 1e-6).epsilon
    assert gdp.get_epsilon(1e-6) < 0.9 * true
