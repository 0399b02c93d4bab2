"""Nouns of the learning job: recipe, what one pair trains on, how training went, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from client.creative.brief import Brief
from client.creative.language import Prompt

#: called with the step, the share that is done (0..1) and a few words
Watch = Callable[[str, float, str], None]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How it is learned.

    LoRA: Hu et al. 2021. DPO: Rafailov et al. 2023, with a share of the plain loss on the chosen
    words (Pang et al. 2024), which keeps the model from making both sides of a pair unlikely.

    Attributes:
        rank: Of the two small matrices that are added to every linear layer.
        alpha: Their scale is alpha / rank.
        rate: Learning rate at the start; it falls in a straight line to 0.
        beta: How dear it is to move away from the model as it was.
        plain: Weight of the plain loss on the chosen words.
        epochs: Passes over the training pairs at most.
        batch: Pairs of one step.
        held: Share of the pairs that is held out, by product.
        every: Steps between two looks at the held-out pairs.
        patience: Looks without gain after which training stops.
        least_nll: Mean loss per token of the chosen training words below which they are being
            learned by heart (adgen.md: 0.06 after 144 steps; stop near 0.8).
        least_share: The same as a share of what held-out chosen words cost before: a large model
            may begin below `least_nll`, and then the lower of the two bounds holds.
        most_steps: Steps at most.
        seed: Of the split, the start of the adapter, the order, and of the lines that are judged.
        judged: Held-out briefs that are written for, before and after; one a product at most.
        samples: Lines for each of them; more where there are fewer briefs.
    """

    rank: int = 16
    alpha: int = 32
    rate: float = 5e-5
    beta: float = 0.1
    plain: float = 0.2
    epochs: float = 4.0
    batch: int = 4
    held: float = 0.2
    every: int = 10
    patience: int = 3
    least_nll: float = 0.8
    least_share: float = 0.5
    most_steps: int = 400
    seed: int = 0
    judged: int = 20
    samples: int = 8


@dataclass(frozen=True, slots=True)
class Lesson:
    """A pair as the model sees it: the writer's own prompt and two lines "headline | body".

    Attributes:
        brief: What was asked.
        prompt: As the transformers writer asks it.
        chosen: The preferred line.
        rejected: The other one.
        weight: In (0, 1].
        pair_id: Ids and versions of both ads.
    """

    brief: Brief
    prompt: Prompt
    chosen: str
    rejected: str
    weight: float
    pair_id: str


@dataclass(frozen=True, slots=True)
class Lessons:
    """Pairs that were kept apart by product.

    Attributes:
        train: What is learned from.
        held: What is not: early stopping and the table before/after look at it.
        left_out: Pairs that have no form of a line, or the same line twice.
    """

    train: tuple[Lesson, ...]
    held: tuple[Lesson, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the held-out pairs during training.

    Attributes:
        step: After which step; 0 = before the first.
        loss: Mean DPO loss with its plain share; 0.693 of it is ln 2, a model that prefers nothing.
        accuracy: Share of pairs whose chosen words gained more than the rejected ones.
        margin: Mean of how much more, times beta.
    """

    step: int
    loss: float
    accuracy: float
    margin: float


@dataclass(frozen=True, slots=True)
class Trained:
    """How training went.

    Attributes:
        looks: Held-out pairs, in order; the first is before any step.
        best_step: Step whose weights are kept.
        n_steps: Steps that were made.
        why: Why it ended.
        seconds: Wall time of the training alone.
        peak_bytes: Most memory of the process until now; 0 = not known here.
        n_trained: Weights of the adapter.
    """

    looks: tuple[Look, ...]
    best_step: int
    n_steps: int
    why: str
    seconds: float
    peak_bytes: int
    n_trained: int


@dataclass(frozen=True, slots=True)
class Worth:
    """A model's figures on held-out briefs.

    Attributes:
        preference_accuracy: Share of held-out pairs whose chosen line is likelier per token.
        pass_rate: Share of all lines asked for that become an ad without an error.
        usable_briefs: Share of briefs with at least one such ad.
        fact_precision: Share of stated figures, materials and attributes that are the product's.
        copied_headlines: Share of ads whose headline is one of the training pairs.
        copied_4: Mean share of an ad's 4-grams that stand in the training pairs.
        distinct_2: Different bigrams over all bigrams of the ads.
        n_lines: Lines asked for.
        n_ads: Lines that have the form of an ad.
        n_pairs: Held-out pairs.
    """

    preference_accuracy: float
    pass_rate: float
    usable_briefs: float
    fact_precision: float
    copied_headlines: float
    copied_4: float
    distinct_2: float
    n_lines: int
    n_ads: int
    n_pairs: int
