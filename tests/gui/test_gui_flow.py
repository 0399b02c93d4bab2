"""A merchant's day through the window: real clicks, real child processes, the database as witness."""

import json

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from client.api import Asked, Shop
from gui.engine import State
from gui.pages.editdialog import EditDialog
from gui.pages.pickdialog import PickDialog
from gui.widgets.banner import ErrorBanner
from gui.widgets.dropzone import DropZone

pytestmark = pytest.mark.gui


def press(qtbot, desktop, name):
    QApplication.processEvents()
    found = [
        b
        for b in desktop.window.findChildren(QPushButton)
        if b.accessibleName() == name and b.isVisible()
    ]
    assert found, name
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def shown(desktop):
    QApplication.processEvents()
    return {w.text() for w in desktop.window.findChildren(QLabel) if w.isVisible()}


def write_csv(folder):
    folder.mkdir()
    (folder / "products.csv").write_text("product_id,title\np1,Oil\np2,Bread\n")
    (folder / "shoppers.csv").write_text("customer_id,consent\nc1,yes\nc2,no\n")
    (folder / "impressions.csv").write_text(
        "impression_id,customer_id,product_id,shown_at\n"
        "i1,c1,p1,2026-01-05T10:00:00Z\ni2,c2,p2,2026-01-06T10:00:00Z\ni3,c1,p2,not a time\n"
    )
    return folder


def test_new_shop_then_files_dropped(qtbot, new_desktop, tmp_path):
    desktop = new_desktop
    welcome = desktop.window.centralWidget()
    from gui.pages.welcome import Welcome

    page = welcome.findChild(Welcome)
    page.name.setText("Corner")
    press(qtbot, desktop, "Make my shop")
    qtbot.waitUntil(lambda: desktop.hub.shop is not None, timeout=180_000)
    desktop.window.go("data")
    zone = desktop.window.findChild(DropZone)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(write_csv(tmp_path / "files")))])
    event = QDropEvent(
        QPoint(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    zone.dropEvent(event)
    # columns that are ours by name are asked about by nobody
    qtbot.waitUntil(lambda: desktop.hub.job("import") is not None, timeout=180_000)
    job = desktop.hub.job("import")
    qtbot.waitUntil(lambda: not job.busy, timeout=180_000)
    assert job.state is State.STOPPED, job.failure
    info = desktop.hub.shop.info()
    assert (info.n_products, info.n_impressions, info.n_refused) == (2, 2, 1)
    assert "1 row was set aside. Everything else was imported." in shown(desktop)


def test_file_that_cannot_be_read_is_told(qtbot, desktop, tmp_path):
    from client.api import import_files

    broken = tmp_path / "impressions.csv"
    broken.write_text("no,such,columns\n1,2,3\n")
    desktop.hub.start(import_files([broken]))
    job = desktop.hub.job("import")
    qtbot.waitUntil(lambda: not job.busy, timeout=60_000)
    assert job.state is State.FAILED and job.failure.code == "bad-input"
    banner = desktop.window.findChildren(ErrorBanner)[-1]
    assert "This input cannot be used" in shown(desktop)
    assert job.failure.what in banner.details()
    press(qtbot, desktop, "Dismiss")
    assert "This input cannot be used" not in shown(desktop)


def test_another_process_changes_the_shop(qtbot, desktop, shop_home):
    desktop.window.go("ads")
    n = desktop.hub.shop.waiting().n_drafts
    other = Shop.open(shop_home)
    other.reject(other.ads("draft")[0], "kim", "no")
    other.close()
    words = f"{n - 1} ad"
    qtbot.waitUntil(lambda: any(t.startswith(words) for t in shown(desktop)), timeout=5_000)


def test_ad_is_edited_and_approved(qtbot, desktop):
    shop = desktop.hub.shop
    desktop.window.go("ads")
    before = {a.creative_id: a for a in shop.ads("draft")}
    press(qtbot, desktop, "Edit text…")
    dialog = desktop.window.findChild(EditDialog)
    dialog.headline.setText("Olive Oil 1 for you")
    dialog.save()
    edited = [a for a in shop.ads() if a.version == 2]
    assert len(edited) == 1 and edited[0].headline == "Olive Oil 1 for you"
    assert edited[0].creative_id in before and edited[0].writer == "person"
    left = len(shop.ads("draft"))
    desktop.window.pages["ads"]._choose(shop.ads("draft")[0].creative_id)
    press(qtbot, desktop, "Approve")
    assert len(shop.ads("draft")) == left - 1


def test_member_is_left_out(qtbot, desktop):
    shop = desktop.hub.shop
    desktop.window.go("audiences")
    members = shop.audience("aud-1").members
    from gui.pages.memberscard import MembersCard

    table = desktop.window.findChild(MembersCard).table
    table.selectRow(2)
    table.setCurrentIndex(table.model().index(2, 0))
    press(qtbot, desktop, "Leave out")
    left = shop.audience("aud-1").members
    assert members[2].shopper_key not in [m.shopper_key for m in left]
    assert len(left) == len(members) - 1


def test_product_is_searched_and_picked(qtbot, desktop):
    dialog = PickDialog(desktop.hub, desktop.hub.shop, desktop.window)
    qtbot.addWidget(dialog)
    dialog._search.setText("Oil 4")
    qtbot.waitUntil(lambda: dialog.table.model().rowCount() == 1, timeout=5_000)
    with qtbot.waitSignal(dialog.chosen) as signal:
        dialog._done()
    assert signal.args == [Asked("p4")]


def test_ledger_is_exported_and_privacy_counted(qtbot, desktop, tmp_path):
    shop = desktop.hub.shop
    view = shop.privacy()
    assert (view.n_charges, view.n_reserved, view.rounds_left) == (3, 0, 6)
    assert view.epsilon == pytest.approx(1.2) and view.left == pytest.approx(1.8)
    found = shop.departures()
    assert [d.state for d in found] == ["commit", "void", "commit"]
    assert found[1].n_bytes is None and found[0].tensors == (("head.weight", (1, 8)),)
    shop.export_ledger(tmp_path / "ledger.json")
    assert json.loads((tmp_path / "ledger.json").read_text())


def test_node_without_a_league_fails_calmly(qtbot, desktop):
    desktop.hub.toggle_node()
    job = desktop.hub.job("node")
    qtbot.waitUntil(lambda: job.state is State.FAILED, timeout=60_000)
    assert job.failure.code == "enrolment" and job.retry_ms > 0
    desktop.hub.toggle_node()
    assert desktop.hub.state("node") is State.STOPPED
