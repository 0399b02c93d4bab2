"""Direct preference optimisation of an adapter with trl and peft; both are loaded here and nowhere else."""

from __future__ import annotations

import importlib
import json
import math
import os
import time
from pathlib import Path
from typing import Any

from client.creative.tuned import ADAPTER_FILES, TunedModel
from client.creative.tuning.lessons import repeated
from client.creative.tuning.nouns import Lesson, Lessons, Look, Recipe, Trained, Watch
from client.creative.tuning.stop import Stop, by_heart, looked
from common.errors import CreativeError


class Follow:
    """What is done between the steps of a trainer: look, keep the best, say how far, stop."""

    def __init__(self, model: Any, recipe: Recipe, tokens: float, watch: Watch) -> None:
        """Follow a run.

        Args:
            model: The model with its adapter; its trained weights are copied when they are best.
            recipe: When to stop.
            tokens: Mean tokens of the chosen training words.
            watch: Hears how far it is.
        """
        self.model, self.recipe, self.watch = model, recipe, watch
        self.tokens = tokens
        self.stop = Stop()
        self.best: dict[str, Any] = {}
        self.started = time.monotonic()

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: Any, **_: Any) -> None:
        """After a look at the held-out pairs."""
        look = Look(
            state.global_step,
            float(metrics["eval_loss"]),
            float(metrics.get("eval_rewards/accuracies", 0.0)),
            float(metrics.get("eval_rewards/margins", 0.0)),
        )
        self.stop = looked(self.stop, look, self.recipe)
        if self.stop.is_best:
            self.best = {n: p.detach().clone() for n, p in self._trained()}
        self._end_if_told(control)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        """After a line of the trainer's log: that of a training step has the chosen likelihood."""
        if logs and "logps/chosen" in logs:
            self.stop = by_heart(self.stop, -logs["logps/chosen"] / self.tokens, self.recipe)
        self._end_if_told(control)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """After a step: how far, and about how long still at most."""
        done = state.global_step / max(state.max_steps, 1)
        left = (time.monotonic() - self.started) * (1 - done) / max(done, 1e-9)
        self.watch("learn", done, f"step {state.global_step}, at most {left / 60:.0f} min left")

    def put_back_best(self) -> None:
        """The adapter as it was at its best look."""
        for name, weights in self._trained():
            if name in self.best:
                weights.data.copy_(self.best[name])

    def _trained(self) -> list[tuple[str, Any]]:
        return [(n, p) for n, p in self.model.named_parameters() if p.requires_grad]

    def _end_if_told(self, control: Any) -> None:
        control.should_training_stop = control.should_training_stop or bool(self.stop.why)


def dpo(
    base: TunedModel,
    lessons: Lessons,
    recipe: Recipe,
    work: Path,
    watch: Watch,
    *,
    checkpointing: bool = False,
) -> Trained:
    """Train an adapter; its two files lie in `work` afterwards. The model given is used up.

    Args:
        base: Loaded without an adapter.
        lessons: To learn from, and held out.
        recipe: How.
        work: An empty folder below the shop's.
        watch: Hears how far it is.
        checkpointing: Whether to compute activations twice.

    Raises:
        CreativeError: a prompt does not fit the model, or the memory is not enough.
    """
    torch, peft = importlib.import_module("torch"), importlib.import_module("peft")
    threads = max(1, (os.cpu_count() or 2) - 1)
    torch.set_num_threads(threads)
    started = time.monotonic()
    model, tokenizer = base.parts()
    on_card = model.device.type == "cuda"
    if not on_card and model.dtype == torch.float16:
        # half precision has no fast arithmetic here; bfloat16 has
        model = model.float()
    try:
        trainer = _trainer(model, tokenizer, lessons, recipe, work, on_card, checkpointing)
        lengths = [len(ids) for ids in trainer.train_dataset["chosen_ids"]]
        follow = Follow(trainer.model, recipe, sum(lengths) / len(lengths), watch)
        _fits(trainer, model)
        _follow(trainer, follow)
        trainer.train()
        if follow.stop.looks[-1].step < trainer.state.global_step:
            trainer.evaluate()
    except (MemoryError, RuntimeError) as e:
        raise _failed(e) from e
    follow.put_back_best()
    _save(trainer.model, peft, work)
    return Trained(
        looks=follow.stop.looks,
        best_step=follow.stop.best.step if follow.stop.best else 0,
        n_steps=trainer.state.global_step,
        why=follow.stop.why or "all its steps were made",
        seconds=time.monotonic() - started,
        peak_bytes=_peak(),
        n_trained=sum(p.numel() for p in trainer.model.parameters() if p.requires_grad),
    )


def n_steps(n_lessons: int, recipe: Recipe) -> int:
    """Steps at most."""
    return max(1, min(recipe.most_steps, math.ceil(recipe.epochs * n_lessons / recipe.batch)))


