"""Charts read out what they show; tables page through what the database holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QAbstractItemModelTester

from client.api import Shop
from gui.widgets import paged
from gui.widgets.paged import PagedModel
from gui.widgets.table import Column
from gui.widgets.timechart import ChartData, TimeChart, nice_ticks

pytestmark = pytest.mark.gui


@given(st.floats(0, 1e9), st.floats(1e-6, 1e9))
@settings(max_examples=60, deadline=None)
def test_ticks_cover_the_range(low, span):
    ticks = nice_ticks(low, low + span)
    assert ticks[0] <= low + 1e-6 * span and ticks[-1] >= low + span * (1 - 1e-6)
    assert 2 <= len(ticks) <= 8 and ticks == sorted(ticks)


def chart(qtbot):
    data = ChartData(
        labels=["a", "b", "c"], bars=[5, 0, 9], line=[0.1, None, 0.3], previous=[],
        bar_name="Shown", line_name="Rate", previous_name="",
        bar_format=lambda v: f"{v:g}", line_format=lambda v: f"{v:.0%}",
    )  # fmt: skip
    out = TimeChart(data)
    qtbot.addWidget(out)
    out.resize(600, 260)
    out.show()
    return out


def test_chart_is_read_by_keyboard_and_by_screen_readers(qtbot):
    out = chart(qtbot)
    assert out.accessibleDescription() == "a – c; Shown 14; Rate 10% – 30%"
    qtbot.keyClick(out, Qt.Key.Key_Right)
    qtbot.keyClick(out, Qt.Key.Key_Right)
    assert out.readout(out.hover) == [("b", ""), ("Shown", "0"), ("Rate", "–")]
    assert "Rate –" in out.accessibleDescription()
    qtbot.keyClick(out, Qt.Key.Key_Right)
    qtbot.keyClick(out, Qt.Key.Key_Right)
    assert out.hover == 2
    out.select(99)
    assert out.hover == -1


def test_chart_is_read_by_mouse(qtbot):
    out = chart(qtbot)
    qtbot.mouseMove(out, out.rect().center())
    out.select(1)
    assert not out.grab().isNull()


def test_pages_hold_what_the_table_holds(qtbot, shop_home, monkeypatch):
    owner = QObject()
    monkeypatch.setattr(paged, "PAGE", 16)
    monkeypatch.setattr(paged, "KEPT", 3)
    shop = Shop.open(shop_home)
    for table in shop.tables():
        fields = shop.columns(table)
        model = PagedModel(shop, table, [Column(f) for f in fields], lambda _, v: str(v), owner)
        n = model.rowCount()
        assert n == shop.count(table)
        first = shop.key_at(table, 0)
        if first is None:
            assert n == 0
            continue
        everything = shop.rows_from(table, first, n)[0]
        order = [*range(n), n // 2, 0, n - 1, n // 3]
        assert [model.row(i) for i in order] == [everything[i] for i in order]
        assert model.row(n) is None
    shop.close()


def test_model_keeps_qts_rules(qtbot, shop_home):
    owner = QObject()
    shop = Shop.open(shop_home)
    columns = [Column(f) for f in shop.columns("impressions")]
    model = PagedModel(shop, "impressions", columns, lambda _, v: str(v), owner)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert tester.model() is model
    shop.close()
