"""One frozen typed Settings: defaults < hansa.toml < environment (HANSA_*) < flags."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from common.errors import SettingsError


class Policy(BaseModel):
    """The merchant's policy. It always wins over the coordinator's plan.

    Attributes:
        epsilon: Lifetime limit of the shop, all releases together.
        epsilon_quarter: Limit for what is charged within one calendar quarter (UTC); none if unset.
        tier: Declared size: "small" up to 4,000 shoppers, "medium" 35,000, "large" 280,000.
            Sets delta.
        paused: Take part in nothing.
        hold: Keep every report back until its preview was seen and "send" was said.
        hours: "HH-HH" in local time in which training may run; "" = always.
        min_noise_multiplier: Plans with less noise are refused.
        max_clip_norm: Plans that let one shopper weigh more are refused.
        max_local_steps: Plans with more steps a round are refused.
        max_impressions: Largest K a plan may ask for.
        allow_evaluation: Answer evaluation plans (noised score histograms).
        modes: Kinds of noise that are answered: "own-noise" holds against everybody, "league-noise"
            against the coordinator, the public and a bounded number of colluding merchants.
        league_group: Fewest merchants that start a league-noise round together.
        league_threshold: Fewest merchants in a sum that may be opened.
        league_colluders: f: so many other merchants may be on the coordinator's side.
        league_pin: Whether the first list of merchants is pinned by itself ("first-use") or only
            by "hansa roster accept" ("manual").
        allowed_code: Digests of coordinator code (FAB) whose runs are answered, beside the
            digest of the installed program. The code itself is never run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    epsilon: float = Field(3.0, gt=0, le=20)
    epsilon_quarter: float | None = Field(None, gt=0, le=20)
    tier: Literal["small", "medium", "large"] = "small"
    paused: bool = False
    hold: bool = False
    hours: str = Field("", pattern=r"^(\d{1,2}-\d{1,2})?$")
    min_noise_multiplier: float = Field(0.3, gt=0)
    max_clip_norm: float = Field(10.0, gt=0)
    max_local_steps: int = Field(50, ge=1)
    max_impressions: int = Field(64, ge=1)
    allow_evaluation: bool = True
    modes: tuple[Literal["own-noise", "league-noise"], ...] = ("own-noise", "league-noise")
    league_group: int = Field(3, ge=3)
    league_threshold: int = Field(3, ge=2)
    league_colluders: int = Field(1, ge=0)
    league_pin: Literal["first-use", "manual"] = "first-use"
    allowed_code: tuple[str, ...] = ()


class People(BaseModel):
    """How long rows of people are kept, and where the salt of their pseudonyms lies.

    Attributes:
        retention: Delete old rows every day. Off until the owner says yes: nothing that a shop
            imported is deleted by itself.
        retention_days: Days of behaviour that are kept, counted from now; 0 = for ever.
        minor_days: Days for which rows of a minor are kept (they are used for nothing); the daily
            job deletes them also where `retention` is off.
        salt: Where a new shop's salt goes: the system's keyring, the file keys/salt, or "auto": the
            keyring where a real one answers in a session with a screen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    retention: bool = False
    retention_days: int = Field(180, ge=0)
    minor_days: int = Field(30, ge=0)
    salt: Literal["auto", "file", "keyring"] = "auto"


class Settings(BaseSettings):
    """Everything that can be set for one shop folder or one coordinator folder."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="HANSA_", env_nested_delimiter="__"
    )

    language: Literal["en", "zh"] = "en"
    shop_name: str = ""
    audience_floor: int = Field(20, ge=5)
    device: Literal["auto", "cpu", "cuda"] = "auto"
    policy: Policy = Policy()
    people: People = People()

    @model_validator(mode="before")
    @classmethod
    def _older_name(cls, values: Any) -> Any:
        """Files of before the section [people] may name retention_days at the top."""
        if isinstance(values, dict) and "retention_days" in values:
            values = dict(values)
            days = values.pop("retention_days")
            section = values.get("people") or {}
            if isinstance(section, dict):
                values["people"] = {"retention_days": days, **section}
        return values

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags over environment over file over defaults; no dotenv, no secret files."""
        toml = TomlConfigSettingsSource(settings_cls, _toml_path)
        return init_settings, env_settings, toml


_toml_path: Path | None = None


def load_settings(home: Path | None = None, **flags: Any) -> Settings:
    """Read the settings of a folder.

    Args:
        home: Folder with an optional `hansa.toml`.
        flags: Values that win over everything else.

    Raises:
        SettingsError: a name is unknown or a value is out of bounds; nothing is guessed.
    """
    global _toml_path
    path = home / "hansa.toml" if home else None
    _toml_path = path if path and path.exists() else None
    try:
        return Settings(**flags)
    except ValidationError as e:
        first = e.errors()[0]
        name = ".".join(str(p) for p in first["loc"])
        raise SettingsError(
            f"The setting '{name}' cannot be used: {first['msg']}.",
            where=str(path or "environment"),
            safe="Nothing was started.",
            todo="Correct the value; docs/guide-merchant.md lists every setting.",
        ) from e
    except ValueError as e:
        raise SettingsError(
            f"The settings file cannot be read: {e}.",
            where=str(path or ""),
            safe="Nothing was started.",
            todo="Correct the line named above.",
        ) from e
    finally:
        _toml_path = None
