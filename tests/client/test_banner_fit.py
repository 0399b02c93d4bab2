"""Banners: every size, layout and language; text stays in its box, reads, and nothing overlaps."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from client.creative.banner import colour, photo_file, place, sizes
from client.creative.banner.brand import Brand
from client.creative.banner.compose import compose
from client.creative.banner.nouns import Banner, Box, Photo, Words
from common.errors import CreativeError
from tests.client.banner_pictures import EN, ZH, photo, saved

LONG_EN = Words(
    "Refreshingly uncomplicated breakfasts for unhurried mornings",
    "Ad",
    "en",
    body="Wholegrain oats, toasted almonds and Ångström-sized raisins (jÿg) in a 500 g bag.",
    price="$1,234,567.89",
    call="Take a closer look",
    shop="The Northlight Neighbourhood Grocery",
)
LONG_ZH = Words(
    "从清晨到深夜，一杯接一杯，慢慢喝也不怕凉的保温壶",
    "广告",
    "zh",
    body="304不锈钢内胆，750毫升大容量，保温12小时，保冷24小时，杯盖一按即开，“防漏”设计。",
    price="1,234,567.89元",
    call="进店看看这一款",
    shop="北光家居生活用品旗舰店",
)


def check(made: Banner, words: Words, picture: Photo | None) -> None:
    """All that must hold of a banner."""
    canvas = Box(0, 0, made.size.w, made.size.h)
    assert made.image.size == (canvas.w, canvas.h)
    floor, small = place.floors(made.size, words.language)
    outer = [s.placed.outer for s in made.shown]
    assert not any(a.overlaps(b) for a, b in combinations(outer, 2))
    art = np.asarray(made.art)
    ink = np.asarray(ImageChops.difference(made.image, made.art)).any(axis=2)
    for s in made.shown:
        p = s.placed
        assert canvas.holds(p.outer) and p.outer.holds(p.text)
        assert p.px >= (small if p.part in ("label", "shop") else floor)
        whole = " ".join(getattr(words, p.part).split())
        assert "".join(p.lines).replace(" ", "") == whole.replace(" ", "")
        assert p.part not in ("price", "label", "call", "shop") or len(p.lines) == 1
        b = p.text
        behind = made.art.crop(b.corners()).getcolors(b.w * b.h)
        assert min(colour.contrast(s.colour, c) for _, c in behind) >= 4.5
        assert ink[b.y : b.bottom, b.x : b.right].any()
        ink[b.y : b.bottom, b.x : b.right] = False
    assert not ink.any(), "text outside of its box"
    parts = {s.placed.part for s in made.shown}
    assert {"headline", "label"} <= parts
    assert parts | set(made.dropped) == {
        n for n in ("headline", "label", "body", "price", "call", "shop") if getattr(words, n)
    }
    if picture and made.photo:
        _photo_is_only_scaled(made, picture, art)


def _photo_is_only_scaled(made: Banner, picture: Photo, art: np.ndarray) -> None:
    spot, crop = made.photo, made.crop
    assert spot is not None and crop is not None
    left, top, right, bottom = crop
    assert left >= 0 and top >= 0 and right <= picture.image.width + 1e-6
    assert bottom <= picture.image.height + 1e-6
    assert abs((right - left) / (bottom - top) - spot.w / spot.h) < 1e-6
    part = picture.image.resize(
        (spot.w, spot.h), Image.Resampling.LANCZOS, box=crop, reducing_gap=3.0
    )
    shown = art[spot.y : spot.bottom, spot.x : spot.right]
    seen = np.ones(shown.shape[:2], bool)
    hidden = made.panel
    seen[
        max(0, hidden.y - spot.y) : max(0, hidden.bottom - spot.y),
        max(0, hidden.x - spot.x) : max(0, hidden.right - spot.x),
    ] = False
    if part.mode == "RGBA":
        seen &= np.asarray(part.getchannel("A")) == 255
    assert seen.mean() > 0.2, "the product is hidden"
    wanted = np.asarray(part.convert("RGB"))
    assert (shown == wanted)[seen].all()


@pytest.mark.parametrize("size", sizes.SIZES, ids=lambda s: s.name)
def test_every_size_and_layout_holds_usual_words(size: sizes.Size) -> None:
    for i, layout in enumerate(sizes.LAYOUTS):
        words, which = ((EN, "studio"), (ZH, "scene"))[i % 2]
        picture = photo(which)
        if size.w > 900 and layout not in sizes.layouts(size, picture)[:2]:
            continue  # large pictures take time
        try:
            made = compose(words, picture, size, Brand(), layout)
        except CreativeError:
            assert layout not in sizes.layouts(size, picture)
            continue
        check(made, words, picture)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    size=st.sampled_from([s for s in sizes.SIZES if s.w < 1_000]),
    layout=st.sampled_from(("", *sizes.LAYOUTS)),
    words=st.sampled_from((LONG_EN, LONG_ZH)),
    which=st.sampled_from(("studio", "cut-out", "scene", "tall", "none")),
    hue=st.tuples(*[st.integers(0, 255)] * 3),
)
def test_long_words_fit_lose_a_part_or_are_refused(
    size: sizes.Size, layout: str, words: Words, which: str, hue: tuple[int, int, int]
) -> None:
    try:
        made = compose(words, photo(which), size, Brand(primary=hue), layout)
    except CreativeError as e:
        assert "does not fit" in e.what and e.todo
        return
    check(made, words, photo(which))


def test_what_cannot_fit_is_refused_with_a_word() -> None:
    words = Words("Donaudampfschifffahrtsgesellschaftskapitänsmützen" * 3, "Ad", "en")
    with pytest.raises(CreativeError, match="does not fit into 160x600"):
        compose(words, None, sizes.size("160x600"), Brand())


def test_parts_are_left_out_in_the_stated_order() -> None:
    made = compose(LONG_ZH, photo("studio"), sizes.size("320x50"), Brand())
    order = ("body", "shop", "call", "price")
    assert made.dropped and made.dropped[0] == "body"
    assert [p for p in order if p in made.dropped] == list(made.dropped)


def test_layout_is_chosen_by_shape() -> None:
    def best(name: str, which: str) -> str:
        return compose(EN, photo(which), sizes.size(name), Brand()).layout

    assert best("728x90", "scene") == "strip"
    assert best("1200x628", "scene") == "split"
    assert best("300x600", "scene") == "stacked"
    assert best("336x280", "studio") == "split"
    assert best("1080x1080", "none") == "type"


def test_same_words_same_bytes() -> None:
    one, two = (compose(ZH, photo("scene"), sizes.size("300x250"), Brand()) for _ in range(2))
    assert one.image.tobytes() == two.image.tobytes()


def test_a_logo_stands_for_the_shops_name_and_is_seen() -> None:
    ink = Image.new("RGBA", (300, 100), (38, 122, 140, 0))
    ink.paste((38, 122, 140, 255), (20, 10, 280, 90))
    logo = photo_file.decode(saved(ink), "logo")
    for name in ("728x90", "1080x1080"):
        made = compose(EN, photo("studio"), sizes.size(name), Brand(logo=logo))
        assert "shop" not in made.dropped
        assert "shop" not in {s.placed.part for s in made.shown}
        box = made.logo
        assert box is not None and not any(box.overlaps(s.placed.outer) for s in made.shown)
        seen = {c for _, c in made.art.crop(box.corners()).getcolors(box.w * box.h)}
        # on a white chip: the logo has nearly the panel's colour
        assert {(38, 122, 140), (255, 255, 255)} <= seen
