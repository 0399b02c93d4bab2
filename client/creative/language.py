"""What a language model is to this room: prompts in, lines out, and how likely a line is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

#: called with the number of a candidate and the next piece of its text, as it is written
Watch = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is asked: examples as turns, then the product.

    Attributes:
        system: What the task is.
        turns: Examples: (asked, answered), one line each.
        ask: The product, quoted as data, one line.
        cue: What stands before an answer where the model knows no turns.
        version: Of the prompt file.
    """

    system: str
    turns: tuple[tuple[str, str], ...]
    ask: str
    cue: str
    version: str

    def messages(self) -> list[dict[str, str]]:
        """As a chat; the system's words open the first turn, since not all templates know them."""
        out: list[dict[str, str]] = []
        asks = [a for a, _ in self.turns] + [self.ask]
        answers = [b for _, b in self.turns]
        for i, asked in enumerate(asks):
            text = f"{self.system}\n{asked}" if i == 0 else asked
            out.append({"role": "user", "content": text})
            if i < len(answers):
                out.append({"role": "assistant", "content": answers[i]})
        return out

    def text(self) -> str:
        """As one text that the model carries on; ends with the cue, without a space."""
        blocks = [f"{asked}\n{self.cue} {answer}\n" for asked, answer in self.turns]
        return "\n".join([self.system, *blocks, f"{self.ask}\n{self.cue}"])

    def digest(self) -> str:
        """SHA-256 of the prompt, hexadecimal."""
        return hashlib.sha256(self.text().encode()).hexdigest()


class LanguageModel(Protocol):
    """A causal language model on this machine."""

    @property
    def name(self) -> str:
        """For people."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 over the model's files, hexadecimal."""
        ...

    def complete(self, prompt: Prompt, n: int, seed: int, watch: Watch | None = None) -> list[str]:
        """N sampled lines, each without its line end; the same for the same seed.

        Raises:
            CreativeError: the prompt does not fit, or the memory is not enough.
        """
        ...

    def log_p(self, texts: Sequence[str]) -> list[float]:
        """Mean natural log-probability per character of each text, after a line end."""
        ...
