"""The Ads screen: a queue by keys, findings at their words, placements, writing, export, results."""

import csv
import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from client.creative.marks import MarkedFinding, Place
from common.domain import Finding
from gui.pages.adexport import AdExportSheet, ExportAsked
from gui.pages.adhistory import difference
from gui.pages.adjobs import WriteAsked
from gui.pages.adlook import AdLook
from gui.pages.adnames import FAMILIES
from gui.pages.adwords import AdWords, told, underlined
from gui.pages.adwritedialog import WriteDialog
from gui.pages.editdialog import EditDialog
from gui.widgets.adpreview import AdPreview

pytestmark = pytest.mark.gui


@pytest.fixture
def page(desktop):
    desktop.window.activateWindow()
    desktop.window.go("ads")
    yield desktop.window.pages["ads"]
    desktop.window.pages["ads"]._banners.wait()


def words(widget):
    QApplication.processEvents()
    return " | ".join(w.text() for w in widget.findChildren(QLabel) if w.isVisible())


def key(qtbot, page, which):
    page.queue.setFocus()
    qtbot.keyClick(page.queue, which)
    QApplication.processEvents()


def test_the_queue_is_decided_with_the_keyboard(qtbot, page):
    first, second = [a.creative_id for a in page.shop.ads("draft")]
    assert page.card._ad.creative_id == first
    key(qtbot, page, Qt.Key.Key_Down)
    assert page.card._ad.creative_id == second
    key(qtbot, page, Qt.Key.Key_Up)
    key(qtbot, page, Qt.Key.Key_A)
    assert page.shop.ad(first).creative.state == "approved"
    assert page.card._ad.creative_id == second  # the next one came by itself
    assert page.toast.isVisible() and "Approved" in words(page.toast)
    key(qtbot, page, Qt.Key.Key_U)
    assert page.shop.ad(first).creative.state == "draft"
    assert len(page.shop.ad(first).decisions) == 2  # both stay in the log


def test_a_refused_ad_is_never_approved_by_key(qtbot, page):
    page.filters.want("refused")
    ad = page.card._ad
    key(qtbot, page, Qt.Key.Key_A)
    assert page.shop.ad(ad.creative_id).creative.state == "refused"


def test_letters_in_a_list_of_choices_decide_nothing(qtbot, page):
    ad = page.card._ad
    page.filters.slot.setFocus()
    qtbot.keyClick(page.filters.slot, Qt.Key.Key_A)
    page.filters.search.setFocus()
    qtbot.keyClick(page.filters.search, Qt.Key.Key_A)
    assert page.shop.ad(ad.creative_id).creative.state == "draft"
    assert page.filters.search.text() == "a"


def test_rejecting_asks_why_and_keeps_it(page):
    ad = page.card._ad
    page._deciding.say_no(ad, "not our tone")
    kept = page.shop.ad(ad.creative_id).creative
    assert (kept.state, kept.reason) == ("rejected", "not our tone")
    page.read(ad.creative_id)
    assert page.filters.filter.state == "rejected" and "not our tone" in words(page.card)


def test_filters_count_and_search(page):
    assert "Waits for you 2" in [
        b.text() for b in page.filters.states.children() if hasattr(b, "text")
    ]
    page.filters.search.setText("casa oil table")
    page.filters._read()
    assert len(page.queue._own.ads) == 1
    page.filters.search.setText("nothing like this")
    page.filters._read()
    assert "No ad here" in words(page) and not page.queue.isVisible()


def test_words_of_a_finding_are_marked_with_a_number(page):
    page.filters.want("refused")
    shown = page.card.findChild(AdWords)
    assert len(shown.rows) == 1
    rich = [w.text() for w in shown.findChildren(QLabel) if "href" in w.text()]
    assert len(rich) == 1 and ">best</a>" in rich[0] and "<sup>1</sup>" in rich[0]
    row = shown.rows[0]
    shown._at("1")
    assert row.property("sunken") is True


def test_places_that_overlap_are_all_marked_and_nothing_is_markup():
    places = [(1, Place("headline", 0, 4)), (2, Place("headline", 2, 6))]
    out = underlined("<b>abc", places, {1: "bad", 2: "warn"})
    assert re.sub("<[^>]+>", "", out) == "&lt;b&gt;a1bc2" and "<b>" not in out


@pytest.mark.parametrize(
    ("message", "fix", "rule", "instead", "right"),
    [
        (
            "Bad. [cn-law@2 absolute]",
            "Say it. For example: “好杯子”",
            "cn-law@2 absolute",
            "好杯子",
            "",
        ),
        (
            "No price. [hansa@2 price]",
            "Use the shop's price: “€5.50”.",
            "hansa@2 price",
            "",
            "€5.50",
        ),
        ("Old.", "Leave it out.", "", "", ""),
    ],
)
def test_a_finding_is_taken_apart(message, fix, rule, instead, right):
    found = Finding("claims", "error", "x", message, fix)
    t = told(MarkedFinding(found, (Place("body", 0, 1),)), 1)
    assert (t.rule, t.instead, t.right, t.part) == (rule, instead, right, "body")
    assert "[" not in t.message


