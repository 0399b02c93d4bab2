"""Audiences in the window: a look ahead, overlap, exports, groups; one shopper's offers and reasons."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from client.api import Asked, ExportView, Shared, explain_score, recommend_for
from client.store import Store, audiences
from gui.pages.asking import Asking
from gui.pages.audiencedetail import AudienceDetail
from gui.pages.exporting import Exporting
from gui.pages.exportscard import ExportsCard
from gui.pages.exportsheet import Choice, ExportSheet
from gui.pages.memberscard import MembersCard
from gui.pages.offersdialog import OffersDialog
from gui.pages.overlapcard import OverlapCard
from gui.pages.paritycard import ParityCard
from gui.pages.paritywords import group_line, verdict
from gui.pages.pickdialog import PickDialog
from gui.pages.whydialog import WhyDialog
from gui.widgets.confirm import Confirm
from gui.widgets.matrix import ShareMatrix
from tests.gui.driving import press, texts

pytestmark = pytest.mark.gui


def wait(qtbot, asking):
    qtbot.waitUntil(lambda: not asking.answer.busy, timeout=120_000)
    return asking.answer


def test_a_pick_is_looked_ahead_to_and_made(qtbot, tea):
    tea.window.go("audiences")
    page = tea.window.pages["audiences"]
    page.pick()
    dialog = tea.window.findChild(PickDialog)
    assert "108 of 108 may be in it" in texts(dialog.preview)
    dialog.how.choose("size")
    dialog.how.number.setValue(40)
    qtbot.waitUntil(lambda: dialog._asking.answer.known, timeout=120_000)
    assert dialog._asking.answer.values["size"] == 40
    assert "of 108 who may be in it" in texts(dialog.preview)
    assert not tea.hub.shop.audiences()
    press(dialog, "Pick")
    job = tea.hub.job("audience")
    qtbot.waitUntil(lambda: not job.busy, timeout=120_000)
    made = tea.hub.shop.audiences()
    assert [a.size for a in made] == [40] and made[0].expected_ctr is not None
    assert tea.window.findChild(AudienceDetail) is not None


def test_fields_say_at_once_what_cannot_be(qtbot, desktop):
    dialog = PickDialog(desktop.hub, desktop.hub.shop, desktop.window)
    qtbot.addWidget(dialog)
    dialog.how.choose("budget")
    assert "Fill in the fields" in texts(dialog.preview) and not dialog._go.isEnabled()
    dialog.how.budget.setText("0.5")
    assert "pays for 10 shoppers" in texts(dialog.preview) and not dialog._go.isEnabled()
    dialog.how.budget.setText("5")
    assert "54 of 54 may be in it" in texts(dialog.preview) and dialog._go.isEnabled()
    dialog.out.list.item(0).setCheckState(dialog.out.list.item(0).checkState().Checked)
    assert "of 54 may be in it" in texts(dialog.preview)
    dialog.how.choose("rate")
    dialog.how.rate.setText("1.5")
    asked = dialog.asked()
    assert asked.min_cvr == pytest.approx(0.015) and asked.not_in == ("aud-1",)
    dialog.how.rate.setText("150")
    assert dialog.asked() is None


def test_a_refusal_of_the_model_is_told_in_the_dialog(qtbot, desktop):
    """The shop has no model: the card says so, and nothing is shown above the page."""
    dialog = PickDialog(desktop.hub, desktop.hub.shop, desktop.window)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog._asking.answer.failure is not None, timeout=120_000)
    assert "No model is installed" in texts(dialog.preview) and not dialog._go.isEnabled()


def test_the_newest_question_counts(qtbot, tea):
    asking = Asking(tea.hub, tea.window)
    with Store.open(tea.hub.home) as store:
        key = store.db.execute("SELECT shopper_key FROM shoppers WHERE consent").fetchone()[0]
    asking.ask(recommend_for(key, 1))
    asking.ask(explain_score(key, "P1"))
    assert asking.answer.busy
    answer = wait(qtbot, asking)
    assert answer.values["product_id"] == "P1" and answer.failure is None
    asking.ask(explain_score("nobody", "P1"))
    assert wait(qtbot, asking).failure.code == "audience"
    asking.forget()
    assert not asking.answer.known and asking.answer.failure is None


def test_offers_and_reasons_of_one_shopper(qtbot, tea):
    with Store.open(tea.hub.home) as store:
        key = store.db.execute("SELECT shopper_key FROM shoppers WHERE consent").fetchone()[0]
    dialog = OffersDialog(tea.hub, key, tea.window)
    dialog.show()
    assert "Scoring every product" in texts(dialog)
    answer = wait(qtbot, dialog._asking)
    shown = texts(dialog)
    assert all(o["title"] in shown for o in answer.values["offers"])
    dialog.why(answer.values["offers"][0])
    why = dialog.findChild(WhyDialog)
    wait(qtbot, why._asking)
    assert "usual among all who may be addressed" in texts(why)
    assert "not what causes a purchase" in texts(why)
    dialog.accept()


def test_members_lead_to_reasons(qtbot, desktop):
    desktop.window.go("audiences")
    card = desktop.window.findChild(MembersCard)
    press(card, "Why this score")
    assert desktop.window.findChild(WhyDialog) is None
    card.table.selectRow(0)
    press(card, "Why this score")
    dialog = desktop.window.findChild(WhyDialog)
    assert wait(qtbot, dialog._asking).failure is not None  # no model: told here, with a way on
    assert "The shared model cannot be used" in texts(dialog)
    dialog.accept()


def test_overlap_is_a_square_of_shares(qtbot, desktop):
    with Store.open(desktop.hub.home) as store:
        one = audiences.load(store, "aud-1")
        audiences.save(store, replace(one, audience_id="aud-2", members=one.members[:25]))
        audiences.save(store, replace(one, audience_id="aud-3", members=one.members[:5]))
    desktop.window.go("audiences")
    desktop.window.pages["audiences"].show_part("shared")
    matrix = desktop.window.findChild(ShareMatrix)
    words = matrix.accessibleDescription()
    assert "in both" in words and "fewer than 20 shoppers" in words
    pairs = {(s.first, s.second): s for s in desktop.hub.shop.shared()}
    told = [s for s in pairs.values() if s.n_shared is not None]
    assert [{s.first, s.second} for s in told] == [{"aud-1", "aud-2"}]
    matrix.grab()


def test_overlap_with_one_audience_says_so(qtbot, desktop):
    card = OverlapCard(desktop.hub.shop.audiences(), {}, (), 20)
    qtbot.addWidget(card)
    assert "Only one audience" in texts(card)
    hidden = (Shared("aud-1", "gone", 30, 25, None),)
    card = OverlapCard(desktop.hub.shop.audiences(), {"p1": "Oil"}, hidden, 20)
    qtbot.addWidget(card)
    assert "Counts under 20 are not told" in texts(card)


def test_an_export_is_asked_for_written_and_deleted(qtbot, desktop, tmp_path):
    shop, page = desktop.hub.shop, None
    desktop.window.go("audiences")
    page = desktop.window.pages["audiences"]
    audience = shop.audience("aud-1")
    page._exporting.ask(audience)
    sheet = page.findChild(ExportSheet)
    n = len(audience.members)
    assert f"{n} pseudonyms, one a line" in texts(sheet) and sheet.go.isEnabled()
    sheet.forms.choose("match")
    sheet._show()
    assert "still personal data" in texts(sheet) and not sheet.go.isEnabled()
    sheet.take_list(tmp_path / "list.csv")
    assert sheet.go.isEnabled()
    sheet.reject()
    file = tmp_path / "out.csv"
    page._exporting.write(audience, Choice("csv"), file)
    job = desktop.hub.job("export")
    qtbot.waitUntil(lambda: not job.busy, timeout=120_000)
    assert file.read_text().startswith("shopper_key\n") and file.stat().st_mode & 0o77 == 0
    page.show_part("exports")
    card = desktop.window.findChild(ExportsCard)
    assert "out.csv" in texts(card) and "Written" in texts(card)
    press(card, "Delete the file")
    confirm = card.findChild(Confirm)
    confirm.accept()
    QApplication.processEvents()
    assert not file.exists() and [e.taken_back for e in shop.exports()] == [True]
    assert "Deleted again" in texts(desktop.window.findChild(ExportsCard))


def test_files_of_other_sittings_can_be_deleted_while_they_are_there(qtbot, desktop):
    from client.store.audience_exports import Export

    written = ("aud-1", "2026-11-01T00:00:00Z", "me", "match", 30, "list.csv", "/x/list.csv", "ab")
    record = Export("e1", *written)
    shop = desktop.hub.shop
    exporting = Exporting(desktop.hub, desktop.window)
    card = ExportsCard([ExportView(record, False, False)], shop.audiences(), {}, exporting)
    qtbot.addWidget(card)
    assert "cannot be called back" in texts(card) and not card.findChildren(QPushButton)
    assert "Not where it was written" in texts(card)
    # however many came after it, a file that is still there can be deleted
    many = [ExportView(Export(f"n{i}", *written), False, False) for i in range(20)]
    card = ExportsCard([*many, ExportView(record, False, True)], shop.audiences(), {}, exporting)
    qtbot.addWidget(card)
    assert len(card.findChildren(QPushButton)) == 1
    press(card, "Delete the file")
    assert "/x/list.csv" in texts(card.findChild(Confirm))


def group(name, value, low, high, warning=""):
    ratio = None if value is None else {"value": value, "low": low, "high": high}
    return {
        "group": name, "name": name, "share_addressable": 0.5, "share_audience": value,
        "ratio": ratio, "ratio_under": None if ratio else 0.4, "warning": warning,
    }  # fmt: skip


def test_parity_alarms_only_on_evidence():
    even = group("a", 1.0, 0.9, 1.1)
    more = group("b", 1.5, 1.2, 1.8, "below four fifths")
    perhaps = group("c", 0.7, 0.4, 1.2, "below four fifths, perhaps by chance")
    less = group("d", 0.5, 0.4, 0.6, "below four fifths")
    hidden = group("e", None, 0, 0, "below four fifths")
    assert verdict([even], "age")[1] == "good"
    assert verdict([even, more, perhaps], "age")[1] == "info"
    text, tone = verdict([even, less], "age")
    assert tone == "warn" and ": d." in text
    assert verdict([less], "segment")[1] == "info"
    assert group_line(more)[:2] == ("more than its part", "")
    assert group_line(less)[1] == "warn" and group_line(hidden)[0] == "surely less than its part"
    assert group_line(hidden)[2] == "less than ×0.40"
    assert group_line(perhaps)[0] == "perhaps less, perhaps chance"
    assert group_line({**hidden, "ratio_under": 2.4})[0] == "too few to say"
    beside = {**hidden, "ratio_under": None}
    assert "small group" in group_line(beside)[0] and verdict([even, beside], "age")[1] == "info"


def test_groups_are_compared_by_a_file(qtbot, tea, tmp_path, monkeypatch):
    from client.audience import choose
    from client.audience_wish import Wish

    with Store.open(tea.hub.home) as store:
        choose(store, tea.hub.shop.settings, "P1", Wish(size=40))
    file = tmp_path / "groups.csv"
    lines = "".join(f"c{i},{'young' if i % 2 else 'old'}\n" for i in range(120))
    file.write_text(f"customer_id,age\n{lines}")
    tea.window.go("audiences")
    page = tea.window.pages["audiences"]
    page.show_part("groups")
    card = tea.window.findChild(ParityCard)
    name = "gui.pages.paritycard.QFileDialog.getOpenFileName"
    monkeypatch.setattr(name, lambda *a, **k: (str(file), ""))
    press(card, "Compare")
    assert not page._parity.answer_for(page._chosen).busy  # without a column nothing is asked
    card.column.setText("age")
    press(card, "Compare")
    wait(qtbot, page._parity._asking)
    shown = texts(tea.window.findChild(ParityCard))
    assert "young" in shown and "old" in shown and "its part" in shown
    assert Asked("P1").flags() == ("--product=P1",)
