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
CAPITALS = "B7KQ2ZM5XW3NR6TD"
UUID = "7c0e5b1d-8264-4f9a-a0c7-e5b1d82643f9"
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
        ("newrelic_key", "NRRA-" + _token(HEX, 42)),
        ("jwt", f"{HEADER}.{CLAIMS}.{_token(LETTERS, 43)}="),
        ("1password_token", "ops_eyJ" + _token(LETTERS, 260)),
        ("adobe_secret", "p8e-" + _token(LETTERS, 32)),
        ("alibaba_key", "LTAI" + _token(LETTERS, 20)),
        ("amazon_token", "amzn.mws." + UUID),
        ("artifactory_token", "AKCp" + _token(LETTERS, 69)),
        ("asana_token", f"2/{'1203948576' * 2:.16}/{'5847362910' * 2:.16}:{_token(HEX, 32)}"),
        ("atlassian_token", "ATBB" + _token(LETTERS, 32)),
        ("aws_access_key", "A3TX" + _token(CAPITALS, 16)),
        ("aws_appsync_key", "da2-" + _token(LETTERS, 26).lower()),
        ("aws_bedrock_key", "ABSK" + _token(LETTERS, 132)),
        ("azure_client_secret", "-k35Q~" + _token(LETTERS, 34)),
        ("braintree_token", f"access_token$production${_token(HEX, 16)}${_token(HEX, 32)}"),
        ("brevo_key", f"xkeysib-{_token(HEX, 64)}-{_token(LETTERS, 16)}"),
        ("buildkite_token", "bkua_" + _token(HEX, 40)),
        ("circleci_token", f"CCIPAT_{_token(LETTERS, 22)}_{_token(HEX, 40)}"),
        ("clickhouse_key", "4b1d" + _token(LETTERS, 38)),
        ("clojars_token", "CLOJARS_" + _token(HEX, 60)),
        ("cloudflare_token", "cfat_" + _token(LETTERS, 48)),
        ("cloudflare_token", f"v1.0-{_token(HEX, 24)}-{_token(HEX, 146)}"),
        ("contentful_token", "CFPAT-" + _token(LETTERS, 43)),
        ("dropbox_token", "sl." + _token(LETTERS, 135)),
        ("duffel_token", "duffel_live_" + _token(LETTERS, 43)),
        ("dynatrace_token", f"dt0c01.{_token(CAPITALS, 24)}.{_token(CAPITALS, 64)}"),
        ("easypost_key", "EZAK" + _token(LETTERS, 54)),
        ("elevenlabs_key", "sk_" + _token(HEX, 48)),
        ("facebook_token", "EAAC" + _token(LETTERS, 120)),
        ("firebase_key", f"AAAA{_token(LETTERS, 7)}:APA91b{_token(LETTERS, 134)}"),
        ("flutterwave_key", f"FLWSECK_TEST-{_token(HEX, 32)}-X"),
        ("frameio_token", "fio-u-" + _token(LETTERS, 64)),
        ("github_token", f"ghs_20471_eyJ{_token(LETTERS, 60)}.eyJ{_token(LETTERS, 90)}.{_token(LETTERS, 80)}"),
        ("grafana_token", "eyJrIjoi" + _token(LETTERS, 80)),
        ("harness_token", f"pat.{_token(LETTERS, 22)}.{_token(LETTERS, 24)}.{_token(LETTERS, 20)}"),
        ("hubspot_token", "pat-na1-" + UUID),
        ("infracost_key", "ico-" + _token(LETTERS, 32)),
        ("langfuse_key", "sk-lf-" + UUID),
        ("langsmith_key", f"lsv2_pt_{_token(HEX, 32)}_{_token(HEX, 10)}"),
        ("launchdarkly_key", "sdk-" + UUID),
        ("lob_key", "live_" + _token(HEX, 35)),
        ("mailgun_key", f"{_token(HEX, 32)}-{_token(HEX, 8)}-{_token(HEX, 8)}"),
        ("mandrill_key", "md-" + _token(LETTERS, 22)),
        ("mapbox_token", f"sk.eyJ{_token(LETTERS, 60)}.{_token(LETTERS, 22)}"),
        ("maxmind_key", f"{_token(LETTERS, 6)}_{_token(LETTERS, 29)}_mmk"),
        ("netlify_token", "nfp_" + _token(LETTERS, 36)),
        ("newrelic_key", "NRII-" + _token(LETTERS, 32)),
        ("notion_token", "secret_" + _token(LETTERS, 43)),
        ("nuget_key", "oy2" + _token(LETTERS, 43).lower()),
        ("nvidia_key", "nvapi-" + _token(LETTERS, 64)),
        ("octopus_key", "API-" + _token(CAPITALS, 26)),
        ("openrouter_key", "sk-or-v1-" + _token(HEX, 64)),
        ("openshift_token", "sha256~" + _token(LETTERS, 43)),
        ("password_hash", f"$2b$12${_token(LETTERS, 53)}"),
        ("password_hash", f"$6$rounds=5000${_token(LETTERS, 16)}${_token(LETTERS, 86)}"),
        ("password_hash", f"$argon2id$v=19$m=65536,t=3,p=4${_token(LETTERS, 22)}${_token(LETTERS, 43)}"),
        ("pinecone_key", f"pcsk_{_token(LETTERS, 6)}_{_token(LETTERS, 60)}"),
        ("plaid_token", "access-production-" + UUID),
        ("prefect_key", "pnu_" + _token(LETTERS, 36)),
        ("readme_key", "rdme_" + _token(LETTERS, 70).lower()),
        ("render_key", "rnd_" + _token(LETTERS, 28)),
        ("salesforce_token", f"00D{_token(LETTERS, 12)}!{_token(LETTERS, 96)}"),
        ("scalingo_token", "tk-us-" + _token(LETTERS, 48)),
        ("settlemint_token", "sm_pat_" + _token(LETTERS, 16)),
        ("shippo_token", "shippo_live_" + _token(HEX, 40)),
        ("slack_token", "xoxa-2-" + _token(LETTERS, 12)),
        ("slack_token", "xapp-1-A01BCDEFGHI-1234567890123-" + _token(LETTERS, 12)),
        ("slack_token", "xoxe.xoxb-1-A01BCDEFGHI-" + _token(LETTERS, 12)),
        ("sonar_token", "sqp_" + _token(HEX, 40)),
        ("sourcegraph_token", f"sgp_{_token(HEX, 16)}_{_token(HEX, 40)}"),
        ("square_token", "EAAA" + _token(LETTERS, 60)),
        ("stripe_key", "sk_prod_" + _token(LETTERS, 24)),
        ("supabase_token", "sb_secret_" + _token(LETTERS, 31)),
        ("tailscale_key", "tskey-scim-" + _token(LETTERS, 12) + "-" + _token(LETTERS, 24)),
        ("tavily_key", "tvly-" + _token(LETTERS, 32)),
        ("terraform_token", f"{_token(LETTERS, 14)}.atlasv1.{_token(LETTERS, 67)}"),
        ("twitter_token", "A" * 22 + _token(LETTERS, 90)),
        ("typeform_token", "tfp_" + _token(LETTERS, 59)),
        ("vault_token", "s." + _token(LETTERS, 24)),
        ("vercel_token", "vcp_" + _token(LETTERS, 40)),
        ("wakatime_key", "waka_" + UUID),
        ("wallet_key", "xprv" + _token(LETTERS, 107)),
        ("yandex_key", "AQVN" + _token(LETTERS, 37)),
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


