"""Which writer a shop uses: ads.toml or a flag; the template writer where a model cannot be had."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, cast, get_args

from client.creative.gguf import GgufModel
from client.creative.language import LanguageModel
from client.creative.model_writer import SAMPLES, ModelWriter
from client.creative.neural import NeuralModel
from client.creative.template import TemplateWriter
from client.creative.tuned import TunedModel
from client.creative.write import Writer
from common.errors import CreativeError, SettingsError

#: in the shop's folder: `[writer]` with the fields of `WriterSettings`
SETTING = "ads.toml"
WriterName = Literal["template", "transformers", "gguf"]
WRITERS: tuple[WriterName, ...] = get_args(WriterName)


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """Section [writer] of ads.toml.

    Attributes:
        name: "template", "transformers" or "gguf".
        model: Folder, GGUF file or hub id; "" = the embedded small model (gguf only).
        sha256: What the model's files must be; "" = whatever they are.
        samples: Lines that a model is asked for.
        threads: Threads of the gguf runtime.
        chat: Whether a GGUF model is asked through its chat template.
        adapter: Folder of what was learned (`hansa ads learn --use` writes it); "" = the model as it
            is. For the transformers writer only.
        floor: Whether the embedded model (or the gguf writer's) drops the least likely third.
    """

    name: WriterName = "template"
    model: str = ""
    sha256: str = ""
    samples: int = SAMPLES
    threads: int = 1
    chat: bool = False
    floor: bool = False
    adapter: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A writer that is ready.

    Attributes:
        writer: For `draft`.
        why: A word if it is another one than the setting asks for; "" = it is the one.
        fill: Whether the template writer fills up what the writer could not: not when a person
            asked for this writer by name.
        judge: The model whose log-probability is the floor; None = no floor.
    """

    writer: Writer
    why: str = ""
    fill: bool = False
    judge: LanguageModel | None = None


def read_settings(home: Path) -> WriterSettings:
    """The shop's setting; defaults without a file.

    Raises:
        SettingsError: a name is unknown or a value has another type.
    """
    path = home / SETTING
    if not path.exists():
        return WriterSettings()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8")).get("writer", {})
        known = {f.name: type(getattr(WriterSettings(), f.name)) for f in fields(WriterSettings)}
        for key, value in raw.items():
            if type(value) is not known[key]:
                raise ValueError(key)
        made = WriterSettings(**raw)
        if made.name not in WRITERS or not 1 <= made.samples <= 200 or made.threads < 1:
            raise ValueError("name, samples or threads")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        raise SettingsError(
            f"The setting of the ad writer cannot be used ({e}).",
            where=str(path),
            safe="Nothing was written.",
            todo='It should say: [writer], and below it: name = "template", "transformers" or'
            ' "gguf"; model, sha256, samples, threads, chat, floor and adapter may follow.',
        ) from e
    return made


def choose(home: Path, name: str | None = None, model: str = "", language: str = "en") -> Chosen:
    """The writer that was asked for by name, else that of ads.toml, else templates with a why.

    Args:
        home: The shop's folder.
        name: Asked for on the command line; None = as set.
        model: Folder, file or hub id on the command line; "" = as set.
        language: Of the ads: the embedded model knows English only.

    Raises:
        CreativeError: a writer asked for by name cannot be had.
        SettingsError: ads.toml cannot be used.
    """
    setting = read_settings(home)
    asked = name is not None or bool(model)
    wanted = name or ("gguf" if model.casefold().endswith(".gguf") else "")
    if asked:
        wanted = wanted or ("transformers" if model else setting.name)
        # The digest in the file belongs to the model in the file.
        kept = not model and wanted == setting.name
        setting = WriterSettings(
            name=cast(WriterName, wanted),
            model=model or (setting.model if kept else ""),
            sha256=setting.sha256 if kept else "",
            samples=setting.samples,
            threads=setting.threads,
            chat=setting.chat,
            floor=setting.floor,
            adapter=setting.adapter if kept else "",
        )
    try:
        return _open(home, setting, language, fill=not asked)
    except CreativeError as e:
        if asked:
            raise
        return Chosen(
            TemplateWriter(),
            f"The {setting.name} writer of {SETTING} cannot be used, so the default writer wrote:"
            f" {e.what} ({e.where})",
        )


def _open(home: Path, s: WriterSettings, language: str, fill: bool) -> Chosen:
    if language != "en" and not s.model and (s.name == "gguf" or s.floor):
        raise CreativeError(
            "The small language model knows English only.",
            where=f"language {language}",
            safe="The ads are as before.",
            todo="Name a model that knows the language, or write with --writer template.",
        )
    if s.name == "template":
        judge = GgufModel(threads=s.threads) if s.floor else None
        return Chosen(TemplateWriter(), judge=judge)
    if s.name == "gguf":
        path = home / Path(s.model).expanduser() if s.model else None
        model: LanguageModel = GgufModel(path, sha256=s.sha256, threads=s.threads, chat=s.chat)
    elif not s.model:
        raise CreativeError(
            "The transformers writer needs a model.",
            safe="The ads are as before.",
            todo="Name a folder or a hub id with --model or in ads.toml; the small model that"
            " needs no download is --writer gguf.",
        )
    else:
        local = home / Path(s.model).expanduser()
        where = str(local) if local.exists() else s.model
        if s.adapter:
            model = TunedModel(where, home / s.adapter, sha256=s.sha256)
        else:
            model = NeuralModel(where, sha256=s.sha256)
    writer = ModelWriter(s.name, model, s.samples)
    return Chosen(writer, fill=fill, judge=model if s.floor else None)