def _trainer(
    model: Any,
    tokenizer: Any,
    lessons: Lessons,
    recipe: Recipe,
    work: Path,
    on_card: bool,
    checkpointing: bool,
) -> Any:
    trl, peft = importlib.import_module("trl"), importlib.import_module("peft")
    datasets = importlib.import_module("datasets")
    datasets.disable_progress_bars()
    train = repeated(lessons.train)
    lora = peft.LoraConfig(
        r=recipe.rank, lora_alpha=recipe.alpha, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    # trl tells its makers of every trainer that starts (model family, graphics card). Ours does not:
    # the job also sets HF_HUB_DISABLE_TELEMETRY and HF_HUB_OFFLINE, but this holds without them.
    quiet = type("QuietTrainer", (trl.DPOTrainer,), {"_send_telemetry": lambda self: None})
    chat = bool(tokenizer.chat_template)
    return quiet(
        model=model,
        args=_config(trl, recipe, len(train), work, on_card, checkpointing),
        train_dataset=datasets.Dataset.from_list([_record(x, chat) for x in train]),
        eval_dataset=datasets.Dataset.from_list([_record(x, chat) for x in lessons.held]),
        processing_class=tokenizer,
        peft_config=lora,
    )


def _config(
    trl: Any, recipe: Recipe, n_train: int, work: Path, on_card: bool, checkpointing: bool
) -> Any:
    at_once = recipe.batch if on_card else 1
    return trl.DPOConfig(
        output_dir=str(work / "trainer"),
        seed=recipe.seed % 2**31,
        learning_rate=recipe.rate,
        beta=recipe.beta,
        loss_type=["sigmoid", "sft"],
        loss_weights=[1.0, recipe.plain],
        per_device_train_batch_size=at_once,
        per_device_eval_batch_size=at_once,
        gradient_accumulation_steps=recipe.batch // at_once,
        max_steps=n_steps(n_train, recipe),
        eval_strategy="steps",
        eval_steps=recipe.every,
        eval_on_start=True,
        logging_steps=max(1, recipe.every // 2),
        save_strategy="no",
        report_to="none",
        push_to_hub=False,
        disable_tqdm=True,
        bf16=on_card and bool(importlib.import_module("torch").cuda.is_bf16_supported()),
        use_cpu=not on_card,
        # a card computes fast and is short of memory; a CPU is the other way round
        gradient_checkpointing=checkpointing or on_card,
        max_length=None,
        dataloader_pin_memory=False,
    )


def _record(one: Lesson, chat: bool) -> dict[str, Any]:
    """A lesson for trl, asked exactly as the transformers writer asks (`NeuralModel`)."""
    if chat:
        return {
            "prompt": one.prompt.messages(),
            "chosen": [{"role": "assistant", "content": one.chosen}],
            "rejected": [{"role": "assistant", "content": one.rejected}],
        }
    # the writer stops at the end of the line, so that end is part of what is learned
    return {
        "prompt": one.prompt.text(),
        "chosen": f" {one.chosen}\n",
        "rejected": f" {one.rejected}\n",
    }


def _follow(trainer: Any, follow: Follow) -> None:
    t = importlib.import_module("transformers")
    # it prints every log to standard output, where the job's own lines stand
    trainer.remove_callback(t.PrinterCallback)
    names = ("on_evaluate", "on_log", "on_step_end")
    own = {n: staticmethod(getattr(follow, n)) for n in names}
    trainer.add_callback(type("FollowCallback", (t.TrainerCallback,), own)())


def _fits(trainer: Any, model: Any) -> None:
    most = getattr(model.config, "max_position_embeddings", 2**31)
    for data in (trainer.train_dataset, trainer.eval_dataset):
        longest = max(
            len(p) + max(len(a), len(b))
            for p, a, b in zip(
                data["prompt_ids"], data["chosen_ids"], data["rejected_ids"], strict=True
            )
        )
        if longest > most:
            raise CreativeError(
                "The prompts are longer than this model can read.",
                where=f"{longest} tokens, at most {most}",
                safe="The writer is as before.",
                todo="Choose a model with a longer context.",
            )


def _save(model: Any, peft: Any, work: Path) -> None:
    """The two files alone; where the model lay on this computer is taken out."""
    model.save_pretrained(str(work), safe_serialization=True)
    path = work / ADAPTER_FILES[0]
    config = json.loads(path.read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = None
    config["peft_version"] = str(peft.__version__)
    path.write_text(json.dumps(config, indent=1, sort_keys=True), encoding="utf-8")


def _peak() -> int:
    try:
        resource = importlib.import_module("resource")
    except ImportError:
        return 0
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024


def _failed(e: BaseException) -> CreativeError:
    memory = isinstance(e, MemoryError) or "memory" in str(e).casefold()
    return CreativeError(
        "There was not enough memory to learn." if memory else "Learning stopped with a fault.",
        where=type(e).__name__,
        safe="The writer is as before; nothing of the attempt is kept.",
        todo="Close other programs, or choose a smaller model (0.5 billion weights at least).",
    )