def test_every_placement_shows_the_label(page):
    look = page.card.findChild(AdLook)
    for family in FAMILIES:
        look._turn(family)
        if family != "banner":
            seen = look.findChildren(AdPreview)[-1]
            assert ": Ad," in seen.accessibleName()
            assert not seen.grab().isNull()


def test_a_banner_is_drawn_beside_the_window(qtbot, page):
    look = page.card.findChild(AdLook)
    look._turn("banner")
    assert "Drawing" in words(look)
    qtbot.waitUntil(lambda: "Drawing" not in words(look), timeout=30_000)
    shown = [w for w in look.findChildren(QLabel) if not w.pixmap().isNull()]
    assert any(w.accessibleName().startswith("Banner 300x250") for w in shown)


def test_words_are_checked_while_they_are_typed(qtbot, page):
    dialog = EditDialog(page.hub, page.card._ad, page)
    qtbot.addWidget(dialog)
    dialog.headline.setText("The best oil for €1.00")
    dialog.check()
    found = {
        t.found.words: t.found for t in dialog.findChildren(QLabel.__base__) if hasattr(t, "found")
    }
    assert "€1.00" in found and "best" in found
    dialog.apply(found["€1.00"])
    assert "€1.00" not in dialog.headline.text()
    assert dialog.headline.extraSelections()


def test_what_is_written_and_how(page, qtbot):
    one = WriteAsked("p1", "aud-1", ("search", "feed"), offer="-10%", writer="")
    assert [j.verb for j in one.jobs()] == [("ads", "write")] * 2
    assert "--offer=-10%" in one.jobs()[0].args and "--slot=feed" in one.jobs()[1].args
    model = WriteAsked("p1", slots=("search", "feed"), writer="gguf")
    assert len(model.jobs()) == 1  # a model is loaded once
    dialog = WriteDialog(page.shop, page)
    qtbot.addWidget(dialog)
    dialog.choose("p1", "aud-1")
    assert dialog.asked().audience_id == "aud-1" and dialog._go.isEnabled()
    dialog.slots["search"].setChecked(False)
    assert not dialog._go.isEnabled()


def test_writing_runs_in_steps_and_a_bad_one_is_told(qtbot, page):
    before = len(page.shop.ads())
    assert page.tasks.write(WriteAsked("p2", slots=("search",), n=1))
    assert not page.tasks.write(WriteAsked("p3", slots=("search",), n=1))  # one at a time
    qtbot.waitUntil(lambda: not page.tasks.writing.busy, timeout=120_000)
    assert page.tasks.writing.failure is None and len(page.shop.ads()) == before + 1
    page.tasks.write(WriteAsked("gone", slots=("search", "feed"), n=1))
    page.tasks.writing.cancel()
    qtbot.waitUntil(lambda: not page.tasks.writing.busy, timeout=120_000)
    assert page.tasks.writing.failure is None and len(page.shop.ads()) == before + 1


def test_only_approved_ads_are_exported(qtbot, page, tmp_path):
    sheet = AdExportSheet((), None, page)
    qtbot.addWidget(sheet)
    assert not sheet.go.isEnabled()
    ad = page.card._ad
    page._deciding.approve(ad)
    approved = tuple(a for a in page.shop.ads() if a.may_be_shown)
    assert [a.creative_id for a in approved] == [ad.creative_id]
    page.tasks.export(ExportAsked(approved, True, False, (), True, tmp_path))
    qtbot.waitUntil(lambda: not page.tasks.exporting.busy, timeout=120_000)
    with (tmp_path / "ads.csv").open(encoding="utf-8-sig") as f:
        rows = list(csv.DictReader(f))
    assert [r["creative_id"] for r in rows] == [ad.creative_id] and rows[0]["label"] == "Ad"
    assert page.shop.ad(ad.creative_id).creative.state == "live"
    assert page.shop.ad(ad.creative_id).exports[0].file == "ads.csv"


def test_results_say_how_they_arrive(page):
    page.show_part("results")
    assert "No ad is approved yet" in words(page)
    page._deciding.approve(page.shop.ads("draft")[0])
    page.refresh()
    seen = words(page)
    assert "No results yet" in seen and "creative_id" in seen
    page.show_part("style")
    assert "of 200 preferences" in words(page)


def test_what_an_edit_changed_is_shown_with_signs():
    out = difference("Olive oil for €5 <b>", "Olive oil for you <b>")
    assert "−€5" in out and "+you" in out and "<b>" not in out.replace("&lt;b&gt;", "")
    assert difference("同样", "同样") == "同样"


def test_facts_with_a_space_stay_whole():
    from gui.pages.adnames import facts

    assert facts(["price", "size:750", "ml", "brand"]) == "price, size: 750 ml, brand"


def test_rules_are_told_in_the_readers_language(page, qtbot):
    from gui.pages import adrules

    assert adrules.said("cn-law@2 absolute")[0].startswith("Absolute words")
    assert adrules.said("new@1 unheard-of") == ("", "")
