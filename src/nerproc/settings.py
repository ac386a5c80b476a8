"""Settings: defaults, `nerproc.toml`, `.env`, environment (`NERPROC_*`), flags; the later one wins.

Everything that nerproc writes lies below `home`. What a setting is for stands in its description, which
`nerproc config show` prints together with its value and where that came from.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from nerproc.errors import NotFound, SettingsError

PREFIX = "NERPROC_"
MIB = 1 << 20
KEYGEN_URL = "https://api.keygen.sh"
Endpoint = Annotated[str, Field(pattern=r"^https?://[^/@]+/?$")]
Region = Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]+$")]
S3_URL = r"^s3://[a-zA-Z0-9][a-zA-Z0-9._-]{1,253}(/(?s:.)*)?$"
_BOTH_KEYS = "an access key and its secret belong together: one of the two is missing"


class S3Connection(BaseModel):
    """How to reach an S3 server, and as whom. Without keys: as nobody, never with what the machine has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint_url: Endpoint | None = None  # absent: AWS, of the region
    region: Region = "us-east-1"
    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None

    @model_validator(mode="after")
    def _both_keys(self) -> Self:
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError(_BOTH_KEYS)
        return self

    @property
    def endpoint(self) -> str:
        """The address that requests go to."""
        return (self.endpoint_url or f"https://s3.{self.region}.amazonaws.com").rstrip("/")


class Settings(BaseModel):
    """The settings of one node; `load` reads them from where the module says."""

    model_config = ConfigDict(extra="ignore", frozen=True, validate_default=True, allow_inf_nan=False)

    home: Path = Field(default=Path("~/.nerproc"), description="Folder of everything that nerproc writes.")
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL 15 or newer; absent: an embedded server in the home."
    )
    queue_url: SecretStr | None = Field(
        default=None,
        description="RabbitMQ (amqp:// or amqps://) that wakes workers; absent: the database does.",
    )
    storage_url: str | None = Field(
        default=None,
        description="Where files and results lie, s3://bucket/prefix; absent: a folder of the home.",
    )
    s3_endpoint_url: Endpoint | None = Field(default=None, description="S3 server; absent: AWS, of the region.")
    s3_region: Region = Field(default="us-east-1", description="Region of the S3 server.")
    s3_access_key_id: str | None = Field(
        default=None, description="Access key for the S3 server; absent: requests are anonymous."
    )
    s3_secret_access_key: SecretStr | None = Field(default=None, description="Its secret.")
    s3: dict[str, S3Connection] = Field(
        default_factory=dict,
        description="Other S3 servers, by the name that --connection asks for: [s3.NAME] in nerproc.toml, "
        "with endpoint_url, region, access_key_id and secret_access_key.",
    )
    cache_bytes: int = Field(
        default=4 << 30, ge=0, description="Bytes of S3 artifacts that are kept at hand in the home."
    )
    model_dir: Path | None = Field(
        default=None, description="Folder of models to import when a head or a worker starts."
    )
    model_cache_bytes: int = Field(
        default=8 << 30, ge=0, description="Bytes of imported models that are kept at hand in the home."
    )
    api_url: str | None = Field(default=None, description="Head that commands talk to; absent: the home's own.")
    api_token: SecretStr | None = Field(
        default=None,
        description="Token that commands send to the head; a head that has it set lets it do everything.",
    )
    license_key: SecretStr | None = Field(
        default=None, description="Licence key; absent: 1 GiB is free. Also read from plain LICENSE_KEY."
    )
    keygen_account: str | None = Field(
        default=None, description="Account at Keygen that issued the licence key, if Keygen did: id or slug."
    )
    keygen_url: str = Field(
        default=KEYGEN_URL,
        pattern=r"^https?://[^/\s]+",
        description="Keygen server that validates the licence key.",
    )
    keygen_public_key: str | None = Field(
        default=None, description="Ed25519 public key of that account: hexadecimal, or DER in base64."
    )
    llm_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/@\s?#]+(/[^@\s?#]*)?$",
        description="Language model that writes samples: URL of an API like OpenAI's, with its version, such "
        "as http://localhost:11434/v1.",
    )
    llm_key: SecretStr | None = Field(
        default=None, description="Key for the language model, if it asks for one."
    )
    llm_model: str | None = Field(default=None, description="What that API calls the language model.")
    host: str = Field(default="127.0.0.1", description="Address that `nerproc serve` binds.")
    port: int = Field(default=8001, ge=0, le=65_535, description="Port that `nerproc serve` binds.")
    tls_cert: Path | None = Field(
        default=None, description="Certificate chain (PEM): heads and workers speak HTTPS."
    )
    tls_key: Path | None = Field(default=None, description="Private key of the certificate (PEM).")
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65_535,
        description="Port at which workers serve /metrics and /health; absent: none. A head has its own.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address that workers bind for that.")
    log_format: Literal["auto", "human", "json"] = Field(
        default="auto", description="How heads and workers log: human, json; auto: human on a terminal."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="What heads and workers log: debug, info, warning, error, each with the next.",
    )
    cors_origins: list[str] = Field(
        default_factory=list, description="Sites whose pages may call the API (a JSON list); none by default."
    )
    request_rate: float = Field(
        default=50,
        ge=0,
        description="Requests a second of one token, or one address, ten seconds' worth at once; 0: no limit.",
    )
    roots: list[Path] = Field(
        default_factory=list, description="Folders whose files the API may scan (a JSON list); none by default."
    )
    output_roots: list[Path] = Field(
        default_factory=list,
        description="Folders into which the API may write redacted copies (a JSON list); none by default.",
    )
    redaction_key: SecretStr | None = Field(
        default=None,
        description="Key of workers for the operators hash, pseudonym and encrypt: 32 bytes, in base64 or "
        "hexadecimal.",
    )
    upload_bytes: int = Field(default=16 << 30, ge=1, description="Largest upload, in bytes.")
    task_bytes: int = Field(default=64 * MIB, ge=1, description="Most bytes of objects in one task.")
    task_objects: int = Field(default=1_024, ge=1, description="Most objects in one task.")
    shard_objects: int = Field(
        default=50_000,
        ge=1,
        description="Objects from which on a listing is divided among workers, if it can be.",
    )
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

    @field_validator(
        *("license_key", "keygen_account", "keygen_public_key", "llm_url", "llm_key", "llm_model"),
        *("metrics_port", "redaction_key"),
        mode="before",
    )
    @classmethod
    def _blank_is_absent(cls, value: Any) -> Any:
        """Compose files and service managers set empty variables."""
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        return None if isinstance(text, str) and not text.strip() else value

    @field_validator("keygen_url", "metrics_host", "log_format", "log_level", mode="before")
    @classmethod
    def _blank_is_the_default(cls, value: Any, field: ValidationInfo) -> Any:
        assert field.field_name is not None
        return value or cls.model_fields[field.field_name].default

    @field_validator("roots", "output_roots")
    @classmethod
    def _absolute_roots(cls, roots: list[Path]) -> list[Path]:
        return [Path(os.path.abspath(root.expanduser())) for root in roots]  # noqa: PTH100

    @field_validator("storage_url")
    @classmethod
    def _s3_url(cls, url: str | None) -> str | None:
        if url is not None and not re.match(S3_URL, url):
            raise ValueError("it is not s3://bucket or s3://bucket/prefix")
        return url

    @model_validator(mode="after")
    def _both_keys(self) -> Self:
        if (self.s3_access_key_id is None) != (self.s3_secret_access_key is None):
            raise ValueError(_BOTH_KEYS)
        return self

    def connection(self, name: str | None) -> S3Connection:
        """The S3 server of that name; None: the node's own.

        Raises:
            NotFound: there is no such connection.
        """
        if name is None:
            return S3Connection(
                endpoint_url=self.s3_endpoint_url,
                region=self.s3_region,
                access_key_id=self.s3_access_key_id,
                secret_access_key=self.s3_secret_access_key,
            )
        if name not in self.s3:
            raise NotFound(
                f"There is no S3 connection {name!r}.",
                hint=f"[s3.{name}] in nerproc.toml of the node makes one.",
            )
        return self.s3[name]

    def revealed(self, *without: str) -> dict[str, Any]:
        """The values as JSON with their secrets: for a pipe to a process of our own, and nothing else."""
        plain: dict[str, Any] = _plain(self.model_dump(exclude=set(without)))
        return plain

    @classmethod
    def load(cls, **flags: Any) -> Settings:
        """Read the settings; `flags` that are None do not count.

        Raises:
            SettingsError: a value is not valid; names the setting, never the value.
        """
        try:
            return cls(**{name: value for found in _sources(flags).values() for name, value in found.items()})
        except ValidationError as error:
            problems = "; ".join(
                ": ".join([*_names(problem["loc"]), problem["msg"]]) for problem in error.errors()
            )
            message = f"A setting is not valid: {problems}"
            raise SettingsError(message, hint="See nerproc config show.") from None
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{_toml()} is not valid TOML: {error}") from None
        except ValueError as error:  # a list that is not JSON
            raise SettingsError(f"The settings cannot be read: {error}") from None


