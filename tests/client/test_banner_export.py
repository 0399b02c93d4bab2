"""Export of banners: approved words only, files with a manifest, previews that say so."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from client.commands.ads_banner import LAYOUTS, banner
from client.creative import review
from client.creative.banner import sizes
from client.creative.banner.compose import compose
from client.creative.banner.export import export
from client.creative.banner.preview import of_creative, render
from client.store import Store, creatives, photos
from common.domain import CreativeState
from common.errors import CreativeError, InputError
from tests.client.banner_pictures import ad, bottle, saved, scene, shop


def test_an_approved_ad_becomes_files_with_a_manifest(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(saved(bottle()))
    with shop(tmp_path, "b.png") as store:
        made = creatives.save(store, [ad()])[0]
        review.approve(store, made.creative_id, "mei")
        out = export(store, made.creative_id, ["300x250", "728x90"], by="mei")
        assert {e[3] for e in creatives.exports(store, made.creative_id)} == set(out.files)
        again = export(store, made.creative_id, ["300x250"], out=tmp_path / "again")
    assert out.folder == tmp_path / "banners" / f"{made.creative_id}-v1" and not out.preview
    value = json.loads((out.folder / "manifest.json").read_text())
    assert (value["version"], value["state"], value["price"]) == (1, "approved", "$19.99")
    assert value["seed"] == "7" and value["photo_sha256"]
    for one in value["banners"]:
        for name, file in one["files"].items():
            content = (out.folder / name).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert {t["part"] for t in one["text"]} >= {"headline", "label", "price"}
        assert all(t["contrast"] >= 4.5 for t in one["text"])
        assert one["layout"] in sizes.LAYOUTS and len(one["fonts"]) == 2
    name = f"{made.creative_id}-300x250.png"
    assert (again.folder / name).read_bytes() == (out.folder / name).read_bytes()
    assert not Image.open(out.folder / name).info


class _Page(HTMLParser):
    """Collects the words and the attributes of pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.images: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_has_real_text_and_everything_escaped(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(saved(bottle()))
    with shop(tmp_path, "b.png") as store:
        made = creatives.save(store, [ad()])[0]
        review.approve(store, made.creative_id, "mei")
        out = export(store, made.creative_id, ["1200x628"])
    text = (out.folder / f"{made.creative_id}-1200x628.html").read_text()
    page = _Page()
    page.feed(text)
    words = " ".join(" ".join(page.words).split())
    for part in ("Steel & leak", "North & <Light>", "$19.99", "See more", "Ad"):
        assert part in words
    assert "<Light>" not in text and "Steel & " not in text
    assert page.images[0]["alt"] == 'Steel Bottle "XL"'
    assert str(page.images[0]["src"]).startswith("data:image/jpeg;base64,")
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_a_draft_is_a_marked_preview_without_a_page(tmp_path: Path) -> None:
    with shop(tmp_path) as store:
        made = creatives.save(store, [ad()])[0]
        out = export(store, made.creative_id, ["300x250"])
        ready = of_creative(store, made)
    assert out.preview and out.files == (f"preview-{made.creative_id}-300x250.png",)
    assert "no photo" in out.notes[0]
    marked = np.asarray(Image.open(out.folder / out.files[0]), int)
    clean = np.asarray(compose(ready.words, None, sizes.size("300x250"), ready.brand).image, int)
    changed = (abs(marked - clean).max(axis=2) > 25).mean()
    assert 0.05 < changed < 0.6


def test_words_that_were_refused_or_no_longer_hold_are_not_composed(tmp_path: Path) -> None:
    with shop(tmp_path) as store:
        one, two = creatives.save(store, [ad(), ad(body="PolarSip bottle, now $19.99.")])
        review.reject(store, one.creative_id, "mei", "dull")
        with pytest.raises(CreativeError, match="is rejected"):
            export(store, one.creative_id)
        review.approve(store, two.creative_id, "mei")
        store.db.execute("UPDATE products SET price_minor = 2499")
        with pytest.raises(CreativeError, match="no longer holds"):
            export(store, two.creative_id)
        assert creatives.load(store, two.creative_id).state is CreativeState.REFUSED
    assert not (tmp_path / "banners").exists()


def test_the_price_is_todays_and_not_said_twice(tmp_path: Path) -> None:
    with shop(tmp_path) as store:
        made = creatives.save(store, [ad()])[0]
        store.db.execute("UPDATE products SET price_minor = 2500")
        assert of_creative(store, made).words.price == "$25"
        told = replace(made, headline="Steel Bottle for $25")
        assert of_creative(store, told).words.price == ""
        store.db.execute("UPDATE products SET price_minor = NULL")
        assert of_creative(store, made).words.price == ""


def test_render_for_the_window(tmp_path: Path) -> None:
    with shop(tmp_path) as store:
        made = creatives.save(store, [ad()])[0]
        waiting = of_creative(store, made)
        yes = review.approve(store, made.creative_id, "mei")
        done = of_creative(store, yes)
        assert not of_creative(store, replace(yes, headline="Other words")).approved
    assert (waiting.approved, done.approved) == (False, True)
    one, two = render(waiting, "320x100"), render(done, "320x100", "type")
    assert one != two and Image.open(io.BytesIO(two)).size == (320, 100)
    with pytest.raises(InputError, match="no ad size"):
        render(done, "1x1")


def test_the_command(tmp_path: Path) -> None:
    photo = tmp_path / "mug.jpg"
    photo.write_bytes(saved(scene(), "JPEG"))
    home, run = tmp_path / "shop", CliRunner()
    home.mkdir()
    with shop(home) as store:
        made = creatives.save(store, [ad()])[0]
        review.approve(store, made.creative_id, "mei")
    where = ["--home", str(home), "--size", "320x50", "--out", str(tmp_path / "out")]
    done = run.invoke(banner, [made.creative_id, *where, "--photo", str(photo), "--json"])
    assert done.exit_code == 0, done.output
    value = json.loads(done.output)
    assert [(tmp_path / "out" / n).exists() for n in value["files"]] == [True, True]
    with Store.open(home) as store:
        kept = photos.of_product(store, "p1")
        assert kept and kept.sha256 == value["photo_sha256"]
    spoken = run.invoke(banner, [made.creative_id, *where, "--layout", "overlay"])
    assert "320x50: no room for" in spoken.output or spoken.exit_code == 0
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff nothing")
    bad = run.invoke(banner, [made.creative_id, *where, "--photo", str(broken)])
    assert isinstance(bad.exception, InputError)
    with Store.open(home) as store:
        assert photos.of_product(store, "p1") == kept
    blocked = run.invoke(banner, [made.creative_id, *where[:4], "--out", str(photo / "x")])
    assert isinstance(blocked.exception, InputError)
    assert LAYOUTS == sizes.LAYOUTS
