"""A causal language model through transformers: a local folder, a hub id or a GGUF file."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from client.creative.language import Prompt, Watch
from client.creative.model_files import SAFE, checked, free_memory, needs
from common.errors import CreativeError

LONGEST = 90
TEMPERATURE = 0.7
#: files that make a model what it is; pickled weights are never read, they can run code
_PARTS = ("*.safetensors", "config.json", "tokenizer*", "*.jinja", "generation_config.json")


class NeuralModel:
    """AutoModelForCausalLM with AutoTokenizer; on the graphics card when there is one."""

    def __init__(self, model: str, *, sha256: str = "", device: str = "auto") -> None:
        """Check and load.

        Args:
            model: Folder of a saved model, a GGUF file, or the id of one on the hub.
            sha256: What its files must be; "" = whatever they are. Not for a hub id.
            device: "auto", "cpu" or "cuda".

        Raises:
            CreativeError: no package, no such model, another digest, or not enough memory.
        """
        path = Path(model).expanduser()
        files = _files(path)
        if path.exists() and not files:
            raise _refused(model, "This folder holds no model that can be loaded safely.")
        self.digest = checked(files, model, sha256) if files else ""
        needs(sum(f.stat().st_size for f in files), model, free_memory())
        self._t = _transformers()
        self._tokenizer, self._model = _load(self._t, path, model)
        self.name = path.name if files else model
        if not files:
            self.digest = str(getattr(self._model.config, "_commit_hash", None) or "")
        if device != "cpu" and self._t.utils.is_torch_cuda_available():
            self._model = self._model.to("cuda")
        elif device == "cuda":
            raise _refused(model, "There is no graphics card that this program can use.")
        self._model.requires_grad_(False).eval()

    def complete(self, prompt: Prompt, n: int, seed: int, watch: Watch | None = None) -> list[str]:
        """N lines sampled in one batch; the seed is that of the whole batch."""
        given = self._encode(prompt)
        length = given["input_ids"].shape[1]
        if length + LONGEST > getattr(self._model.config, "max_position_embeddings", 2**31):
            raise _refused(self.name, "The prompt is longer than this model can read.")
        self._t.set_seed(seed % 2**31)
        try:
            out = self._model.generate(
                **given,
                do_sample=True,
                temperature=TEMPERATURE,
                top_p=0.95,
                num_return_sequences=n,
                max_new_tokens=LONGEST,
                stop_strings=["\n"],
                tokenizer=self._tokenizer,
                streamer=_Streamer(self._tokenizer, watch) if watch else None,
                pad_token_id=self._pad(),
            )
        except (MemoryError, RuntimeError) as e:
            raise _refused(self.name, "The model stopped; the memory may not be enough.") from e
        lines = self._tokenizer.batch_decode(out[:, length:], skip_special_tokens=True)
        return [line.strip().split("\n")[0] for line in lines]

    def log_p(self, texts: Sequence[str]) -> list[float]:
        """Mean log-probability per character: the model's own loss, its sign turned."""
        out = []
        for text in texts:
            ids = self._tokenizer("\n" + text, return_tensors="pt").to(self._model.device)
            n = ids["input_ids"].shape[1] - 1
            loss = float(self._model(**ids, labels=ids["input_ids"]).loss) if n else 0.0
            out.append(-loss * n / max(len(text), 1))
        return out

    def _encode(self, prompt: Prompt) -> Any:
        if self._tokenizer.chat_template:
            ids = self._tokenizer.apply_chat_template(
                prompt.messages(), add_generation_prompt=True, return_tensors="pt", return_dict=True
            )
        else:
            ids = self._tokenizer(prompt.text(), return_tensors="pt")
        ids.pop("token_type_ids", None)
        return ids.to(self._model.device)

    def _pad(self) -> int | None:
        own: int | None = self._tokenizer.pad_token_id
        return self._tokenizer.eos_token_id if own is None else own


class _Streamer:
    """Says each candidate's text as it grows; transformers' own streamer knows one text only."""

    def __init__(self, tokenizer: Any, watch: Watch) -> None:
        self._tokenizer, self._watch = tokenizer, watch
        self._ids: list[list[int]] = []
        self._said: list[str] = []
        self._past_prompt = False

    def put(self, value: Any) -> None:
        """The prompt first (ignored), then one token for each candidate, [n]."""
        if not self._past_prompt:
            self._past_prompt = True
            return
        for i, token in enumerate(value.reshape(-1).tolist()):
            if i == len(self._ids):
                self._ids.append([])
                self._said.append("")
            self._ids[i].append(token)
            text = self._tokenizer.decode(self._ids[i], skip_special_tokens=True)
            # Half a Chinese character is not said yet.
            if text.startswith(self._said[i]) and text != self._said[i] and text[-1] != "\ufffd":
                self._watch(i, text[len(self._said[i]) :])
                self._said[i] = text

    def end(self) -> None:
        """Nothing is kept back."""


def _files(path: Path) -> list[Path]:
    """The files that are loaded; empty for a hub id and for a folder without safe weights."""
    if path.is_file():
        return [path]
    if not path.is_dir() or not list(path.glob("*.safetensors")):
        return []
    return sorted({f for part in _PARTS for f in path.glob(part) if f.is_file()})


def _transformers() -> Any:
    try:
        return importlib.import_module("transformers")
    except ImportError as e:
        raise CreativeError(
            "The package for language models is not installed.",
            where="transformers",
            safe=SAFE,
            todo='pip install "hansa[writers]", or write with --writer template.',
        ) from e


def _load(t: Any, path: Path, model: str) -> tuple[Any, Any]:
    """Tokenizer and model; foreign code is never run, pickled weights are never read."""
    where = str(path) if path.is_dir() else str(path.parent) if path.is_file() else model
    options: dict[str, str | bool] = {"trust_remote_code": False}
    options |= {"local_files_only": True} if path.exists() else {}
    options |= {"gguf_file": path.name} if path.is_file() else {}
    safe = {} if path.is_file() else {"use_safetensors": True}
    try:
        tokenizer = t.AutoTokenizer.from_pretrained(where, **options)
        return tokenizer, t.AutoModelForCausalLM.from_pretrained(
            where, dtype="auto", **options, **safe
        )
    except ImportError as e:
        raise _refused(model, "A package that this model needs is not installed.") from e
    except (OSError, ValueError, KeyError, RuntimeError, MemoryError) as e:
        raise _refused(model, "The model cannot be loaded.") from e


def _refused(where: str, what: str) -> CreativeError:
    return CreativeError(
        what,
        where=where,
        safe=SAFE,
        todo="Give --model a folder with config.json, tokenizer and *.safetensors, the id of"
        " such a model on the hub, or write with --writer template.",
    )
