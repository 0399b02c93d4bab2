"""Whether learning is offered: pairs, products, the model, memory and packages; what is missing, in words."""

from __future__ import annotations

import importlib.util
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from client.creative.learn.preferences import ENOUGH
from client.creative.model_files import free_memory
from client.creative.tuning.nouns import Lesson, Recipe
from client.creative.writers import WriterSettings

#: smaller models were read and found wanting, tuned or not (adgen.md, section 2)
LEAST_WEIGHTS = 500_000_000
#: products below which holding some out says nothing
LEAST_PRODUCTS = 10
PACKAGES = ("torch", "transformers", "peft", "trl", "datasets", "accelerate")
#: libraries, tokenizer, and what the allocator keeps
BASIS = 1.2e9
#: bytes of activations per token, layer and width: 34 in half precision (Korthikanti et al. 2022,
#: eq. 2), twice that in full, and what the adapter's seven matrices keep of their inputs in full
ACTIVATION = 2 * 34 + 36
#: bytes of attention per head, layer and pair of tokens: the same equation
ATTENTION = 5
#: tokens of a prompt with its answer at most, by language: measured with SmolLM2's tokenizer (514 and
#: 1,115 for the prompt), which knows no Chinese; one that does needs fewer
TOKENS = {"en": 600, "zh": 1200}


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model folder, read without loading it.

    Attributes:
        n_weights: Parameters.
        n_bytes: Of its weight files.
        width: Of a layer.
        layers: Number of layers.
        heads: Attention heads of one.
    """

    n_weights: int
    n_bytes: int
    width: int
    layers: int
    heads: int


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether the shop can learn now.

    Attributes:
        n_pairs: Pairs that hold.
        n_lessons: Those of them that make a lesson.
        n_products: Their products.
        model: As ads.toml names it.
        facts: About the model; None = it cannot be read.
        need_bytes: Memory that the job needs, estimated.
        free_bytes: Memory that is free; None = unknown.
        checkpointing: Whether activations are computed twice to save memory.
        missing: What stands in the way, in words; none = learning is offered.
    """

    n_pairs: int
    n_lessons: int
    n_products: int
    model: str
    facts: ModelFacts | None
    need_bytes: int
    free_bytes: int | None
    checkpointing: bool
    missing: tuple[str, ...]


def look(
    home: Path,
    setting: WriterSettings,
    lessons: Sequence[Lesson],
    n_pairs: int,
    recipe: Recipe,
    *,
    smoke: bool = False,
) -> Offer:
    """What stands in the way of learning, all of it at once.

    Args:
        home: The shop's folder.
        setting: Its writer.
        lessons: That the pairs make.
        n_pairs: Pairs that hold.
        recipe: Batch size and rank, for the memory.
        smoke: A test: any model, few pairs.
    """
    products = len({one.brief.product.product_id for one in lessons})
    missing = [f"the package {p}: pip install 'hansa[learning]'" for p in _absent()]
    if not smoke:
        missing += _too_few(len(lessons), n_pairs, products)
    path = home / Path(setting.model).expanduser()
    facts = read_model(path) if setting.model else None
    missing += _model_reasons(setting, path, facts, smoke)
    free = free_memory()
    tokens = max((TOKENS[one.brief.language] for one in lessons), default=TOKENS["en"])
    need, twice = needed(facts, recipe, free, tokens) if facts else (0, False)
    if free is not None and need > free:
        missing.append(f"memory: about {_gb(need)} GB are needed, {_gb(free)} GB are free")
    return Offer(
        n_pairs, len(lessons), products, setting.model, facts, need, free, twice, tuple(missing)
    )


def _too_few(n_lessons: int, n_pairs: int, products: int) -> list[str]:
    out = []
    if n_lessons < ENOUGH:
        unfit = f" ({n_pairs - n_lessons} more have no form to learn from)"
        out.append(
            f"pairs: {n_lessons} of {ENOUGH} that are needed"
            + (unfit if n_pairs > n_lessons else "")
            + "; every edit, approval and rejection makes some"
        )
    if products < LEAST_PRODUCTS:
        out.append(f"products with pairs: {products} of {LEAST_PRODUCTS} that are needed")
    return out


def _model_reasons(
    setting: WriterSettings, path: Path, facts: ModelFacts | None, smoke: bool
) -> list[str]:
    how = 'ads.toml must say [writer], name = "transformers", model = "FOLDER"'
    if setting.name != "transformers" or not setting.model:
        return [f"a language model of your own: {how}"]
    if not path.exists():
        return [
            f"the model's folder ({setting.model}): learning takes a folder on this computer,"
            " not the name of a model on the hub"
        ]
    if path.is_file():
        return ["a folder with *.safetensors: a GGUF file has been rounded and cannot learn"]
    if facts is None:
        return ["a model that can be read: a folder with config.json and *.safetensors"]
    if facts.n_weights < LEAST_WEIGHTS and not smoke:
        return [
            f"a larger model: this one has {facts.n_weights / 1e9:.2f} billion weights, it takes"
            f" {LEAST_WEIGHTS / 1e9:.1f}; smaller ones only learn to copy"
        ]
    return []


def read_model(path: Path) -> ModelFacts | None:
    """Weights and shape of a model folder; None = unreadable."""
    try:
        config = json.loads((path / "config.json").read_text(encoding="utf-8"))
        config = config.get("text_config", config)
        files = sorted(path.glob("*.safetensors"))
        weights = sum(_weights(f) for f in files)
        width, layers = int(config["hidden_size"]), int(config["num_hidden_layers"])
        heads = int(config.get("num_attention_heads", width // 64))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error):
        return None
    n_bytes = sum(f.stat().st_size for f in files)
    return ModelFacts(weights, n_bytes, width, layers, heads) if weights else None


def _weights(file: Path) -> int:
    """Parameters of a safetensors file: its header alone, 8 bytes of length and JSON."""
    with file.open("rb") as f:
        (n,) = struct.unpack("<Q", f.read(8))
        if n > 100_000_000:
            raise ValueError("no safetensors header")
        header = json.loads(f.read(n))
    out = 0
    for name, tensor in header.items():
        if name != "__metadata__":
            size = 1
            for axis in tensor["shape"]:
                size *= int(axis)
            out += size
    return out


def needed(
    facts: ModelFacts, recipe: Recipe, free: int | None, tokens: int = TOKENS["en"]
) -> tuple[int, bool]:
    """Bytes that training needs, and whether activations must be computed twice to fit.

    Weights in 4 bytes (2 where the file has 2, on a card or a CPU with bfloat16), the adapter with
    gradient and two moments (16 bytes a weight), activations of one pair: both sides at once, the
    reference keeps none. Checkpointing keeps one activation a layer instead of all.
    """
    per_weight = 2 if facts.n_bytes < 3 * facts.n_weights else 4
    adapter = facts.layers * 7 * 2 * facts.width * 2 * recipe.rank * 16
    # both sides of a pair at once
    linear = 2 * tokens * facts.width * ACTIVATION
    square = 2 * tokens**2 * facts.heads * ATTENTION
    basis = int(BASIS + facts.n_weights * per_weight + adapter)
    whole = basis + facts.layers * (linear + square)
    if free is None or whole <= free:
        return whole, False
    return basis + linear + square + 2 * tokens * facts.width * facts.layers * 4, True


def _absent() -> list[str]:
    return [p for p in PACKAGES if importlib.util.find_spec(p) is None]


def _gb(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.1f}"
