"""Settings: defaults, `nerproc.toml`, `.env`, environment (`NERPROC_*`), flags; the later one wins.

Everything that nerproc writes lies below `home`. What a setting is for stands in its description, which
`nerproc config show` prints together with its value and where that came from.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from nerproc.errors import SettingsError

PREFIX = "NERPROC_"
MIB = 1 << 20


class Settings(BaseSettings):
    """The settings of one node; see the module for where they come from."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, toml_file="nerproc.toml"
    )

    home: Path = Field(default=Path("~/.nerproc"), description="Folder of everything that nerproc writes.")
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL 15 or newer; absent: an embedded server in the home."
    )
    api_url: str | None = Field(default=None, description="Head that commands talk to; absent: the home's own.")
    api_token: SecretStr | None = Field(default=None, description="Token that commands send to the head.")
    host: str = Field(default="127.0.0.1", description="Address that `nerproc serve` binds.")
    port: int = Field(default=8001, ge=0, le=65_535, description="Port that `nerproc serve` binds.")
    roots: list[Path] = Field(
        default_factory=list, description="Folders whose files the API may scan (a JSON list); none by default."
    )
    upload_bytes: int = Field(default=16 << 30, ge=1, description="Largest upload, in bytes.")
    task_bytes: int = Field(default=64 * MIB, ge=1, description="Most bytes of objects in one task.")
    task_objects: int = Field(default=1_024, ge=1, description="Most objects in one task.")
    part_bytes: int = Field(default=16 * MIB, ge=1, description="Bytes read until a part is committed.")
    part_objects: int = Field(default=256, ge=1, description="Objects read until a part is committed.")
    part_seconds: float = Field(default=10, gt=0, description="Seconds of work until a part is committed.")
    lease_seconds: float = Field(
        default=30, gt=0, description="Seconds without a sign of life until a task goes to another worker."
    )
    stall_seconds: float = Field(
        default=600, gt=0, description="Seconds without progress until a worker process is replaced."
    )
    drain_seconds: float = Field(
        default=20, ge=0, description="Seconds that the object in hand gets to finish at shutdown."
    )
    poll_seconds: float = Field(default=5, gt=0, description="Seconds between looks for work without a wake.")
    child_memory_bytes: int = Field(
        default=2 << 30, ge=64 * MIB, description="Memory of one worker process, in bytes."
    )
    compact_parts: int = Field(
        default=64, ge=2, description="Parts from which on a report is compacted at its end."
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return Path(os.path.abspath(home.expanduser()))  # noqa: PTH100 - resolve() would follow links

    @field_validator("roots")
    @classmethod
    def _absolute_roots(cls, roots: list[Path]) -> list[Path]:
        return [Path(os.path.abspath(root.expanduser())) for root in roots]  # noqa: PTH100

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, `.env`, `nerproc.toml` of the working folder or `NERPROC_CONFIG`."""
        toml = TomlConfigSettingsSource(settings_cls, Path(os.environ.get(f"{PREFIX}CONFIG", "nerproc.toml")))
        return (init_settings, env_settings, dotenv_settings, toml)

    @classmethod
    def load(cls, **flags: Any) -> Settings:
        """Read the settings; `flags` that are None do not count.

        Raises:
            SettingsError: a value is not valid; names the setting, never the value.
        """
        try:
            return cls(**{name: value for name, value in flags.items() if value is not None})
        except ValidationError as error:
            problems = "; ".join(
                f"{PREFIX}{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}"
                for problem in error.errors()
            )
            message = f"A setting is not valid: {problems}"
            raise SettingsError(message, hint="See nerproc config show.") from None
        except ValueError as error:  # a broken nerproc.toml, or JSON in a list
            raise SettingsError(f"The settings cannot be read: {error}") from None


def origins(**flags: Any) -> dict[str, str]:
    """Where the value of each setting came from: "flag", "environment", ".env", "nerproc.toml" or "default"."""
    names = ("flag", "environment", ".env", "nerproc.toml")
    sources = Settings.settings_customise_sources(
        Settings, *_sources({name: value for name, value in flags.items() if value is not None})
    )
    found = dict.fromkeys(Settings.model_fields, "default")
    for origin, source in reversed(list(zip(names, sources, strict=True))):
        found |= {name: origin for name in source() if name in found}
    return found


def _sources(flags: dict[str, Any]) -> tuple[PydanticBaseSettingsSource, ...]:
    from pydantic_settings import (
        DotEnvSettingsSource,
        EnvSettingsSource,
        InitSettingsSource,
        SecretsSettingsSource,
    )

    return (
        InitSettingsSource(Settings, flags),
        EnvSettingsSource(Settings),
        DotEnvSettingsSource(Settings),
        SecretsSettingsSource(Settings),
    )
