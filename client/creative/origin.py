"""Where an ad came from: writer, template or model, seed, facts, rules, and the parts of its score."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from client.creative.brief import Brief, Candidate
from client.creative.check import has_errors, rule_versions
from client.creative.parts import Weights
from client.creative.text import data_file
from common.domain import Creative, CreativeState, Finding


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score.

    Attributes:
        name: Of the signal.
        contribution: What it added to the score.
        weight: How much the signal counted; None = not recorded with this ad.
    """

    name: str
    contribution: float
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """The provenance of a version, in parts. "" = does not apply to its writer.

    Attributes:
        writer: "template", "gguf", "transformers", or "person" after an edit.
        writer_version: Of the bank or the prompt file.
        templates: Which body sentences.
        hook: Which headline.
        bank: Version of the hook bank.
        model: Name of the language model.
        model_digest: SHA-256 of its files.
        prompt_digest: SHA-256 of the whole prompt.
        seed: With which it was drawn.
        facts: Names of the facts in it.
        rules: Rule files and versions that it was checked with when it was written.
        slot: Written for this slot.
        kind: Of the campaign.
        tone: Of the words.
        offer: In the shop's own words.
        label: That marks it as an ad.
        edited_by: Who gave it these words.
        edited_from: Version that was edited.
        parts: Of the score, the largest first.
        ranking: In words: what chose this ad, and what could not be measured.
    """

    writer: str
    writer_version: str
    templates: tuple[str, ...]
    hook: str
    bank: str
    model: str
    model_digest: str
    prompt_digest: str
    seed: str
    facts: tuple[str, ...]
    rules: tuple[str, ...]
    slot: str
    kind: str
    tone: str
    offer: str
    label: str
    edited_by: str
    edited_from: str
    parts: tuple[Part, ...]
    ranking: str = ""

    @property
    def score(self) -> float:
        """Sum of the parts."""
        return sum(p.contribution for p in self.parts)


def origin(creative: Creative) -> Origin:
    """Read the provenance of a stored version; what an older program did not record is empty."""
    p = creative.provenance
    return Origin(
        writer=creative.writer,
        writer_version=p.get("writer_version", ""),
        templates=tuple(t for t in p.get("template", "").split("+") if t),
        hook=p.get("hook", ""),
        bank=p.get("bank", ""),
        model=p.get("model", ""),
        model_digest=p.get("model_digest", ""),
        prompt_digest=p.get("prompt", ""),
        seed=p.get("seed", ""),
        facts=tuple(p.get("facts", "").split()),
        rules=tuple(p.get("rules", "").split()),
        slot=creative.slot,
        kind=p.get("kind", ""),
        tone=p.get("tone", ""),
        offer=p.get("offer", ""),
        label=p.get("label", ""),
        edited_by=p.get("edited_by", ""),
        edited_from=p.get("edited_from", ""),
        parts=_parts(p.get("score", ""), p.get("weights", "")),
        ranking=p.get("ranking", ""),
    )


def _parts(score: str, weights: str) -> tuple[Part, ...]:
    known = _numbers(weights)
    parts = [Part(name, value, known.get(name)) for name, value in _numbers(score).items()]
    return tuple(sorted(parts, key=lambda p: (-abs(p.contribution), p.name)))


def _numbers(text: str) -> dict[str, float]:
    """Name -> number of a JSON object; what is none is left out."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {
        str(k): float(v)
        for k, v in value.items()
        if isinstance(v, int | float) and not isinstance(v, bool)
    }


def as_creative(
    brief: Brief,
    audience_id: str,
    writer: tuple[str, str],
    candidate: Candidate,
    findings: tuple[Finding, ...],
    score: Mapping[str, float] | None = None,
    why: str = "",
) -> Creative:
    """A candidate as it is stored, with its provenance.

    Args:
        brief: What was asked.
        audience_id: "" = for no audience in particular.
        writer: Name and version.
        candidate: The words and where they came from.
        findings: Of the checks; an error makes it refused.
        score: Parts of its score; None = it was not ranked.
        why: What chose it.
    """
    text = candidate.text
    return Creative(
        creative_id="",
        version=1,
        product_id=brief.product.product_id,
        audience_id=audience_id,
        language=brief.language,
        headline=text.headline,
        body=text.body,
        call_to_action=text.call_to_action,
        state=CreativeState.REFUSED if has_errors(findings) else CreativeState.DRAFT,
        writer=candidate.source.writer or writer[0],
        provenance=_source(candidate, writer[1])
        | {
            "template": candidate.template_id,
            "hook": candidate.hook_id,
            "bank": data_file("bank", f"hooks_{brief.language}.json")["version"],
            "rules": rule_versions(),
            "facts": " ".join(candidate.facts_used),
            "seed": str(candidate.source.seed or brief.seed),
            "kind": brief.kind,
            "tone": brief.tone,
            "offer": brief.facts.offer,
            "slot": brief.slot.name,
            "label": text.label,
            "score": json.dumps(score or {}),
            "weights": json.dumps(asdict(Weights())) if score else "",
            "ranking": why,
        },
        findings=findings,
    )


def _source(candidate: Candidate, version: str) -> dict[str, str]:
    """Writer's version, model and prompt; only what there is."""
    source = candidate.source
    own = {
        "writer_version": source.version or version,
        "model": source.model,
        "model_digest": source.model_digest,
        "prompt": source.prompt_digest,
    }
    return {k: v for k, v in own.items() if v}
