"""Secrets by their issuers' forms, by the names beside them, and what only looks like one."""

from __future__ import annotations

import base64
import json

import pytest

from nerproc import detect


def found(text: str, threshold: float | None = None) -> list[tuple[str, str | None, str]]:
    return [(entity.label, entity.kind, entity.text) for entity in detect(text, threshold=threshold)]


def labels(text: str) -> set[str]:
    return {entity.label for entity in detect(text)}


def texts(text: str, label: str) -> list[str]:
    return [entity.text for entity in detect(text) if entity.label == label]


def _token(alphabet: str, length: int) -> str:
    return (alphabet * length)[3 : 3 + length]


LETTERS = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7"
HEX = "3f9a0c7e5b1d8264"
HEADER = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()).decode().rstrip("=")
CLAIMS = base64.urlsafe_b64encode(json.dumps({"sub": "1234567890"}).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        ("aws_access_key", "AKIAIOSFODNN7EXAMPLE"),
        ("github_token", "ghp_" + _token(LETTERS, 36)),
        ("github_token", "gho_" + _token(LETTERS, 36)),
        ("github_token", f"github_pat_{_token(LETTERS, 22)}_{_token(LETTERS, 59)}"),
        ("gitlab_token", "glpat-" + _token(LETTERS, 20)),
        ("slack_token", "xoxb-123456789012-1234567890123-" + _token(LETTERS, 24)),
        ("slack_webhook", "https://hooks.slack.com/services/T01ABCDEF/B01ABCDEF/" + _token(LETTERS, 24)),
        ("google_api_key", "AIza" + _token(LETTERS, 35)),
        ("google_oauth", "GOCSPX-" + _token(LETTERS, 28)),
        ("stripe_key", "sk_live_" + _token(LETTERS, 24)),
        ("npm_token", "npm_" + _token(LETTERS, 36)),
        ("pypi_token", "pypi-AgEIcHlwaS5vcmc" + _token(LETTERS, 60)),
        ("sendgrid_key", f"SG.{_token(LETTERS, 22)}.{_token(LETTERS, 43)}"),
        ("twilio_key", "SK" + _token(HEX, 32)),
        ("openai_key", "sk-proj-" + _token(LETTERS, 48)),
        ("anthropic_key", "sk-ant-api03-" + _token(LETTERS, 80)),
        ("google_oauth", "1//0" + _token(LETTERS, 60)),
        ("stripe_key", "rk_live_" + _token(LETTERS, 24)),
        ("heroku_key", "HRKU-AA" + _token(LETTERS, 58)),
        ("groq_key", "gsk_" + _token(LETTERS, 52)),
        ("supabase_token", "sbp_" + _token(HEX, 40)),
        ("airtable_token", "pat" + _token(LETTERS, 14) + "." + _token(HEX, 64)),
        ("tailscale_key", "tskey-auth-" + _token(LETTERS, 12) + "-" + _token(LETTERS, 32)),
        ("discord_token", "MTA0OTM3MjE4NTE2MDk3NDM4Ng.GhT2xQ." + _token(LETTERS, 38)),
        ("jwt", f"{HEADER}.{CLAIMS}.{_token(LETTERS, 43)}"),
        ("telegram_token", "123456789:AA" + _token(LETTERS, 33)),
        ("slack_token", "xoxp-20471936581-20471936582-20471936583-" + _token(HEX, 32)),
        ("slack_token", "xoxc-20471936581-20471936582-20471936583-" + _token(HEX, 64)),
        ("slack_token", "xoxe.xoxp-1-" + _token(LETTERS, 163)),
        ("slack_token", "xoxe-1-" + _token(LETTERS, 146)),
        ("slack_token", "xoxd-" + _token(LETTERS, 60)),
        ("huggingface_token", "api_org_" + _token(LETTERS, 34)),
        ("flyio_token", "fo1_" + _token(LETTERS, 43)),
        ("azure_client_secret", "kR35Q~" + _token(LETTERS, 34)),
        ("jwt", f"{HEADER}.{CLAIMS}"),
        ("square_token", "EAAA" + _token(LETTERS, 60)),
        ("notion_token", "secret_" + _token(LETTERS, 43)),
        ("newrelic_key", "NRRA-" + _token(HEX, 42)),
    ],
)
def test_finds_secrets_whole(kind: str, secret: str) -> None:
    assert found(f"the value is {secret} in the log") == [("SECRET", kind, secret)]