def test_private_keys_in_the_strings_of_a_program() -> None:
    lines = [_token(LETTERS, 64)] * 6
    head, tail = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
    block = f'{head}" +\n' + "".join(f'  "{line}" +\n' for line in lines) + f'  "{tail}'
    assert found(f'key = "{block}";') == [("SECRET", "private_key", block)]
    assert found(f'HEAD = "{head}"\nTAIL = "{tail}"\n') == []
    twice = base64.b64encode("\n".join([head, *lines, tail]).encode()).decode()
    assert found(f"key: {twice}") == [("SECRET", "private_key", twice)]


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


def test_curl_over_several_lines_and_in_quotes_of_two_kinds() -> None:
    password = "q8Zr2LmX0v"
    for call in ("curl -s \\\n  -X POST \\\n  -u ada:{} \\\n", "curl --user ada:'{}' -i", 'curl -u ":{}" x'):
        assert ("SECRET", "password", password) in found(call.format(password))
    assert ("SECRET", "password", "pA$sw0rd$1") in found("curl -u ada:pA$sw0rd$1 https://example.org")
    assert "SECRET" not in labels("curl -u <user:password> https://example.org")
    assert "SECRET" not in labels('curl --user "{{ .Values.user }}:{{ .Values.password1 }}"')


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
    assert ("SECRET", "azure_storage_key", key) in found(f"DefaultEndpointsProtocol=https;{name}{key};")
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


