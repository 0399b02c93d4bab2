"""Wrapping with line-start rules, fonts without hollow boxes, colours by WCAG 2.1."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.creative.banner import brand, colour, fonts
from client.creative.banner.wrap import measure, units, wrap
from common.errors import CreativeError, SettingsError

FONT = fonts.load(fonts.shipped()[0].regular, 20)
rgb = st.tuples(*[st.integers(0, 255)] * 3)


def test_chinese_breaks_between_characters_but_not_before_marks() -> None:
    assert units("保冷24小时，不漏。") == ["保", "冷", "24小", "时，", "不", "漏。"]
    assert units("“好”（大）") == ["“好”", "（大）"]
    assert units("750毫升大") == ["750毫升", "大"]
    assert units("仅79元起") == ["仅", "79元", "起"]


def test_english_breaks_at_spaces_and_keeps_numbers_with_units() -> None:
    assert units("keeps 750 ml cold") == ["keeps", " 750 ml", " cold"]
    assert units("a  leak-proof\nlid") == ["a", " leak-", "proof", " lid"]
    assert units("") == [] and wrap("", FONT, 100, 3) == ()


@pytest.mark.parametrize("width", [90, 110, 170, 260])
def test_no_line_starts_or_ends_with_the_wrong_mark(width: int) -> None:
    text = "冰川水壶，“运动”用，750毫升（大容量）；保冷24小时！不漏、不烫手，79元。"
    lines = wrap(text, FONT, width, 30)
    assert lines and "".join(lines) == text
    assert not any(line[0] in "，。！？、；：）”" or line[-1] in "（“" for line in lines)
    assert all(FONT.getlength(line) <= width for line in lines)


def test_lines_are_as_few_as_can_be_and_even() -> None:
    lines = wrap("Ice-cold through every set of the day", FONT, 240, 4)
    assert lines is not None and len(lines) == 2
    wide = [FONT.getlength(line) for line in lines]
    assert max(wide) < 1.4 * min(wide)


def test_a_word_that_is_too_wide_is_not_cut() -> None:
    assert wrap("unbelievablyunbreakable", FONT, 60, 9) is None
    assert measure("two words", FONT, 60, 1, 1.2) is None


def test_the_shipped_font_has_what_ads_are_made_of() -> None:
    first, second = fonts.shipped()
    known = fonts.characters(first.regular)
    assert known == fonts.characters(first.bold)
    level_1 = {
        bytes((a, b)).decode("gb2312", "ignore")
        for a in range(0xB0, 0xD7)
        for b in range(0xA1, 0xFF)
    }
    assert {ord(c) for c in level_1 if c} <= known
    assert {ord(c) for c in "Éüñß€£¥￥，。！？“”（）…—·％℃™®"} <= known
    assert fonts.choose("₹280") == second
    folder = Path(first.regular.path).parent
    for name in ("OFL-NotoSansCJK.txt", "OFL-Inter.txt"):
        assert "SIL OPEN FONT LICENSE" in (folder / name).read_text()
    assert all(f.stat().st_size < 2_500_000 for f in folder.iterdir())


def test_characters_without_a_glyph_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "system", lambda: iter(()))
    assert fonts.choose("好 Ad") == fonts.shipped()[0]
    with pytest.raises(CreativeError, match="U\\+1F600"):
        fonts.choose("smile 😀")
    with pytest.raises(CreativeError, match="U\\+9F98"):
        fonts.choose("龘")
    with pytest.raises(CreativeError, match="right to left"):
        fonts.choose("שלום")


def test_another_font_stands_in_for_rare_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = fonts.shipped()
    other = fonts.Kit(first.bold, first.bold)
    known = fonts.characters

    def more(face: fonts.Face) -> frozenset[int]:
        return known(face) | ({ord("龘")} if face == first.bold else set())

    monkeypatch.setattr(fonts, "characters", more)
    monkeypatch.setattr(fonts, "system", lambda: iter((other,)))
    assert fonts.choose("龘") == other


def test_contrast_is_that_of_wcag() -> None:
    assert colour.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert colour.contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.005)
    assert colour.contrast((255, 0, 0), (255, 255, 255)) == pytest.approx(4.0, abs=0.005)


@settings(max_examples=60, deadline=None)
@given(primary=rgb, accent=st.none() | rgb, background=st.none() | rgb)
def test_every_pair_of_a_palette_reads(
    primary: colour.Colour, accent: colour.Colour | None, background: colour.Colour | None
) -> None:
    for p in (colour.bold(primary, accent), colour.light(primary, accent, background)):
        for ink in (p.ink, p.soft, p.price):
            assert colour.contrast(ink, p.panel) >= 4.5
        assert colour.contrast(p.on_fill, p.fill) >= 4.5


def test_brand_colours_come_from_ads_toml(tmp_path: Path) -> None:
    assert brand.read(tmp_path) == brand.Brand()
    file = tmp_path / "ads.toml"
    file.write_text('[writer]\nname = "template"\n[brand]\nprimary = "#1F3A5F"\nshop = false\n')
    assert brand.read(tmp_path) == brand.Brand(primary=(31, 58, 95), shop=False)
    for wrong in ('primary = "blue"', "colour = 1", "primary = 7", "shop = 1"):
        file.write_text(f"[brand]\n{wrong}\n")
        with pytest.raises(SettingsError):
            brand.read(tmp_path)
