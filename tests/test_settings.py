"""Settings: where they come from, who wins, and what is said of bad ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from nerproc.errors import NotFound, SettingsError
from nerproc.settings import Settings, origins


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_source_wins_over_the_ones_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings.load().port == 8001
    (folder / "nerproc.toml").write_text('port = 1\ntask_objects = 7\nroots = ["~/data"]\n')
    assert (Settings.load().port, Settings.load().task_objects) == (1, 7)
    assert Settings.load().roots == [Path.home() / "data"]
    (folder / ".env").write_text("NERPROC_PORT=2\nOTHER=x\n")
    assert Settings.load().port == 2
    monkeypatch.setenv("NERPROC_PORT", "3")
    assert Settings.load().port == 3
    assert Settings.load(port=4, host=None).port == 4
    came_from = origins(port=4)
    assert (came_from["port"], came_from["task_objects"], came_from["host"]) == (
        "flag",
        "nerproc.toml",
        "default",
    )
    assert origins()["port"] == "environment"
    assert origins()["home"] == "environment"


def test_the_home_is_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NERPROC_HOME", "here")
    assert Settings.load().home == folder / "here"
    monkeypatch.delenv("NERPROC_HOME")
    assert Settings.load().home == Path.home() / ".nerproc"


def test_another_file_can_be_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "other.toml").write_text("port = 5\n")
    monkeypatch.setenv("NERPROC_CONFIG", str(folder / "other.toml"))
    assert Settings.load().port == 5


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("NERPROC_PORT", "99999", "NERPROC_PORT: Input should be less than"),
        ("NERPROC_TASK_BYTES", "many", "NERPROC_TASK_BYTES: Input should be a valid integer"),
        ("NERPROC_POLL_SECONDS", "inf", "NERPROC_POLL_SECONDS: Input should be a finite number"),
        ("NERPROC_ROOTS", "/data", 'field "roots"'),
        ("NERPROC_STORAGE_URL", "/data", "NERPROC_STORAGE_URL: Value error, it is not s3://bucket"),
        ("NERPROC_S3_ENDPOINT_URL", "minio:9000", "NERPROC_S3_ENDPOINT_URL: String should match"),
        ("NERPROC_S3_ACCESS_KEY_ID", "me", "an access key and its secret belong together"),
        ("NERPROC_LLM_URL", "localhost:11434/v1", "NERPROC_LLM_URL: String should match"),
        ("NERPROC_LLM_URL", "https://me:hunter2@models.example.org/v1", "NERPROC_LLM_URL: String should match"),
    ],
)
def test_a_bad_value_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=said):
        Settings.load()


def test_a_broken_file_is_named(folder: Path) -> None:
    (folder / "nerproc.toml").write_text("port = [\n")
    with pytest.raises(SettingsError, match=r"nerproc\.toml is not valid TOML"):
        Settings.load()


def test_secrets_are_not_shown(folder: Path) -> None:
    settings = Settings.load(
        database_url="postgresql://me:hunter2@host/db", queue_url="amqp://me:hunter2@host/"
    )
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in settings.model_dump_json()
    for name in ("license_key", "llm_key", "redaction_key"):
        assert "hunter2" not in repr(Settings.load(**{name: "hunter2"}))
        assert "hunter2" not in Settings.load(**{name: "hunter2"}).model_dump_json()


def test_blank_variables_are_absent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LICENSE_KEY", "KEYGEN_ACCOUNT", "KEYGEN_PUBLIC_KEY", "KEYGEN_URL", "LLM_URL", "LLM_KEY"):
        monkeypatch.setenv(f"NERPROC_{name}", "")
    settings = Settings.load()
    assert (settings.license_key, settings.keygen_account, settings.keygen_public_key) == (None, None, None)
    assert settings.keygen_url == "https://api.keygen.sh"
    assert (settings.llm_url, settings.llm_key) == (None, None)
    monkeypatch.setenv("NERPROC_KEYGEN_URL", "keygen.example.org")
    with pytest.raises(SettingsError, match="NERPROC_KEYGEN_URL"):
        Settings.load()


def test_the_licence_key_may_have_a_plain_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def key() -> str | None:
        found = Settings.load().license_key
        return found.get_secret_value() if found is not None else None

    monkeypatch.delenv("LICENSE_KEY", raising=False)
    assert key() is None
    (folder / ".env").write_text("LICENSE_KEY=plain in the file\n")
    assert key() == "plain in the file"
    monkeypatch.setenv("LICENSE_KEY", "plain")
    assert key() == "plain"
    assert origins()["license_key"] == "environment"
    monkeypatch.setenv("NERPROC_LICENSE_KEY", "")
    assert key() == "plain"
    monkeypatch.setenv("NERPROC_LICENSE_KEY", "own")
    assert key() == "own"
    for name in ("LICENSE_KEY", "NERPROC_LICENSE_KEY"):
        monkeypatch.setenv(name, " ")
    assert key() is None


def test_connections_have_names(folder: Path) -> None:
    (folder / "nerproc.toml").write_text(
        's3_endpoint_url = "http://one:9000/"\n'
        '[s3.lab]\nregion = "eu-west-1"\naccess_key_id = "me"\nsecret_access_key = "hunter2"\n'
    )
    settings = Settings.load()
    assert settings.connection(None).endpoint == "http://one:9000"
    assert settings.connection("lab").endpoint == "https://s3.eu-west-1.amazonaws.com"
    assert settings.connection("lab").secret_access_key == SecretStr("hunter2")
    with pytest.raises(NotFound, match="no S3 connection 'home'"):
        settings.connection("home")


def test_our_own_processes_get_the_secrets_and_nobody_sees_them(folder: Path) -> None:
    keys = {"access_key_id": "me", "secret_access_key": "hunter2"}
    settings = Settings.load(
        s3={"lab": keys}, s3_access_key_id="me", s3_secret_access_key="hunter3", api_token="hunter4"
    )
    assert "hunter" not in repr(settings)
    assert "hunter" not in settings.model_dump_json()
    handed_over = Settings(**json.loads(json.dumps(settings.revealed("api_token"))))
    assert handed_over == settings.model_copy(update={"api_token": None})


def test_a_bad_connection_is_named_without_its_secret(folder: Path) -> None:
    (folder / "nerproc.toml").write_text('[s3.lab]\nendpoint_url = "lab"\nsecret_access_key = "hunter2"\n')
    with pytest.raises(SettingsError, match="NERPROC_S3_LAB_ENDPOINT_URL") as refused:
        Settings.load()
    assert "hunter2" not in refused.value.message