def test_authorization_without_a_scheme_or_in_base64() -> None:
    assert found(f"curl -H 'Authorization: {UUID}'") == [("SECRET", "authorization", UUID)]
    token = "q8Zr2Lm@X0v-Tf7K=cW.n4Bs"
    assert found(f'-H "Authorization: {token}"') == [("SECRET", "authorization", token)]
    basic = base64.b64encode(b"ada:monkey").decode()
    assert found(f"Authorization: Basic {basic}") == [("SECRET", "authorization", basic)]
    assert found(f"sent as Bearer {_token(LETTERS, 30)}") == [("SECRET", "authorization", _token(LETTERS, 30))]
    for text in (
        "Authorization: required",
        "Authorization: AWS4-HMAC-SHA256 Credential=x",
        "Bearer of_tokens_in_2024",
    ):
        assert "SECRET" not in labels(text)


def test_a_web_token_needs_a_header() -> None:
    token = "eyJub3QiOiJhIGhlYWRlciJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl"
    assert detect(token, model="patterns") == []


def test_the_password_of_a_url_is_the_secret() -> None:
    assert ("SECRET", "url_password", "s3cr3tpw") in found("postgres://app:s3cr3tpw@db.example.com/x")
    assert "SECRET" not in labels("postgres://app:<password>@db.example.com/x")
    assert "SECRET" not in labels("https://ada:REPLACE_WITH_PASSWORD@example.org")


@pytest.mark.parametrize("password", ["s3cr@t!pw", "pa%24%24w0rd", "gl-q8Zr2LmX0vTf", "pa$$w0rd*"])
def test_a_password_of_a_url_is_no_part_of_an_address(password: str) -> None:
    text = f"git clone https://ada:{password}@git.example.com/x.git"
    assert found(text) == [("SECRET", "url_password", password)]


def test_a_token_for_the_name_of_a_url() -> None:
    token = "ghp_" + _token(LETTERS, 36)
    assert found(f"git clone https://{token}@github.com/x/y.git") == [("SECRET", "github_token", token)]


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
    "form",
    [
        'ada_token = "{}"',
        "adaToken={}",
        "ada_token: '{}'",
        '{{"ada_token": "{}"}}',
        '\\"ada_token\\": \\"{}\\"',
        "<adaToken>{}</adaToken>",
        "<adaToken>\n    {}\n</adaToken>",
        '<entry name="adaToken" value="{}" />',
        '{{"name": "ada_token",\n "value": "{}"}}',
        "- name: ADA_TOKEN\n  value: {}\n",
        "ada_token: |\n  {}",
        "ada_token: >-\n  {}",
        'var adaToken string = "{}"',
        'var adaToken: String? = "{}"',
        'ada_token: str = "{}"',
        'const ADA_TOKEN: &str = "{}"',
        "adaToken := `{}`",
        '$adaToken .= "{}"',
        '$adaToken ??= "{}"',
        'ADA_TOKEN ?= "{}"',
        'ADA_TOKEN ::= "{}"',
        'ADA_TOKEN += "{}"',
        "adaToken,{},",
        'get("ada_token", "{}")',
        'token "{}";',
        'apikey = @"{}"',
        'd["token"] = "{}"',
        "$d[token][] = '{}'",
        "ada login --token {} --all",
        "ada_token_1: {}",
        "API_KEY_PROD={}",
        "mySecretString={}",
        "ada_credentials: {}",
        '"user_auth": "{}"',
        "private_key: {}",
        "GITHUB_PAT={}",
        "x-api-key: {}",
    ],
)
@pytest.mark.parametrize("token", ["q8Zr2LmX0vTf7KcWn4Bs", _token(HEX, 32), "sum8nlmytbx0kjqevtavetwt4ul44l"])
def test_assigned_in_many_forms(form: str, token: str) -> None:
    assert found(form.format(token)) == [("SECRET", "generic", token)]


