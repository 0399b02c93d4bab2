"""Which of two English headlines is clicked more: named features, public weights, a shop's own fit."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from client.creative.text import data_file
from client.text.encoder import Encoder
from common.errors import InputError

#: in the shop's folder: what `hansa ads learn-headlines` fitted; it is never sent
LEARNED = "headlines.json"
#: a difference of two unit vectors is short: this scale, and the strength of the ridge, were
#: chosen by four-fold cross-validation on training tests
VECTOR_SCALE = 40.0
RIDGE, RIDGE_PAIRS = 0.3, 1_800
#: pairs that a shop's own weights are learned from at least: fewer tell chance, not taste
FEWEST = 30
_STEPS = 250
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_QUOTE = re.compile(r"""["“”]|(?<!\w)['‘]|['’](?!\w)""")
_Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeadlineModel:
    """A linear score; only differences between headlines for the same thing mean something.

    Attributes:
        weights: Feature -> weight.
        source: Where the weights are from.
        encoder: Whose vectors `vector` weighs; "" = none.
        vector: T weights of the text vector, or none.
    """

    weights: Mapping[str, float]
    source: str
    encoder: str = ""
    vector: tuple[float, ...] = field(default=(), repr=False)

    def score(self, headlines: Sequence[str], encoder: Encoder | None = None) -> _Weights:
        """[n] scores; without the encoder that it was fitted with, of the features alone."""
        names = tuple(self.weights)
        values = np.asarray([self.weights[k] for k in names])
        out: _Weights = feature_matrix(headlines, names) @ values
        if self.vector and headlines and encoder and key_of(encoder) == self.encoder:
            out = out + encoder.encode(list(headlines)).astype(np.float64) @ np.asarray(self.vector)
        return out


@cache
def shipped() -> HeadlineModel:
    """The weights in the package, rounded by hand."""
    bank = data_file("bank", "headline_en.json")
    return HeadlineModel(bank["weights"], f"{bank['version']}: {bank['source']}")


@cache
def _words() -> dict[str, frozenset[str]]:
    words: dict[str, str] = data_file("bank", "headline_en.json")["words"]
    return {k: frozenset(v.split()) for k, v in words.items()}


def features(headline: str) -> dict[str, float]:
    """Named features of an English headline."""
    tokens = _WORD.findall(headline.lower().replace("’", "'"))
    first = tokens[0] if tokens else ""
    lists = _words()
    return {
        **{k: float(sum(t in v for t in tokens)) for k, v in lists.items() if k != "numbers"},
        "length": len(headline) / 50,
        "question": float("?" in headline),
        "digit": float(any(c.isdigit() for c in headline)),
        "number_first": float(first[:1].isdigit() or first in lists["numbers"]),
        "quote": float(bool(_QUOTE.search(headline))),
        "capitals": float(bool(re.search(r"\b[A-Z]{3,}\b", headline))),
        "stress": float("*" in headline),
        "long_words": sum(len(t) > 7 for t in tokens) / max(len(tokens), 1),
        "full_stop": float(headline.rstrip().endswith(".")),
        "article_first": float(first in ("a", "an", "the")),
    }


def feature_matrix(headlines: Sequence[str], names: Sequence[str]) -> _Weights:
    """[n, len(names)] features in the order of the names."""
    rows = [[f.get(k, 0.0) for k in names] for f in map(features, headlines)]
    return np.asarray(rows, np.float64).reshape(len(rows), len(names))


def key_of(encoder: Encoder) -> str:
    """Name and version of an encoder."""
    return f"{encoder.name}@{encoder.version}"


