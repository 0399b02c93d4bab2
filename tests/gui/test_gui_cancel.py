"""An import that is cancelled in the window goes on when the same file is brought again: no row twice."""

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from gui.engine import State
from gui.widgets.notices import JobCard

pytestmark = [pytest.mark.gui, pytest.mark.slow]
N = 520_000
LONG = 180_000


def bring(qtbot, desktop, file):
    desktop.window.go("data")
    view = desktop.window.pages["data"]
    view.show_part("files")
    view._bring.take([file])
    preview = desktop.hub.job("preview")
    qtbot.waitUntil(lambda: not preview.busy, timeout=LONG)
    qtbot.waitUntil(lambda: desktop.hub.job("import") is not None, timeout=LONG)
    return desktop.hub.job("import")


def test_cancel_and_go_on(qtbot, desktop, tmp_path):
    file = tmp_path / "log.csv"
    kinds = ("view", "cart", "purchase")
    with file.open("w") as f:
        f.write("customer_id,kind,happened_at,product_id,value\n")
        f.writelines(
            f"c{i % 900},{kinds[i % 3]},2026-01-{1 + i % 28:02d},p{i % 5},\n" for i in range(N)
        )
    said = []
    desktop.hub.said.connect(lambda text, tone: said.append((text, tone)))
    job = bring(qtbot, desktop, file)
    # the first part is committed after 250,000 rows
    qtbot.waitUntil(
        lambda: job.progress is not None and (job.progress.part or 0) > 0.8, timeout=LONG
    )
    QApplication.processEvents()
    cards = desktop.window.findChildren(JobCard)
    cancel = [
        b for c in cards for b in c.findChildren(QPushButton) if b.accessibleName() == "Cancel"
    ]
    assert cancel, "a running import has a Cancel"
    cancel[0].click()
    qtbot.waitUntil(lambda: not job.busy, timeout=LONG)
    assert job.state is State.STOPPED
    assert any("same files again" in text for text, _ in said)
    shop = desktop.hub.shop
    assert 0 < shop.info().n_events < N
    assert len(shop.imports()) == 4 or shop.imports()[0].n_rows < N
    job = bring(qtbot, desktop, file)
    ended = []
    job.finished.connect(ended.append)
    qtbot.waitUntil(lambda: not job.busy, timeout=LONG)
    assert job.state is State.STOPPED, job.failure
    assert ended[0].values["files"][0]["state"] == "resumed"
    assert shop.info().n_events == N
