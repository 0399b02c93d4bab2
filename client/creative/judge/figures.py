"""Figures of texts: BLEU, ROUGE, chrF against references; distinct-n, self-BLEU, copy rate without."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from client.creative.text import words
from common.errors import InputError


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as e:
        raise InputError(
            "A package that measures texts is not installed.",
            where=name,
            safe="Nothing was changed.",
            todo="pip install sacrebleu rouge-score",
        ) from e


class _Characters:
    """Tokens for rouge-score: its own tokenizer throws every Chinese character away."""

    def tokenize(self, text: str) -> list[str]:
        """Every character that is not a space."""
        return [c for c in text if not c.isspace()]


def against(texts: Sequence[str], references: Sequence[str], language: str) -> dict[str, float]:
    """BLEU and chrF of the corpus (0 to 100), mean ROUGE-1 and ROUGE-L F (0 to 1).

    Papineni et al. 2002, Popović 2015 (chrF), Lin 2004 (ROUGE); implementations of sacrebleu
    (Post 2018) and rouge-score.

    Args:
        texts: n texts.
        references: n references.
        language: "zh" is cut into characters.

    Raises:
        InputError: a package is not installed.
    """
    bleu, scorer = _package("sacrebleu"), _package("rouge_score.rouge_scorer")
    zh = language == "zh"
    rouge = scorer.RougeScorer(["rouge1", "rougeL"], tokenizer=_Characters() if zh else None)
    scores = [rouge.score(r, t) for t, r in zip(texts, references, strict=True)]
    n = max(len(texts), 1)
    return {
        "bleu": bleu.corpus_bleu(
            list(texts), [list(references)], tokenize="zh" if zh else "13a"
        ).score,
        "chrf": bleu.corpus_chrf(list(texts), [list(references)]).score,
        "rouge_1": sum(s["rouge1"].fmeasure for s in scores) / n,
        "rouge_l": sum(s["rougeL"].fmeasure for s in scores) / n,
    }


def distinct(texts: Sequence[str], n: int) -> float:
    """Different n-grams over all n-grams of a set (Li et al. 2016)."""
    grams = [g for t in texts for g in ngrams(t, n)]
    return len(set(grams)) / max(len(grams), 1)


def self_bleu(texts: Sequence[str], language: str, most: int = 100) -> float:
    """Mean BLEU of a text against the others, 0 to 100; high = all alike (Zhu et al. 2018).

    Args:
        texts: The set.
        language: "zh" is cut into characters.
        most: Only the first so many texts: the work grows with the square.
    """
    texts = list(texts)[:most]
    if len(texts) < 2:
        return 0.0
    sacre = _package("sacrebleu")
    metric = sacre.BLEU(effective_order=True, tokenize="zh" if language == "zh" else "13a")
    scores = [
        metric.sentence_score(t, texts[:i] + texts[i + 1 :]).score for i, t in enumerate(texts)
    ]
    return float(sum(scores) / len(scores))


def copy_rate(text: str, source: str, n: int = 4) -> float:
    """Share of a text's n-grams that stand in the source."""
    own = ngrams(text, n)
    there = set(ngrams(source, n))
    return sum(g in there for g in own) / max(len(own), 1)


def ngrams(text: str, n: int) -> list[tuple[str, ...]]:
    """N-grams of words; Chinese characters are words."""
    tokens = words(text)
    return [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]


def mean(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / max(len(values), 1)