def _names(place: tuple[int | str, ...]) -> list[str]:
    """The setting at a place of the settings; none for what is wrong with several together."""
    return [PREFIX + "_".join(str(part) for part in place).upper()] if place else []


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def origins(**flags: Any) -> dict[str, str]:
    """Where the value of each setting came from: "flag", "environment", ".env", "nerproc.toml" or "default"."""
    came_from = dict.fromkeys(Settings.model_fields, "default")
    for origin, found in _sources(flags).items():
        came_from |= {name: origin for name in found if name in came_from}
    return came_from


def _sources(flags: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What each source sets, by its name; the later one wins."""
    # Imported here: worker processes get their settings from their supervisor, and need no sources.
    from pydantic_settings import (
        BaseSettings,
        DotEnvSettingsSource,
        EnvSettingsSource,
        TomlConfigSettingsSource,
    )

    class Sourced(Settings, BaseSettings):
        model_config = {"env_prefix": PREFIX, "env_file": ".env"}

    return {
        "nerproc.toml": TomlConfigSettingsSource(Sourced, _toml())(),
        ".env": _with_plain_key(DotEnvSettingsSource(Sourced)),
        "environment": _with_plain_key(EnvSettingsSource(Sourced)),
        "flag": {name: value for name, value in flags.items() if value is not None},
    }


def _with_plain_key(source: Any) -> dict[str, Any]:
    """What a source of variables sets; LICENSE_KEY stands in for NERPROC_LICENSE_KEY."""
    found: dict[str, Any] = source()
    if not found.get("license_key") and (plain := source.env_vars.get("license_key")):
        found["license_key"] = plain
    return found


def _toml() -> Path:
    return Path(os.environ.get(f"{PREFIX}CONFIG", "nerproc.toml"))
