"""The shop data page: Chinese columns mapped, refused rows repaired, a shopper forgotten, what to know told."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton

from client.api import RefusedSet
from gui.engine import State
from gui.pages.mappingcard import MappingCard
from gui.pages.personcard import PersonCard
from gui.pages.refusedcard import RefusedSets
from gui.pages.shopdata import ShopData
from gui.widgets.confirm import Confirm
from gui.widgets.timechart import TimeChart

pytestmark = pytest.mark.gui
LONG = 180_000


def page(desktop, part):
    desktop.window.go("data")
    view = desktop.window.pages["data"]
    assert isinstance(view, ShopData)
    view.show_part(part)
    QApplication.processEvents()
    return view


def ended(qtbot, desktop, name):
    qtbot.waitUntil(
        lambda: (job := desktop.hub.job(name)) is not None and not job.busy, timeout=LONG
    )
    job = desktop.hub.job(name)
    assert job.state is State.STOPPED, job.failure
    QApplication.processEvents()


def shown(desktop):
    QApplication.processEvents()
    return {w.text() for w in desktop.window.findChildren(QLabel) if w.isVisible()}


def test_chinese_columns_are_mapped_and_what_was_refused_is_repaired(qtbot, desktop, tmp_path):
    file = tmp_path / "行为.csv"
    text = (
        "用户编号,商品编号,行为类型,发生时间,金额,备注\n"
        "u1,p1,浏览,2026-04-01 09:00:00,0,a\nu2,p2,购买,2026-04-01 10:00:00,12.50,b\n"
        "u3,p2,购买,2026-04-01 11:00:00,约一百,c\n"
    )
    file.write_bytes(text.encode("gb18030"))
    view = page(desktop, "files")
    view._bring.take([file])
    ended(qtbot, desktop, "preview")
    card = desktop.window.findChild(MappingCard)
    assert card is not None and card.kind.currentData() == "events"
    assert {c: b.currentData() for c, b in card.combos.items()}["用户编号"] == "customer_id"
    # what is not chosen yet is said, and Import waits for it
    box = card.combos["发生时间"]
    box.setCurrentIndex(box.findData(""))
    assert not card.go.isEnabled() and "When" in card.missing.text()
    box.setCurrentIndex(box.findData("happened_at"))
    note = card.combos["备注"]
    note.setCurrentIndex(note.findData(""))
    assert card.go.isEnabled(), card.missing.text()
    card.name.setText("daily")
    before = desktop.hub.shop.info().n_events
    qtbot.mouseClick(card.go, Qt.MouseButton.LeftButton)
    ended(qtbot, desktop, "import")
    info = desktop.hub.shop.info()
    assert (info.n_events - before, info.n_refused) == (2, 1)
    assert (desktop.hub.home / "mappings" / "daily.toml").exists()
    assert desktop.window.findChild(MappingCard) is None

    page(desktop, "repair")
    ended(qtbot, desktop, "refused")
    sets = desktop.window.findChild(RefusedSets)
    assert sets is not None
    group = desktop.window.pages["data"]._groups[0]
    sets._ask = lambda *_: "value=100"
    sets._do(group, "set")
    ended(qtbot, desktop, "fix")
    info = desktop.hub.shop.info()
    assert (info.n_events - before, info.n_refused) == (3, 0)


def test_cancel_leaves_the_shop_as_it_was(qtbot, desktop, tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text("客户,时间,动作\nc1,2026-01-01 10:00,浏览\n", encoding="utf-8")
    view = page(desktop, "files")
    view._bring.take([file])
    ended(qtbot, desktop, "preview")
    card = desktop.window.findChild(MappingCard)
    back = next(b for b in card.findChildren(QPushButton) if b.accessibleName() == "Cancel")
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert view._bring.current is None and desktop.hub.job("import") is None


def test_shopper_is_found_changed_and_forgotten(qtbot, desktop):
    view = page(desktop, "people")
    view.look_up("c1")
    card = desktop.window.findChild(PersonCard)
    # whole words: a pseudonym may hold these two signs by chance
    assert card is not None and "c1" not in " ".join(shown(desktop)).split()
    key = card._key
    box = next(b for b in card.findChildren(QCheckBox) if "agreed" in b.text())
    assert box.isChecked()
    box.setChecked(False)
    assert desktop.hub.shop.person(key).person.consent is False
    QApplication.processEvents()
    card = desktop.window.findChild(PersonCard)
    card._ask()
    dialog = desktop.window.findChild(Confirm)
    dialog.accept()
    QApplication.processEvents()
    assert desktop.window.findChild(PersonCard) is None
    assert any(r.what == "forget" for r in desktop.hub.shop.people_receipts())
    assert "A shopper was forgotten" in [
        r.cell(r.index(0, 1)).text
        for t in desktop.window.pages["data"].findChildren(type(_table(desktop)))
        if (r := t.model()) is not None
    ]
    view.look_up("c1")
    assert desktop.window.findChild(PersonCard) is None


def _table(desktop):
    from gui.widgets.table import Table

    return desktop.window.pages["data"].findChildren(Table)[0]


def test_quality_is_counted_once_and_charted(qtbot, desktop):
    page(desktop, "quality")
    ended(qtbot, desktop, "data")
    qtbot.waitUntil(lambda: bool(desktop.window.findChildren(TimeChart)), timeout=10_000)
    assert desktop.hub.shop.quality("en").is_fresh
    told = shown(desktop)
    assert "What to know about your data" in told and "Does it fit together?" in told
    first = desktop.hub.job("data")
    page(desktop, "files")
    page(desktop, "quality")
    assert desktop.hub.job("data") is first


def test_cleaning_rules_are_switched_and_taken_back(desktop):
    page(desktop, "repair")
    rules = {r.name: r.on for r in desktop.hub.shop.cleaning("en").rules}
    box = next(
        b for b in desktop.window.pages["data"].findChildren(QCheckBox) if b.text() == "Duplicates"
    )
    box.setChecked(not rules["duplicates"])
    assert {r.name: r.on for r in desktop.hub.shop.cleaning("zh").rules} == {
        **rules, "duplicates": not rules["duplicates"],
    }  # fmt: skip
    desktop.hub.shop.undo_cleaning()
    assert {r.name: r.on for r in desktop.hub.shop.cleaning("en").rules} == rules


def test_group_with_rows_left_out_can_be_undone(qtbot, desktop):
    group = RefusedSet("ab12", "f.csv", "value", "bad-amount", "x", 0, 3, 2, ("undo",))
    card = RefusedSets(desktop.hub, [group])
    qtbot.addWidget(card)
    names = [b.accessibleName() for b in card.findChildren(QPushButton)]
    assert names == ["Value: It is not an amount that can be read: Undo"]
