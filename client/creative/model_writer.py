"""The writer with a language model: prompt, sampled lines, headline and body; checks come after."""

from __future__ import annotations

import random
import re

from client.creative.brief import LABELS, AdText, Brief, Candidate, Source
from client.creative.facts import claimed
from client.creative.figures import amounts
from client.creative.language import LanguageModel, Watch
from client.creative.lines import calls_of
from client.creative.prompt import ADDRESS, examples, form, make_prompt
from client.creative.text import data_file, likeness, plain, shingles
from common.errors import CreativeError

#: candidates of one brief unless more are asked for
SAMPLES = 12
#: likeness to an example ad from which a candidate is a copy of it
COPY = 0.6
_BAR = re.compile(r"\s*[|｜]\s*")
_NAMED = re.compile(
    r"^(?:headline|标题)\s*[:：]\s*(?P<h>.+?)\s*(?:[|｜;；,，]\s*)?"
    r"(?:body|description|正文)\s*[:：]\s*(?P<b>.+)$",
    re.IGNORECASE,
)
_OWN = {"title", "brand", "noun"}
_EDGES = " \t\"'“”‘’*#`「」《》"


class ModelWriter:
    """Samples from a model and keeps what has the form of an ad. Right it is made by the checks."""

    def __init__(self, name: str, model: LanguageModel, samples: int = SAMPLES) -> None:
        """Around a loaded model.

        Args:
            name: "transformers" or "gguf".
            model: Anything that completes lines.
            samples: Most candidates of one brief.
        """
        self.name, self.model, self.samples = name, model, samples

    @property
    def version(self) -> str:
        """Model and the start of its digest."""
        return f"{self.model.name}@{self.model.digest[:12]}"

    def write(
        self,
        brief: Brief,
        n: int = SAMPLES,
        seed: int | None = None,
        watch: Watch | None = None,
    ) -> list[Candidate]:
        """At most n ads; fewer when lines have no form of an ad, copy an example or name no product.

        Raises:
            CreativeError: the model refused the prompt.
        """
        start = brief.seed if seed is None else seed
        prompt = make_prompt(brief)
        lines = self.model.complete(prompt, min(n, self.samples), start, watch)
        rng = random.Random(start)
        bank = data_file("bank", f"hooks_{brief.language}.json")
        calls = calls_of(brief, bank)
        source = Source(
            self.name, prompt.version, self.model.name, self.model.digest, prompt.digest(), start
        )
        out: dict[str, Candidate] = {}
        for line in lines:
            parsed = parse_title(line) if form(brief) == "title" else parse(line)
            if parsed is None or _is_example(line, brief.language):
                continue
            text = AdText(*parsed, rng.choice(calls), LABELS[brief.language])
            told = facts_in(brief, text)
            # Nonsense passes every check that looks for wrong words; it seldom names the product.
            if _OWN & set(told):
                out.setdefault(text.whole(), Candidate(text, facts_used=told, source=source))
        return list(out.values())


def parse(line: str) -> tuple[str, str] | None:
    """Headline and body of a line "headline | body"; None if it has another form or an address."""
    line = line.strip().removeprefix("Ad:").removeprefix("广告：").strip()
    if ADDRESS.search(line):
        return None
    named = _NAMED.match(line)
    parts = [named["h"], named["b"]] if named else _BAR.split(line)[:2]
    if len(parts) < 2:
        return None
    headline, body = (p.strip(_EDGES) for p in parts)
    # A body that only says the headline again is none.
    again = plain(body).text.strip(" .。") == plain(headline).text.strip(" .。")
    return (headline, body) if headline and body and not again else None


def parse_title(line: str) -> tuple[str, str] | None:
    """The title of a line that holds nothing else; None for an address or an empty line."""
    title = _BAR.split(line.strip().removeprefix("Ad:").removeprefix("广告：").strip())[0]
    title = title.strip(_EDGES).rstrip(".。")
    return (title, "") if title and not ADDRESS.search(line) else None


def facts_in(brief: Brief, text: AdText) -> tuple[str, ...]:
    """Names of the brief's facts that stand in a text."""
    facts = brief.facts
    said = plain(text.whole()).text
    noun = facts.noun.zh if brief.language == "zh" else facts.noun.en
    out = [
        name
        for name, words in (("title", facts.name), ("brand", facts.brand), ("noun", noun))
        if words and plain(words).text in said
    ]
    found = amounts(said)
    if facts.price is not None and any(
        a.kind == "money" and abs(a.value - float(facts.price)) < 0.005 for a in found
    ):
        out.append("price")
    out += [f"amount:{a.name}" for a in found if any(a.same(f) for f in facts.amounts)]
    out += [f"attribute:{t.trait_id}" for _, t in claimed(said) if facts.has_trait(t.trait_id)]
    return tuple(dict.fromkeys(out))


def _is_example(line: str, language: str) -> bool:
    """Whether a line says again what an example of the prompt says."""
    own = shingles(line, 2)
    return any(likeness(own, shingles(e, 2)) >= COPY for e in examples(language))


def floor(model: LanguageModel, texts: list[str], share: float = 1 / 3) -> set[int]:
    """Indices of the least likely texts: to be dropped. Likely is not good, unlikely is broken.

    Args:
        model: The judge.
        texts: Ads.
        share: How many are dropped, rounded down.
    """
    if len(texts) < 3:
        return set()
    try:
        likely = model.log_p(texts)
    except CreativeError:
        return set()
    order = sorted(range(len(texts)), key=lambda i: likely[i])
    return set(order[: int(len(texts) * share)])
