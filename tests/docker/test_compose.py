"""What can be known of the containers without an engine: that what they name is there."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from fastapi.testclient import TestClient
from tests.command_line import parse

from nerproc.api.app import routes
from nerproc.head.serve import END_SECONDS
from nerproc.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docker"
TEXT = (FOLDER / "compose.yaml").read_text()
EXAMPLE = (FOLDER / ".env.example").read_text()
SECRETS = {"POSTGRES_PASSWORD": "p1", "RABBITMQ_PASSWORD": "p2", "MINIO_PASSWORD": "p3", "API_TOKEN": "t"}
OURS = ("head", "worker")


def interpolated(text: str, **values: str) -> str:
    """`text` as Compose reads it: ${NAME}, ${NAME:-default} and ${NAME:?error}, the innermost first."""

    def value(match: re.Match[str]) -> str:
        name, operator, word = match.groups()
        found = values.get(name) or (word if operator == "-" else "")
        if operator == "?" and not found:
            raise KeyError(name)
        return found

    while (result := re.sub(r"\$\{([A-Z0-9_]+)(?::([-?])([^${}]*))?\}", value, text)) != text:
        text = result
    return text


def compose(**values: str) -> dict[str, Any]:
    """The file as Compose reads it; as `.env.example` is filled in, and then `values`."""
    example = dict(line.split("=", 1) for line in EXAMPLE.splitlines() if re.match(r"[A-Z_]+=", line))
    found: dict[str, Any] = yaml.safe_load(interpolated(TEXT, **{**example, **SECRETS, **values}))
    return found


SERVICES = compose()["services"]


def published(service: dict[str, Any]) -> dict[int, tuple[str, int]]:
    """Port inside, to address and port outside."""
    parts = [port.rsplit(":", 2) for port in service.get("ports", ())]
    return {int(inside): (address, int(outside)) for address, outside, inside in parts}


def test_there_are_two_profiles() -> None:
    by_profile = {name: service["profiles"] for name, service in SERVICES.items()}
    assert [name for name, profiles in by_profile.items() if profiles == ["worker"]] == ["worker"]
    assert {name for name, profiles in by_profile.items() if profiles == ["head"]} == {
        *("head", "postgres", "rabbitmq", "minio", "bucket")
    }


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert all(variable.startswith(PREFIX) for variable in environment)
    unknown = {variable.removeprefix(PREFIX).lower() for variable in environment} - set(Settings.model_fields)
    assert unknown == set()
    Settings(**{variable.removeprefix(PREFIX).lower(): value for variable, value in environment.items()})


def test_the_example_names_exactly_the_variables_there_are() -> None:
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", TEXT))
    assert set(re.findall(r"^(?:# )?([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE)) == used
    assert {name for name in SECRETS if not re.search(rf"^{name}=$", EXAMPLE, re.MULTILINE)} == set()


@pytest.mark.parametrize("secret", SECRETS)
def test_nothing_starts_without_a_secret(secret: str) -> None:
    with pytest.raises(KeyError, match=secret):
        compose(**{secret: ""})


def test_the_commands_are_ones_that_there_are() -> None:
    name, options = parse(SERVICES["head"]["command"])
    assert (name, options["host"], options["insecure"], options["workers"]) == ("serve", "0.0.0.0", False, 0)
    assert SERVICES["head"]["environment"]["NERPROC_API_TOKEN"]
    assert "NERPROC_API_TOKEN" not in SERVICES["worker"]["environment"]
    assert options["port"] == Settings.model_fields["port"].default == 8001
    name, options = parse(SERVICES["worker"]["command"])
    assert (name, options["concurrency"]) == ("worker", 2)
    kind, program, *command = SERVICES["worker"]["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "nerproc")
    assert parse(command)[0] == "doctor"


def test_the_health_check_asks_a_route_on_the_port_that_is_served() -> None:
    _, python, flag, program = SERVICES["head"]["healthcheck"]["test"]
    assert (python, flag) == ("python", "-c")
    compile(program, "healthcheck", "exec")
    [url] = re.findall(r"http://[^']+", program)
    assert urlsplit(url).port == parse(SERVICES["head"]["command"])[1]["port"]
    assert TestClient(routes()).get(urlsplit(url).path).status_code == 200


def test_a_worker_needs_nothing_of_its_own_host() -> None:
    worker = SERVICES["worker"]
    assert not {"depends_on", "ports", "container_name", "hostname", "networks"} & set(worker)
    environment = compose(HEAD_HOST="10.0.0.5")["services"]["worker"]["environment"]
    hosts = {name: urlsplit(value).hostname for name, value in environment.items() if "://" in value}
    assert hosts.pop("NERPROC_STORAGE_URL") == "nerproc"
    assert hosts == dict.fromkeys(
        ["NERPROC_DATABASE_URL", "NERPROC_QUEUE_URL", "NERPROC_S3_ENDPOINT_URL"], "10.0.0.5"
    )


@pytest.mark.parametrize(
    ("variable", "service"),
    [
        ("NERPROC_DATABASE_URL", "postgres"),
        ("NERPROC_QUEUE_URL", "rabbitmq"),
        ("NERPROC_S3_ENDPOINT_URL", "minio"),
    ],
)
def test_the_urls_are_those_of_services(variable: str, service: str) -> None:
    for ours in OURS:
        url = urlsplit(SERVICES[ours]["environment"][variable])
        assert url.hostname == service
        address, outside = published(SERVICES[service])[url.port or 0]
        assert (address, outside) == ("127.0.0.1", url.port)
    exposed = compose(BIND_ADDRESS="10.0.0.5")["services"][service]
    assert published(exposed)[url.port or 0] == ("10.0.0.5", url.port)


def test_the_credentials_are_those_of_services() -> None:
    environment = SERVICES["worker"]["environment"]
    database, queue = urlsplit(environment["NERPROC_DATABASE_URL"]), urlsplit(environment["NERPROC_QUEUE_URL"])
    postgres, rabbit, minio = (SERVICES[name]["environment"] for name in ("postgres", "rabbitmq", "minio"))
    assert (database.username, database.password, database.path) == (
        *(postgres["POSTGRES_USER"], postgres["POSTGRES_PASSWORD"]),
        f"/{postgres['POSTGRES_DB']}",
    )
    assert (queue.username, queue.password) == (
        rabbit["RABBITMQ_DEFAULT_USER"],
        rabbit["RABBITMQ_DEFAULT_PASS"],
    )
    keys = (environment["NERPROC_S3_ACCESS_KEY_ID"], environment["NERPROC_S3_SECRET_ACCESS_KEY"])
    assert keys == (minio["MINIO_ROOT_USER"], minio["MINIO_ROOT_PASSWORD"])
    client = urlsplit(SERVICES["bucket"]["environment"]["MC_HOST_store"])
    assert (client.username, client.password, client.hostname, client.port) == (*keys, "minio", 9000)


def test_the_bucket_that_is_made_is_the_one_that_is_used() -> None:
    bucket = urlsplit(SERVICES["head"]["environment"]["NERPROC_STORAGE_URL"]).hostname
    assert SERVICES["bucket"]["command"] == ["mb", "--ignore-existing", f"store/{bucket}"]
    assert SERVICES["head"]["depends_on"]["bucket"] == {"condition": "service_completed_successfully"}


def test_the_ports_that_people_open_are_where_the_documentation_says_and_nowhere_else() -> None:
    pages = {"head": 8001, "rabbitmq": 15672, "minio": 9090}
    for name, port in pages.items():
        assert published(SERVICES[name])[port] == ("127.0.0.1", port)
        exposed = published(compose(BIND_ADDRESS="10.0.0.5")["services"][name])
        assert exposed[port] == ("127.0.0.1", port), "workers' ports and people's are decided apart"
    for service in SERVICES.values():
        for address, _ in published(service).values():
            assert ipaddress.ip_address(address).is_loopback


@pytest.mark.parametrize("name", OURS)
def test_a_container_is_stopped_more_slowly_than_it_ends(name: str) -> None:
    assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > END_SECONDS


def test_every_server_has_a_health_check_that_those_who_need_it_wait_for() -> None:
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["bucket"]
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if needed == "bucket" else "service_healthy"
            assert how == {"condition": wanted}, (name, needed)


def test_the_image_is_made_of_what_there_is_and_runs_as_nobody() -> None:
    build = SERVICES["head"]["build"]
    assert (FOLDER / build["context"]).resolve() == ROOT
    lines = (ROOT / build["dockerfile"]).read_text().splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--from" not in line]
    names = [name for names in copied for name in names]
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []
    kept = {
        line[1:] for line in (FOLDER / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    assert kept == set(names)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert set(bases) == {f"python:{project['requires-python'].removeprefix('>=')}-slim"}
    [user] = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert user not in ("root", "0")
    [entry] = [line.split(maxsplit=1)[1] for line in lines if line.startswith("ENTRYPOINT ")]
    assert yaml.safe_load(entry) == list(project["scripts"])
    assert SERVICES["head"]["image"] == f"nerproc:{project['version']}"