def test_finds_private_keys_as_a_whole() -> None:
    block = (
        "-----BEGIN RSA PRIVATE KEY-----\n"
        + "\n".join([_token(LETTERS, 64)] * 25)
        + "\n-----END RSA PRIVATE KEY-----"
    )
    assert found(f"key:\n{block}\nend") == [("SECRET", "private_key", block)]


def test_a_private_key_may_have_lost_its_line_breaks() -> None:
    block = f"-----BEGIN EC PRIVATE KEY-----{_token(LETTERS, 164)}==-----END EC PRIVATE KEY-----"
    assert ("SECRET", "private_key", block) in found(f'KEY="{block}"')
    assert "SECRET" not in labels("it begins with -----BEGIN PRIVATE KEY-----, then")


def test_finds_the_head_of_a_private_key_without_end() -> None:
    (entity,) = detect("-----BEGIN OPENSSH PRIVATE KEY-----\n" + "\n".join([_token(LETTERS, 70)] * 3))
    assert (entity.label, entity.kind) == ("SECRET", "private_key")


def test_private_lines_of_putty() -> None:
    block = f"Private-Lines: 2\n{_token(LETTERS, 64)}\n{_token(LETTERS, 30)}==\n"
    assert ("SECRET", "private_key", block) in found(f"Comment: x\n{block}Private-MAC: 01")


def test_a_bot_in_the_url_of_a_call() -> None:
    token = "204719365:AA" + _token(LETTERS, 33)
    assert ("SECRET", "telegram_token", token) in found(f"'bot{token}' called getMe", 0)


def test_npm_registries() -> None:
    token = "7c0e5b1d-8264-4f9a-a0c7-e5b1d82643f9"
    assert ("SECRET", "npm_token", token) in found(f"//npm.example.org/:_authToken={token}\n")
    assert labels("//npm.example.org/:_authToken=${NPM_TOKEN}") == set()


@pytest.mark.parametrize("user", ["-u ada:{}", "--user 'ada:{}'", '-u "ada:{}"'])
def test_passwords_of_curl(user: str) -> None:
    call = f"curl -s {user} https://example.org/x"
    assert ("SECRET", "password", "q8Zr2!mX") in found(call.format("q8Zr2!mX"))
    assert "SECRET" not in labels(call.format("$PASSWORD"))
    assert "SECRET" not in labels(call.format("q8Zr2!mX").replace("curl", "make"))


def test_keys_that_are_uuids() -> None:
    key = "7c0e5b1d-8264-4f9a-a0c7-e5b1d82643f9"
    for name in ("api_key = ", '"subscriptionKey": "', "client-secret: '"):
        assert ("SECRET", "generic", key) in found(name + key)
    assert "SECRET" not in labels(f"page_token = {key}")
    assert "SECRET" not in labels("api_key = 00000000-0000-0000-0000-000000000000")


def test_aws_secret_keys_need_a_name() -> None:
    key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzKEY9"
    assert ("SECRET", "aws_secret_key", key) in found(f"aws_secret_access_key = {key}")
    assert ("SECRET", "aws_secret_key", key) in found(f"the aws secret {key} leaked")
    assert found(f"the digest {key} differs") == []


@pytest.mark.parametrize("name", ["AccountKey=", "account_key: ", "SharedKey ", "SharedAccessKey="])
def test_azure_keys_need_a_name(name: str) -> None:
    key = _token(LETTERS, 86) + "=="
    assert found(f"DefaultEndpointsProtocol=https;{name}{key};") == [("SECRET", "azure_storage_key", key)]
    assert found(f'"integrity": "sha512-{key}"') == []


