"""A GGUF file as a language model: llama.cpp through xllamacpp, in this process, on one thread."""

from __future__ import annotations

import importlib
import importlib.util
import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from client.creative.language import Prompt, Watch
from client.creative.model_files import (
    EMBEDDED_SHA256,
    SAFE,
    checked,
    embedded,
    free_memory,
    needs,
)
from common.errors import CreativeError

CONTEXT = 2_048
LONGEST = 90
TEMPERATURE = 0.7


class GgufModel:
    """llama.cpp on a file. Loads in about 2 s and takes 0.2 GB for the embedded model."""

    def __init__(
        self, path: Path | None = None, *, sha256: str = "", threads: int = 1, chat: bool = False
    ) -> None:
        """Check and load.

        Args:
            path: A GGUF file; None = the embedded small model, whose digest is known.
            sha256: What the file must be; "" = whatever it is, the embedded one's own digest.
            threads: Threads of the computation; more than idle cores make it slower.
            chat: Ask through the model's chat template instead of as one text to carry on.

        Raises:
            CreativeError: no package, no such file, another digest, or not enough memory.
        """
        if importlib.util.find_spec("xllamacpp") is None:
            raise CreativeError(
                "The runtime for GGUF models is not installed.",
                where="xllamacpp",
                safe=SAFE,
                todo="pip install xllamacpp, or write with --writer template.",
            )
        own = path is None
        path = path or embedded()
        self.digest = checked([path], str(path), sha256 or (EMBEDDED_SHA256 if own else ""))
        if not _is_gguf(path):
            raise CreativeError(
                "This file is no GGUF model.", where=str(path), safe=SAFE, todo="Check --model."
            )
        needs(path.stat().st_size, str(path), free_memory())
        self.name = path.name
        self._chat = chat
        self._server = _load(path, threads)

    def complete(self, prompt: Prompt, n: int, seed: int, watch: Watch | None = None) -> list[str]:
        """N lines; line i is drawn with seed + i. The examples are read once and kept."""
        # Read afresh: sums in another order than those of a kept prefix would give other words.
        self._one(prompt, 0, -1, None, fresh=True)
        return [self._one(prompt, (seed + i) % 2**31, i, watch) for i in range(n)]

    def _one(
        self, prompt: Prompt, seed: int, number: int, watch: Watch | None, fresh: bool = False
    ) -> str:
        asked: dict[str, object] = {
            "temperature": TEMPERATURE,
            "top_p": 0.95,
            "seed": seed,
            "stop": ["\n"],
            "stream": True,
            "cache_prompt": not fresh,
        }
        longest = 1 if fresh else LONGEST
        pieces: list[str] = []

        def hear(answer: Any) -> bool:
            piece = _piece(answer)
            pieces.append(piece)
            if piece and watch:
                watch(number, piece)
            return False

        if self._chat:
            asked |= {"messages": prompt.messages(), "max_tokens": longest}
            answer = self._server.handle_chat_completions(asked, hear)
        else:
            asked |= {"prompt": prompt.text(), "n_predict": longest}
            answer = self._server.handle_completions(asked, hear)
        if answer is not None:
            hear(answer)
        return "".join(pieces).strip().split("\n")[0]

    def log_p(self, texts: Sequence[str]) -> list[float]:
        """Mean log-probability per character.

        The runtime gives no probabilities of a prompt, so each text is written under a grammar
        that allows nothing else; the probabilities are those of the model before the grammar.
        """
        return [self._forced(t) for t in texts]

    def _forced(self, text: str) -> float:
        line = " ".join(text.split())
        answer = self._server.handle_completions(
            {
                "prompt": "\n",
                "n_predict": 4 * len(line),
                "temperature": 0,
                "grammar": f"root ::= {json.dumps(line, ensure_ascii=False)}",
                "n_probs": 1,
            }
        )
        tokens = _choice(answer).get("logprobs") or {}
        values = [max(float(t["logprob"]), -30.0) for t in tokens.get("content", ())]
        return sum(values) / max(len(line), 1)


def _is_gguf(path: Path) -> bool:
    with path.open("rb") as f:
        return f.read(4) == b"GGUF"


def _load(path: Path, threads: int) -> Any:
    """The engine. It listens on a port of this machine; nobody else knows the key of the day."""
    x = importlib.import_module("xllamacpp")
    p = x.CommonParams()
    p.model.path = str(path)
    p.n_ctx, p.n_parallel, p.n_gpu_layers = CONTEXT, 1, 0
    p.cpuparams.n_threads = p.cpuparams_batch.n_threads = threads
    p.verbosity, p.warmup, p.ui = -1, False, False
    p.endpoint_slots = p.endpoint_props = p.endpoint_metrics = False
    p.cache_ram_mib = 0
    p.api_keys = [secrets.token_urlsafe(32)]
    try:
        return x.Server(p)
    except (RuntimeError, ValueError, MemoryError) as e:
        raise CreativeError(
            "The model cannot be loaded.",
            where=str(path),
            safe=SAFE,
            todo="Check the file and the free memory, or write with --writer template.",
        ) from e


def _choice(answer: Any) -> Mapping[str, Any]:
    """The first choice of an answer.

    Raises:
        CreativeError: the engine refused.
    """
    if isinstance(answer, str):
        answer = json.loads(answer)
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not choices:
        why = answer.get("error", answer) if isinstance(answer, dict) else answer
        message = why.get("message", "") if isinstance(why, dict) else ""
        raise CreativeError(
            "The language model refused the text." + (f" It says: {message}" if message else ""),
            safe=SAFE,
            todo="Shorten the product's description, or write with --writer template.",
        )
    first = choices[0]
    return first if isinstance(first, dict) else {}


def _piece(answer: Any) -> str:
    choice = _choice(answer)
    delta = choice.get("delta") or choice.get("message") or {}
    return str(choice.get("text") or delta.get("content") or "")