def fit(
    pairs: Sequence[tuple[str, str]], encoder: Encoder | None = None, source: str = "own A/B tests"
) -> HeadlineModel:
    """Weights from pairs (won, lost), drawn towards the shipped ones: few pairs change little.

    Logistic regression on differences (Bradley and Terry 1952) with a Gaussian prior around the
    shipped weights and around zero for the text vector; Nesterov's accelerated gradient.

    Args:
        pairs: Headlines for the same thing, shown at random.
        encoder: If given, its vectors are learned on too.
        source: Kept with the weights.

    Raises:
        InputError: there is no pair.
    """
    if not pairs:
        raise InputError(
            "There is nothing to learn from.",
            safe="The ranking is as before.",
            todo="Give tests whose headlines differ in clicks by more than chance.",
        )
    start = shipped()
    names = tuple(start.weights)
    texts = sorted({t for pair in pairs for t in pair})
    place = {t: i for i, t in enumerate(texts)}
    values = feature_matrix(texts, names)
    better, worse = (np.asarray([place[p[side]] for p in pairs]) for side in (0, 1))
    scale = np.sqrt(((values[better] - values[worse]) ** 2).mean(axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    x = values / scale
    if encoder is not None:
        x = np.hstack([x, encoder.encode(texts).astype(np.float64) * VECTOR_SCALE])
    prior = np.zeros(x.shape[1])
    prior[: len(names)] = np.asarray([start.weights[k] for k in names]) * scale
    ridge = RIDGE * max(1.0, RIDGE_PAIRS / len(pairs))
    found = _logistic(x[better] - x[worse], prior, ridge)
    weights = dict(zip(names, (found[: len(names)] / scale).tolist(), strict=True))
    vector = tuple((found[len(names) :] * VECTOR_SCALE).tolist())
    return HeadlineModel(weights, source, key_of(encoder) if encoder else "", vector)


def enough(pairs: Sequence[tuple[str, str]], source: str) -> None:
    """Refuse to learn from a handful.

    Raises:
        InputError: there are fewer than FEWEST pairs.
    """
    if len(pairs) < FEWEST:
        raise InputError(
            f"There are too few headlines to learn from: {len(pairs)} of the {FEWEST} pairs needed.",
            where=source,
            safe="The ranking is as before.",
            todo="Learn again when more headlines for the same product differ clearly in clicks, or"
            " give a larger file of tests with --data.",
        )


def _logistic(x: _Weights, prior: _Weights, ridge: float) -> _Weights:
    """[D] minimum of the mean log loss of x @ w > 0 plus ridge / 2 times |w - prior| squared."""
    step = 1.0 / (np.linalg.norm(x, 2) ** 2 / (4 * len(x)) + ridge)
    w, ahead, t = prior, prior, 1.0
    for _ in range(_STEPS):
        p_wrong = 1 / (1 + np.exp(np.clip(x @ ahead, -30, 30)))
        new = ahead + step * (x.T @ p_wrong / len(x) - ridge * (ahead - prior))
        t_new = (1 + (1 + 4 * t * t) ** 0.5) / 2
        ahead, w, t = new + (t - 1) / t_new * (new - w), new, t_new
    return w


def save(model: HeadlineModel, home: Path) -> Path:
    """Keep a model in the shop's folder; it replaces the older one whole."""
    path = home / LEARNED
    value = {
        "source": model.source,
        "weights": dict(model.weights),
        "encoder": model.encoder,
        "vector": [round(v, 5) for v in model.vector],
    }
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(value, indent=1), encoding="utf-8")
    part.replace(path)
    return path


def of_shop(home: Path) -> HeadlineModel:
    """What the shop learned from its own tests, else the shipped weights.

    Raises:
        InputError: the file cannot be read.
    """
    path = home / LEARNED
    if not path.exists():
        return shipped()
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        weights = {str(k): float(v) for k, v in raw["weights"].items()}
        vector = tuple(float(v) for v in raw["vector"])
        if not np.isfinite([*weights.values(), *vector]).all():
            raise ValueError("not finite")
        return HeadlineModel(weights, str(raw["source"]), str(raw["encoder"]), vector)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise InputError(
            "What the shop learned of headlines cannot be read.",
            where=str(path),
            safe="Nothing was changed.",
            todo="Run hansa ads learn-headlines again, or delete the file.",
        ) from e