def test_signatures_of_shared_access() -> None:
    signature = _token(LETTERS, 43) + "%3D"
    text = f"https://acme.blob.core.windows.net/b?se=2026-01-01&sig={signature}"
    assert signature in texts(text, "SECRET") or text in texts(text, "URL")
    assert texts(f"sig={signature}", "SECRET") == [signature]


@pytest.mark.parametrize("scheme", ["Basic", "Bearer", "token", "api-key"])
def test_authorization_headers(scheme: str) -> None:
    token = _token(LETTERS, 40)
    assert found(f"curl -H 'Authorization: {scheme} {token}'") == [("SECRET", "authorization", token)]
    assert found(f"Authorization: {scheme} {{token_of_user}}") == []


def test_a_web_token_needs_a_header() -> None:
    token = "eyJub3QiOiJhIGhlYWRlciJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl"
    assert detect(token, model="patterns") == []


def test_the_password_of_a_url_is_the_secret() -> None:
    assert ("SECRET", "url_password", "s3cr3tpw") in found("postgres://app:s3cr3tpw@db.example.com/x")
    assert "SECRET" not in labels("postgres://app:<password>@db.example.com/x")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ('api_key = "q8Zr2LmX0vTf7KcWn4Bs"', "q8Zr2LmX0vTf7KcWn4Bs"),
        ("client-secret: q8Zr2LmX0vTf7KcWn4Bs", "q8Zr2LmX0vTf7KcWn4Bs"),
        ("TOKEN=q8Zr2LmX0vTf7KcWn4Bs", "q8Zr2LmX0vTf7KcWn4Bs"),
    ],
)
def test_assigned_secrets_must_look_random(text: str, secret: str) -> None:
    assert found(text) == [("SECRET", "generic", secret)]


@pytest.mark.parametrize(
    "text",
    [
        "api_key = your_api_key_here_123",
        "token: aaaaaaaaaaaaaaaaaaaa1",
        "secret=${SECRET_FROM_ENV1}",
        "key = value",
        "xoxb-slackbot-token-of-the-team",
        "xoxp-12345-abcdefgh",
        "xoxe.xoxp-1-NameOfAConfigurationToken",
        "xoxb-204719365812-###",
        "sk-ant-your-key-goes-here-1234",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "pk_live_51H8abcDEFghiJKLmnoPQRst",
        "token = request.session.token2_of_user",
        'WAIT_TOKEN = "waitForTaskToken2"',
        'next_token = "InvalidNextTokenException"',
        'update_token = "1a2b3c4d-5e6f-7a8b-9c0d-1e2f3a4b5c6d"',
        '"AWS::IAM::AccessKey": "62d91b17309e76c8"',
        "password = new_password",
        "password: bytes",
        'password: "changeme"',
        "password=${DB_PASSWORD1}",
        "password: <password1>",
        "password = request.form.password1",
        "password = getpass()",
        'password = os.environ["DB_PASSWORD_1"]',
        "PWD=/home/ada7/mail",
        "proxy https://username:password@proxy.example.com/",
        "M" + "a" * 24 + ".abcdef." + "b" * 30,
    ],
)
def test_placeholders_are_no_secrets(text: str) -> None:
    assert "SECRET" not in labels(text)


@pytest.mark.parametrize(
    ("text", "password"),
    [
        ("login: bob password: hunter2!", "hunter2!"),
        ("passwd=hunter2", "hunter2"),
        ('{"user": "bob", "password": "P@55w0rd!"}', "P@55w0rd!"),
        ("DB_PASSWORD=Tr0ub4dor-and-3\n", "Tr0ub4dor-and-3"),
        ("Server=db;User Id=sa;Password=s3cr3t;", "s3cr3t"),
        ("pwd => 'correct horse 7'", "correct horse 7"),
    ],
)
def test_passwords_with_more_than_letters(text: str, password: str) -> None:
    assert ("SECRET", "password", password) in found(text)


def test_a_word_may_be_a_password() -> None:
    assert found('password = "monkey"') == []
    assert found('password = "monkey"', threshold=0) == [("SECRET", "password", "monkey")]