def test_a_secret_in_quotes_may_have_any_sign() -> None:
    key = "_du9e^cmago!%(^+=gr@cu@v9-v7ulhbk2s3!w&39w4+n3*k*$"
    assert found(f"SECRET_KEY = '{key}'") == [("SECRET", "generic", key)]


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
        'public_token = "q8Zr2LmX0vTf7KcWn4Bs"',
        'csrf-token: "q8Zr2LmX0vTf7KcWn4Bs"',
        '"nextPageToken": "q8Zr2LmX0vTf7KcWn4Bs"',
        'key = "q8Zr2LmX0vTf7KcWn4Bs"',
        'primary_key = "q8Zr2LmX0vTf7KcWn4Bs"',
        'token = "abcdefghijklmnopqrstuvwxyz0123456789"',
        "token: Http2ServerTokenFactory2",
        "token=max_msg_queue_size_2",
        "client_secret=kR35Q~" + "x" * 34,
        "token=sha256~XXXXXXXXXX_PUT_YOUR_TOKEN_HERE_XXXXXXXXXXXX",
        "xoxp-204719365812-204719365812-204719365812-####################",
        "s.AcceptanceTimeoutSeconds1",
        "API-DOCUMENTATIONOFTHEPROJECTX",
        '"password" => "required|min:8|confirmed"',
        'this.addPassword = "#add-password"',
        'text("Password: " + password(1) + ".")',
        '"/a-strong-password": "/en/enterprise-server@3.0/auth"',
        "password: {{ vault_password1 }}",
        "mysql --password %DB_PASSWORD1% x",
        "uid=#{database1};pwd=#{password1};",
        "User Id=ada;Password=your_password;",
        "the password is required for AES-256 encryption.",
        "The password is Base64-encoded.",
        "The password **must** have 8 letters.",
        "password && !isValid2",
        "the password for account 12345678 has expired",
        "password PBKDF2WithHmacSHA256",
        "--- PASS: TestFoo2 (0.1s)",
        "pass:5/10",
        "Password: ********",
        "password-file: /run/secrets/pw1",
        "--password-file /run/secrets/pw1",
        '<input type="password" name="password" value="">',
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
        ("DB_PASS=hunter22\n", "hunter22"),
        ('{"pass": "hunter22"}', "hunter22"),
        ("<password>hunter22</password>", "hunter22"),
        ('<add key="ClearTextPassword" value="Hunter22" />', "Hunter22"),
        ("- name: DB_PASSWORD\n  value: hunter22\n", "hunter22"),
        ('\\"password\\": \\"hunter22\\"', "hunter22"),
        ('password = "super$ecret"', "super$ecret"),
        ("password: yqDVtkqPECriaLRi", "yqDVtkqPECriaLRi"),
        ("mot de passe : Soleil24!", "Soleil24!"),
        ("密码: abc12345", "abc12345"),
        ("비밀번호 Prl23Db#@", "Prl23Db#@"),
        ("ssh ada@host (PW:IhqSb1Gg)", "IhqSb1Gg"),
        ("user ada pass:IhqSb1Gg", "IhqSb1Gg"),
        ("username ada password IhqSb1Gg", "IhqSb1Gg"),
        ("password for ada: IhqSb1Gg", "IhqSb1Gg"),
        ("pwd of ada is IhqSb1Gg", "IhqSb1Gg"),
        ("New-User -Name ada -Password 'Sjdn43ss@!'", "Sjdn43ss@!"),
        ("mysql --user ada --password hunter22 shop", "hunter22"),
        ("Your password is Tr0ub4dor&3.", "Tr0ub4dor&3"),
        ("the password is 'Secret123'", "Secret123"),
        ("Server=db;User Id=sa;Password=monkey;", "monkey"),
        ('"User ID=ada; " & "Password =monkey_1;Initial Catalog=x;"', "monkey_1"),
        ("machine example.org login ada password monkey", "monkey"),
        ('new NetworkCredential("ada", "monkey")', "monkey"),
    ],
)
def test_passwords_with_more_than_letters(text: str, password: str) -> None:
    assert ("SECRET", "password", password) in found(text)


def test_the_cookie_of_a_gitlab() -> None:
    session = _token(HEX, 32)
    assert found(f"Cookie: _gitlab_session={session}; x=1") == [("SECRET", "gitlab_token", session)]


def test_a_secret_in_a_connection_string_of_azure() -> None:
    key = _token(LETTERS, 43) + "="
    text = f"Endpoint=https://acme.azconfig.io;Id=Ab-c0-s0:{_token(LETTERS, 20)};Secret={key}"
    assert ("SECRET", "azure_storage_key", key) in found(text)


def test_a_word_may_be_a_password() -> None:
    assert found('password = "monkey"') == []
    assert found('password = "monkey"', threshold=0) == [("SECRET", "password", "monkey")]
