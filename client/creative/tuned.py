"""A language model with the shop's own adapter on it: checked files, loaded without pickles."""

from __future__ import annotations

import copy
import importlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client.creative.language import Prompt
from client.creative.model_files import SAFE, checked
from client.creative.neural import NeuralModel
from common.errors import CreativeError

#: what an adapter is; nothing else of its folder is ever read by a model
ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
RECORD = "provenance.json"
_TODO = "Go back with: hansa ads learn --undo, or learn again with: hansa ads learn"


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter in its folder.

    Attributes:
        folder: Below the shop's folder.
        digest: SHA-256 over its two files.
        base: Digest of the model that it was learned on.
        record: Its provenance file as it was read.
    """

    folder: Path
    digest: str
    base: str
    record: dict[str, Any]


def open_adapter(folder: Path) -> Adapter:
    """Read an adapter's provenance and check its files against it.

    Raises:
        CreativeError: a file is missing, or the files are not those that were learned.
    """
    files = [folder / name for name in ADAPTER_FILES]
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        said, base = str(record["digest"]), str(record["base"]["digest"])
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise CreativeError(
            "What was learned cannot be read.", where=str(folder), safe=SAFE, todo=_TODO
        ) from e
    found = checked(files, str(folder))
    if found != said:
        raise CreativeError(
            "What was learned was changed since: its digest is another one.",
            where=str(folder),
            safe="It was not loaded. " + SAFE,
            todo=_TODO,
        )
    return Adapter(folder, found, base, record)


class TunedModel(NeuralModel):
    """The transformers writer's model, with an adapter or bare; says also how likely an answer is."""

    def __init__(
        self, model: str, adapter: Path | None = None, *, sha256: str = "", device: str = "auto"
    ) -> None:
        """Check and load.

        Args:
            model: As for `NeuralModel`.
            adapter: Folder of what was learned; None = the model as it is.
            sha256: What the model's files must be; "" = whatever they are.
            device: "auto", "cpu" or "cuda".

        Raises:
            CreativeError: as for `NeuralModel`; the package peft is absent; the adapter was changed
                or was learned on another model.
        """
        found = open_adapter(adapter) if adapter else None
        super().__init__(model, sha256=sha256, device=device)
        if found is None:
            return
        if found.base != self.digest:
            raise CreativeError(
                "What was learned belongs to another model.",
                where=f"{found.folder}: learned on {found.base[:12]}, this is {self.digest[:12]}",
                safe=SAFE,
                todo="Put the earlier model back, or learn again with: hansa ads learn",
            )
        self._model = _with_adapter(self._model, found.folder)
        self.name = f"{self.name}+{found.digest[:8]}"
        self.digest = f"{self.digest}+{found.digest}"

    def parts(self) -> tuple[Any, Any]:
        """Model and tokenizer, for the job that trains an adapter."""
        return self._model, self._tokenizer

    def log_p_answer(self, prompt: Prompt, lines: Sequence[str]) -> list[float]:
        """Mean natural log-probability per token of each line as the answer to the prompt."""
        given = self._encode(prompt)["input_ids"]
        # a chat's answer begins at once; the plain prompt ends with its cue, without a space
        gap = "" if self._tokenizer.chat_template else " "
        read = self._model(input_ids=given, use_cache=True)
        out = []
        for line in lines:
            own = self._tokenizer(gap + line, add_special_tokens=False, return_tensors="pt")
            ids = own["input_ids"].to(given.device)
            # the prompt is read once; reading on changes what was kept of it
            kept = copy.deepcopy(read.past_key_values)
            after = self._model(input_ids=ids, past_key_values=kept, use_cache=True).logits
            likely = read.logits[0, -1:].float().log_softmax(-1)[0, ids[0, 0]]
            rest = after[0, :-1].float().log_softmax(-1).gather(-1, ids[0, 1:, None])
            out.append(float(likely + rest.sum()) / ids.shape[1])
        return out


def _with_adapter(model: Any, folder: Path) -> Any:
    try:
        peft = importlib.import_module("peft")
    except ImportError as e:
        raise CreativeError(
            "The package that reads what was learned is not installed.",
            where="peft",
            safe=SAFE,
            todo='pip install "hansa[learning]", or go back with: hansa ads learn --undo',
        ) from e
    try:
        # the folder is local and its file is safetensors: nothing is fetched, nothing is unpickled
        made = peft.PeftModel.from_pretrained(
            model, str(folder), is_trainable=False, use_safetensors=True, local_files_only=True
        )
    except (OSError, ValueError, KeyError, RuntimeError) as e:
        raise CreativeError(
            "What was learned does not fit this model.", where=str(folder), safe=SAFE, todo=_TODO
        ) from e
    return made.eval()
