"""Secrets: keys and tokens by their issuers' forms, private keys, passwords in URLs and assignments.

The forms are those that the issuers document for secret scanning; tokens without a form of their own are told
by the name beside them and by looking random.
"""

from __future__ import annotations

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.validator import secret
from nerproc.detection.pattern.validator.rule import necessary

# kind, expression up to the point where it is told from other text, the rest of it
_ISSUED: tuple[tuple[str, str, str], ...] = (
    ("aws_access_key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}", r"(?![A-Za-z0-9_])"),
    ("github_token", r"\bgh[pousr]_[A-Za-z0-9]{36}", r"[A-Za-z0-9]{0,219}(?!\w)"),
    ("github_token", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", r"(?!\w)"),
    (
        "gitlab_token",
        r"\bgl(?:pat|dt|ptt|rt|cbt|ft|soat|imt|oas|agent|ffct)-[\w-]{20}",
        r"[\w.-]{0,280}(?<![.-])",
    ),
    ("gitlab_token", r"\bGR1348941[\w-]{20}", r"(?![\w-])"),
    # Numbers of workspace and user come first; what lacks them is a name in an example.
    (
        "slack_token",
        r"\b(?:xox[abceoprs]|xwfp)-(?:\d-)?\d{6,14}-[A-Za-z0-9]{6}",
        r"(?>[A-Za-z0-9]{0,80}(?:-[A-Za-z0-9]{1,80}){0,6})(?!-?[#*<])",
    ),
    ("slack_token", r"\bxoxe(?:\.xox[bp])?-\d-[A-Za-z0-9]{100}", r"[A-Za-z0-9]{0,100}(?!\w)"),
    ("slack_token", r"\bxoxd-[A-Za-z0-9%+/=]{40}", r"[A-Za-z0-9%+/=]{0,300}"),
    ("slack_token", r"\bxapp-\d-[A-Z0-9]{8}", r"[A-Z0-9]{0,12}-\d{8,16}-[a-z0-9]{32,80}(?!\w)"),
    (
        "slack_webhook",
        r"\bhttps://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Z0-9]{8}",
        r"[A-Z0-9]{0,8}/[A-Z0-9]{8,20}/[A-Za-z0-9/]{20,64}(?!\w)",
    ),
    ("google_api_key", r"\bAIza[\w-]{35}", r"(?![\w-])"),
    ("google_oauth", r"\bya29\.[\w-]{20}", r"[\w-]{0,1000}"),
    ("google_oauth", r"\bGOCSPX-[\w-]{28}", r"(?![\w-])"),
    ("google_oauth", r"\b1//0[\w-]{40}", r"[\w-]{0,200}"),
    ("stripe_key", r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{10}", r"[A-Za-z0-9]{0,240}(?!\w)"),
    ("stripe_key", r"\bwhsec_[A-Za-z0-9]{24}", r"[A-Za-z0-9+/]{0,60}={0,2}"),
    ("npm_token", r"\bnpm_[A-Za-z0-9]{36}", r"(?!\w)"),
    ("pypi_token", r"\bpypi-AgE[\w-]{50}", r"[\w-]{0,1000}"),
    ("sendgrid_key", r"\bSG\.[\w-]{16,24}\.[\w-]{32}", r"[\w-]{0,32}(?![\w-])"),
    ("twilio_key", r"\bSK[0-9a-f]{32}", r"(?!\w)"),
    ("anthropic_key", r"\bsk-ant-[\w-]{20}", r"[\w-]{0,200}"),
    ("openai_key", r"\bsk-(?:proj|svcacct|admin|None)-[\w-]{20}", r"[\w-]{0,240}"),
    ("openai_key", r"\bsk-[A-Za-z0-9]{32}", r"[A-Za-z0-9]{0,32}(?![\w-])"),
    ("digitalocean_token", r"\bdo[opr]_v1_[a-f0-9]{64}", r"(?!\w)"),
    ("shopify_token", r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}", r"(?!\w)"),
    (
        "discord_webhook",
        r"\bhttps://(?:canary\.|ptb\.)?discord(?:app)?\.com/api/webhooks/\d{17}",
        r"\d{0,3}/[\w-]{60,80}",
    ),
    ("mailgun_key", r"\bkey-[0-9a-f]{32}", r"(?!\w)"),
    ("mailchimp_key", r"\b[0-9a-f]{32}-us\d", r"\d?(?!\w)"),
    ("databricks_token", r"\bdapi[a-f0-9]{32}", r"(?:-\d)?(?!\w)"),
    ("huggingface_token", r"\b(?:hf|api_org)_[A-Za-z0-9]{34}", r"(?!\w)"),
    ("square_token", r"\bsq0(?:atp|csp)-[\w-]{22}", r"[\w-]{0,21}(?![\w-])"),
    ("square_token", r"\bEAAA[\w-]{60}", r"(?![\w+/=-])"),
    ("vault_token", r"\bhv[sbr]\.[\w-]{24}", r"[\w-]{0,300}"),
    ("grafana_token", r"\bgl(?:c_[A-Za-z0-9+/]{32}|sa_[A-Za-z0-9]{32})", r"[A-Za-z0-9+/_]{0,400}={0,2}"),
    ("newrelic_key", r"\bNRAK-[A-Z0-9]{27}", r"(?!\w)"),
    ("newrelic_key", r"\bNRRA-[a-f0-9]{42}", r"(?!\w)"),
    ("linear_key", r"\blin_(?:api|oauth)_[A-Za-z0-9]{32}", r"[A-Za-z0-9]{0,32}(?!\w)"),
    ("age_key", r"\bAGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}", r"(?!\w)"),
    ("docker_token", r"\bdckr_(?:pat|oat)_[\w-]{27}", r"[\w-]{0,5}(?![\w-])"),
    ("atlassian_token", r"\bATATT3xFfGF0[\w=-]{100}", r"[\w=-]{0,200}"),
    ("doppler_token", r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40}", r"[A-Za-z0-9]{0,4}(?!\w)"),
    ("planetscale_token", r"\bpscale_(?:tkn|pw|oauth)_[\w=.-]{32}", r"[\w=.-]{0,32}"),
    ("rubygems_token", r"\brubygems_[a-f0-9]{48}", r"(?!\w)"),
    ("cargo_token", r"\bcio[A-Za-z0-9]{32}", r"(?!\w)"),
    ("postman_key", r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}", r"(?!\w)"),
    ("heroku_key", r"\bHRKU-AA[\w-]{58}", r"(?![\w-])"),
    ("groq_key", r"\bgsk_[A-Za-z0-9]{52}", r"(?!\w)"),
    ("xai_key", r"\bxai-[A-Za-z0-9]{70}", r"[A-Za-z0-9]{0,20}(?!\w)"),
    ("perplexity_key", r"\bpplx-[A-Za-z0-9]{40}", r"[A-Za-z0-9]{0,16}(?!\w)"),
    ("replicate_token", r"\br8_[A-Za-z0-9]{37}", r"(?!\w)"),
    ("supabase_token", r"\bsb[ps]_[a-f0-9]{40}", r"(?!\w)"),
    ("sentry_token", r"\bsntry[su]_[A-Za-z0-9+/=_-]{40}", r"[A-Za-z0-9+/=_-]{0,300}"),
    ("notion_token", r"\bntn_[A-Za-z0-9]{40}", r"[A-Za-z0-9]{0,10}(?!\w)"),
    ("notion_token", r"\bsecret_[A-Za-z0-9]{43}", r"(?!\w)"),
    ("airtable_token", r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}", r"(?!\w)"),
    ("figma_token", r"\bfigd_[\w-]{40}", r"[\w-]{0,10}(?![\w-])"),
    (
        "tailscale_key",
        r"\btskey-(?:auth|api|client)-[A-Za-z0-9]{8}",
        r"[A-Za-z0-9]{0,16}-[A-Za-z0-9]{20,48}(?!\w)",
    ),
    ("flyio_token", r"\bfm[12][ar]?_[A-Za-z0-9+/=,_-]{100}", r"[A-Za-z0-9+/=,_-]{0,900}"),
    ("flyio_token", r"\bfo1_[\w-]{43}", r"(?![\w-])"),
    ("pulumi_token", r"\bpul-[a-f0-9]{40}", r"(?!\w)"),
)

_PRIVATE_KEY = (
    r"-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|PGP|SSH2 ENCRYPTED) )?PRIVATE KEY(?: BLOCK)?-----"
)
_PRIVATE_KEY_END = r"-----END (?:[A-Z0-9]{2,9} ){0,2}PRIVATE KEY(?: BLOCK)?-----"

_NAMES = (
    r"(?<!::\w{0,40}|public_?key_?)"
    r"(?:(?<=(?:api|secret|access|encryption|signing|account|auth|app)[_-]?)key|secret|token)"
)
_PASSWORDS = r"(?:password|passwd|passphrase|pwd|passwort|contraseña|senha)"
_ASSIGN = r"[\"']?\]?[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}"
_AZURE_NAME = r"(?:(?:account_?|shared_?access_?)key[\"']?[ \t]{0,4}[=:]|\bshared ?key )[ \"']{0,2}"
_AUTHORIZATION = (
    r"authorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?(?:basic|bearer|token|api-?(?:token|key))[ \t]{1,4}"
)
_KEYS = r"(?:api|auth|access|secret|subscription|client)[_-]?(?:key|token|secret)"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PASSWORD = (
    rf"{_PASSWORDS}{_ASSIGN}(?:\"\K[^\"\n]{{4,128}}(?=\")|'\K[^'\n]{{4,128}}(?=')"
    rf"|\K[^\s\"',;&<>(){{}}\[\]]{{4,128}}(?=[\s,;&<\"')\]}}]|\Z))"
)
_CURL_USER = r"(?:-u|--user)[= \t]{1,5}"
_PASSWORD_GATE = rf"{_PASSWORDS}[\"']?\]?[ \t]*(?::=|=>|[:=])[ \t]*[\"']?\S"

PATTERNS: tuple[Pattern, ...] = (
    *(
        Pattern("SECRET", start + rest, 0.9, kind=kind, validator=secret.issued, gate=start)
        for kind, start, rest in _ISSUED
    ),
    Pattern(
        "SECRET",
        r"(?<![\w~.-])[A-Za-z0-9_~.]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])",
        0.9,
        kind="azure_client_secret",
        validator=secret.issued,
        gate=r"[A-Za-z0-9_~.]{3}\dQ~[\w~.-]{31}",
    ),
    # In the URL of a call, `bot` stands before it.
    Pattern(
        "SECRET",
        r"(?:(?<=\bbot)|\b)\d{8,10}:AA[\w-]{33}(?![\w-])",
        0.9,
        kind="telegram_token",
        validator=secret.issued,
        gate=r"\d{8,10}:AA[\w-]{33}",
    ),
    # The whole block where it ends within the longest entity, else its head. In variables of an environment it
    # may have lost its line breaks.
    Pattern(
        "SECRET",
        rf"{_PRIVATE_KEY}(?=[\s\\]|[A-Za-z0-9+/]{{20}})(?:(?!-----)[\s\S]|-----(?!END|BEGIN)){{0,8050}}+{_PRIVATE_KEY_END}",
        0.9,
        kind="private_key",
        validator=secret.issued,
        gate=r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
    ),
    Pattern(
        "SECRET",
        rf"{_PRIVATE_KEY}(?:\s|\\n){{1,4}}"
        r"(?:[A-Za-z0-9+/=-]{1,128}(?::? [^\n]{1,80})?(?:\s|\\n){0,4}){1,120}",
        0.9,
        kind="private_key",
        gate=r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
    ),
    # PuTTY's own format: the number of lines, then the lines.
    Pattern(
        "SECRET",
        r"Private-Lines: \d{1,3}\r?\n(?:[A-Za-z0-9+/]{4,64}={0,2}(?:\r?\n|\Z)){1,120}",
        0.9,
        kind="private_key",
        validator=secret.issued,
        gate=r"Private-Lines: \d{1,3}\r?\n[A-Za-z0-9+/]",
    ),
    # Without the third part where nobody signed it.
    Pattern(
        "SECRET",
        r"\beyJ[\w-]{10,2000}\.eyJ[\w-]{8,6000}(?:\.[\w-]{0,1500})?",
        0.9,
        kind="jwt",
        validator=secret.json_web_token,
        gate=r"\beyJ[\w-]{10}",
    ),
    Pattern(
        "SECRET",
        r"(?i:aws_?secret_?(?:access_?)?key|secretaccesskey)[\"']?\s{0,4}(?:=>|[:=])\s{0,4}[\"']?\K[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
        0.9,
        kind="aws_secret_key",
        validator=necessary(secret.random_key),
        gate=r"(?:aws_?secret_?(?:access_?)?key|secretaccesskey)[\"']?\s*(?:=>|[:=])\s*[\"']?[A-Za-z0-9/+]",
        ignore_case=True,
    ),
    Pattern(
        "SECRET",
        r"(?<![A-Za-z0-9/+=_-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])",
        0.1,
        kind="aws_secret_key",
        validator=necessary(secret.random_key),
        context=("aws", "amazon", "secret", "secret access key", "secret key", "iam"),
        gate=r"\b[A-Za-z0-9/+]{40}",
        numeral=True,
    ),
    Pattern(
        "SECRET",
        r"://[^\s:/?#@\"'<>]{0,64}:\K[^\s/?#@\"'<>{}$*]{3,128}(?=@[\w.\[-])",
        0.8,
        kind="url_password",
        validator=secret.password,
        gate=r"://[^\s:/?#@]*:[^\s/]",
    ),
    Pattern(
        "SECRET",
        rf"{_NAMES}{_ASSIGN}(?:bearer )?"
        r"(?:[\"']\K[\w.~+/=!@#%&-]{16,256}(?=[\"'])|\K[\w.~+/=-]{16,256}(?=[\s,;&\"']|\Z))",
        0.6,
        kind="generic",
        validator=necessary(secret.random_secret),
        gate=r"(?:key|secret|token)[\"']?\]?[ \t]*(?::=|=>|[:=])[ \t]*(?:bearer )?[\"']?[\w.~+/=!@#%&-]",
        ignore_case=True,
    ),
    # Many issuers draw keys as UUIDs; a token of other names with one is the number of a thing.
    Pattern(
        "SECRET",
        rf"(?<![a-z]){_KEYS}{_ASSIGN}[\"']?\K{_UUID}(?![\w-])",
        0.6,
        kind="generic",
        validator=necessary(secret.issued),
        gate=rf"{_KEYS}[\"']?\]?[ \t]*(?::=|=>|[:=])[ \t]*[\"']?[0-9a-f]{{8}}-",
        ignore_case=True,
        numeral=True,
    ),
    # In .npmrc: //registry.example/:_authToken=…
    Pattern(
        "SECRET",
        r":_(?:authToken|auth|password)[ \t]{0,3}=[ \t]{0,3}\K[\w.+/-]{8,512}={0,2}(?![\w=])",
        0.8,
        kind="npm_token",
        validator=necessary(secret.password),
        gate=r":_(?:authToken|auth|password)[ \t]{0,3}=[ \t]{0,3}[\w.+/-]",
    ),
    # curl -u name:password
    Pattern(
        "SECRET",
        rf"(?<=\bcurl\b[^\n]{{0,400}}[ \t]){_CURL_USER}"
        r"(?:\"[^\s\":]{0,64}:\K[^\"\n]{3,128}(?=\")|'[^\s':]{0,64}:\K[^'\n]{3,128}(?=')"
        r"|[^\s:\"']{0,64}:\K(?!//)[^\s\"']{3,128})",
        0.6,
        kind="password",
        validator=necessary(secret.strong_password),
        gate=rf"{_CURL_USER}[!-~]",
    ),
    Pattern(
        "SECRET",
        rf"{_AZURE_NAME}\K[A-Za-z0-9+/]{{42,86}}={{1,2}}(?!=)",
        0.9,
        kind="azure_storage_key",
        validator=secret.issued,
        gate=rf"{_AZURE_NAME}[A-Za-z0-9+/]",
        ignore_case=True,
    ),
    # The digests of packages are written like this, too: sha512-…
    Pattern(
        "SECRET",
        r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/]{86}==(?![A-Za-z0-9+/=])",
        0.1,
        kind="azure_storage_key",
        validator=necessary(secret.random_key),
        context=("azure", "azure storage", "storage", "blob", "cosmos", "account key"),
        gate=r"\b[A-Za-z0-9+/]{86}==",
    ),
    Pattern(
        "SECRET",
        r"\bsig=\K[A-Za-z0-9%+/]{40,100}(?:%3[Dd]|=)",
        0.8,
        kind="azure_signature",
        validator=secret.issued,
        gate=r"\bsig=[A-Za-z0-9%+/]{40}",
    ),
    Pattern(
        "SECRET",
        r"\b[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])",
        0.8,
        kind="discord_token",
        validator=secret.discord_token,
        gate=r"\b[MNO][\w-]{22,27}\.[\w-]{6}\.[\w-]{27}",
    ),
    Pattern(
        "SECRET",
        rf"{_AUTHORIZATION}\K[\w.~+/-]{{12,2000}}={{0,2}}(?![\w=])",
        0.7,
        kind="authorization",
        validator=necessary(secret.random_secret),
        gate=rf"{_AUTHORIZATION}[\w.~+/-]{{12}}",
        ignore_case=True,
    ),
    Pattern(
        "SECRET",
        _PASSWORD,
        0.6,
        kind="password",
        validator=necessary(secret.strong_password),
        gate=_PASSWORD_GATE,
        ignore_case=True,
    ),
    # A word may be a password, and is mostly the name of a variable.
    Pattern(
        "SECRET",
        _PASSWORD,
        0.3,
        kind="password",
        validator=necessary(secret.password),
        gate=_PASSWORD_GATE,
        ignore_case=True,
    ),
)
