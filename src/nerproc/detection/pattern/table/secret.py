"""Secrets that the text around them tells: private keys, passwords, and tokens by their names.

Tokens without a form of their own are told by the name beside them and by looking random.
"""

from __future__ import annotations

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.table.secret_issued import UUID
from nerproc.detection.pattern.validator import secret
from nerproc.detection.pattern.validator.rule import necessary

_PRIVATE_KEY = (
    r"-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|PGP|SSH2 ENCRYPTED) )?PRIVATE KEY(?: BLOCK)?-----"
)
# Lines as the strings of a program: "…" + "…"
_PIECES = r"[\"'][ \t]{0,4}[+,.\\]?[ \t]{0,4}\r?\n?\s{0,40}[\"'][A-Za-z0-9+/]{30}"
_PRIVATE_KEY_END = r"-----END (?:[A-Z0-9]{2,9} ){0,2}PRIVATE KEY(?: BLOCK)?-----"

# What stands between a name and its value in files of settings, in programs, in XML and in JSON within JSON:
# token: x, token = x, "token" => "x", token ?= x, var token string = "x", <token>x</token>, token: |\n  x,
# name="token" value="x".
_QUOTE = r"(?:\\{0,2}[\"']|`)"
_NUMBERED = r"(?:[_-]?(?:value|string|hex|base64|b64|prod(?:uction)?|dev|test|staging|live|sandbox|\d{1,3}))?"
_TYPE = r"(?:[ \t]{0,4}:?[ \t]{0,4}(?:&(?:'static )?)?str(?:ing)?\??)?"
_OPERATOR = r"(?:[.?+]=|\?\?=|:{1,3}=|=>|[:=])"
_ASSIGN = (
    rf"(?:{_QUOTE}?\]?(?:\[\])?{_TYPE}[ \t]{{0,8}}{_OPERATOR}"
    r"(?:[ \t]{0,8}|[ \t]?[|>][+-]?\r?\n[ \t]{1,40})@?"
    rf"|{_QUOTE}?,?\s{{1,40}}{_QUOTE}?value{_QUOTE}?[ \t]{{0,4}}[:=][ \t]{{0,4}}"
    r"|(?<=<[\w:.-]{1,60})>\s{0,40}(?=[^<>]{1,300}</))"
)
# What may follow a name in the gates. They end here: a repeat of any length behind a common word would cost
# more than all other gates together.
_NAMED = r"(?:[^a-z]|value|str|hex|base64|b64|prod|dev|test|staging|live|sandbox)"
# Beside random values, a call or a row of a table is enough: get("token", "x").
_LIST = rf"{_QUOTE}?,[ \t]{{0,4}}|[ \t]{{1,4}}(?=[\"'])"

_NOT_PUBLIC = r"(?<!::\w{0,40}|(?:public(?:_?key)?|csrf|xsrf|next|page|pagination|continuation)[_-]?)"
_KEY_OF = (
    "api|secret|access|encryption|signing|account|auth|app|private|iam|license|master|session|deploy|service"
    "|storage|shared|webhook|client|consumer|subscription|admin|hmac|jwt|aes|azure|openai|cloud|ibm"
)
_NAMES = rf"{_NOT_PUBLIC}(?:(?<=(?:{_KEY_OF})[_-]?)key|secret|token|creds|credentials?|(?<=[_-])(?:auth|pat))"
_NAMES_GATE = r"(?:key|secret|token|creds|credentials?|auth|pat)"
_PASSWORDS = (
    r"(?:password|passwd|passphrase|pwd|passwort|kennwort|contraseña|senha|mot de passe|wachtwoord"
    r"|пароль|密码|密碼|パスワード|비밀번호|비번|패스워드|hasło|lösenord|şifre%s)"
)
_SHORT = r"|(?<=[a-z0-9][_-])pass|(?<=[\"'])pass(?=[\"'])|(?<![a-z])(?:p/?w|pass(?=[:=][^\s:=]))"
_AWS_NAME = r"(?:aws_?secret_?(?:access_?)?key|secretaccesskey)"
_AZURE_NAME = r"(?:(?:account_?|shared_?access_?)key[\"']?[ \t]{0,4}[=:]|\bshared ?key |;secret=)[ \"']{0,2}"
_SCHEME = r"(?:basic|bearer|token|api-?(?:token|key)|ssws)[ \t]{1,4}"
_AUTHORIZATION = r"authorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?"
_KEYS = r"(?:api|auth|access|secret|subscription|client)[_-]?(?:key|token|secret)"
_DRAWN = r"[^\s\"'`\\]"  # within quotes
_TOKEN = (
    rf"(?:{_QUOTE}\K{_DRAWN}{{10,2048}}(?={_QUOTE})"
    r"|\K[\w.~+/=-]{10,2048}(?=[\s,;&<\"'`)\]}\\]|\Z))"
)
_CHOSEN = (
    r"(?:\"\K[^\"\n]{4,128}(?=\")|'\K[^'\n]{4,128}(?=')|`\K[^`\n]{4,128}(?=`)"
    r"|\\{1,2}(?:\"\K[^\"\\\n]{4,128}(?=\\{1,2}\")|'\K[^'\\\n]{4,128}(?=\\{1,2}'))"
    r"|\K(?:[^\s\"'`,;&<>(){}\[\]\\]|\\(?![nrt\"'])){4,128}(?=[\s,;&<\"'`)\]}\\]|\Z))"
)
_PASSWORD = rf"{_PASSWORDS % _SHORT}{_NUMBERED}{_ASSIGN}{_CHOSEN}"
_PASSWORD_GATE = rf"{_PASSWORDS % '|pass|p/?w'}{_NAMED}"
_CONNECTION = r"\b(?:server|data source|user ?id|uid|user(?:name)?|database|initial catalog|host|port)"
_SPOKEN_NAMES = (
    r"(?:\b(?:password|passwd|passwort|passphrase|passcode|pwd|pw)|비밀번호|비번|패스워드|密码|パスワード)"
)
_SPOKEN = (
    rf"{_SPOKEN_NAMES}(?:[ \t](?:for|of|in)(?:[ \t][^\s:]{{1,30}}){{1,3}}?"
    r"(?::|[ \t](?:is|was|ist|to)\b)[ \t]{0,3}|[ \t]{1,3}(?:(?:is|was|ist|to)[ \t:]{1,3})?)"
)
_CURL = r"(?<=\bcurl\b(?:[^\n]|\\\r?\n){0,400}[ \t])"
_CURL_USER = r"(?:-[uU]|--(?:proxy-)?user)[= \t]{1,5}"

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "SECRET",
        r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])",
        0.9,
        kind="azure_client_secret",
        validator=secret.issued,
        gate=r"[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31}",
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
        rf"{_PRIVATE_KEY}(?=[\s\\]|[A-Za-z0-9+/]{{20}}|{_PIECES})(?:(?!-----)[\s\S]|-----(?!END|BEGIN)){{0,8050}}+{_PRIVATE_KEY_END}",
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
        r"\beyJ[\w-]{10,2000}\.eyJ[\w-]{8,6000}(?:\.(?:[\w-]{1,1500}={0,2})?)?",
        0.9,
        kind="jwt",
        validator=secret.json_web_token,
        gate=r"\beyJ[\w-]{10}",
    ),
    Pattern(
        "SECRET",
        rf"{_AWS_NAME}{_ASSIGN}{_QUOTE}?\K[A-Za-z0-9/+]{{40}}(?![A-Za-z0-9/+=])",
        0.9,
        kind="aws_secret_key",
        validator=necessary(secret.random_key),
        gate=rf"{_AWS_NAME}{_NAMED}",
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
        # Some write an @ in a password as it is; what follows it is no host then.
        r"://[^\s:/?#\"'<>]{0,64}:\K[^\s/?#@\"'<>{}]{3,128}(?:@[^\s/?#@\"'<>{}:,;]{1,64}){0,2}(?=@[\w.\[(%-])",
        0.8,
        kind="url_password",
        validator=secret.password,
        gate=r"://[^\s:/?#]*:[^\s/]",
    ),
    Pattern(
        "SECRET",
        rf"{_NAMES}{_NUMBERED}(?:{_ASSIGN}|{_LIST})(?:bearer )?{_TOKEN}",
        0.6,
        kind="generic",
        validator=necessary(secret.random_secret),
        gate=rf"{_NAMES_GATE}{_NAMED}",
        ignore_case=True,
    ),
    # Many issuers draw keys as UUIDs; a token of other names with one is the number of a thing.
    Pattern(
        "SECRET",
        rf"(?<![a-z]){_KEYS}{_NUMBERED}(?:{_ASSIGN}|{_LIST}){_QUOTE}?\K{UUID}(?![\w-])",
        0.6,
        kind="generic",
        validator=necessary(secret.issued),
        gate=rf"{_KEYS}{_NAMED}",
        ignore_case=True,
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
        rf"{_CURL}{_CURL_USER}"
        r"(?:\"[^\s\":]{0,64}:\K[^\"\n]{3,128}(?=\")|'[^\s':]{0,64}:\K[^'\n]{3,128}(?=')"
        r"|[^\s:\"'<]{0,64}:(?:\"\K[^\"\n]{3,128}(?=\")|'\K[^'\n]{3,128}(?=')|\K(?!//)[^\s\"']{3,128}))",
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
        rf"{_AUTHORIZATION}(?:{_SCHEME}\K[\w.~+/-]{{8,2000}}={{0,2}}(?![\w=])"
        r"|\K[\w.~+/=@-]{12,2000}(?=[ \t]*(?:[\"'`\r\n\\]|\Z)))",
        0.7,
        kind="authorization",
        validator=necessary(secret.authorization),
        gate=rf"{_AUTHORIZATION}(?:{_SCHEME})?[\w.~+/=@-]{{8}}",
        ignore_case=True,
    ),
    Pattern(
        "SECRET",
        r"\bBearer[ \t]{1,4}\K[\w.~+/-]{20,2000}={0,2}(?![\w=])",
        0.6,
        kind="authorization",
        validator=necessary(secret.random_secret),
        gate=r"\bBearer[ \t]+[\w.~+/-]{20}",
    ),
    # --token x
    Pattern(
        "SECRET",
        rf"(?<![\w-])--[\w-]{{0,30}}?(?:token|secret|key|bearer)[ \t]{{1,4}}{_TOKEN}",
        0.6,
        kind="generic",
        validator=necessary(secret.random_secret),
        gate=rf"--(?:[\w-]*-)?(?:token|secret|key|bearer)[ \t]+{_QUOTE}?{_DRAWN}",
        ignore_case=True,
    ),
    Pattern(
        "SECRET",
        rf"(?<![\w-])--?(?:[\w-]{{1,30}}-)?(?:password|passwd|passphrase|pwd|pass)[ \t]{{1,4}}(?!-)"
        rf"{_CHOSEN}",
        0.6,
        kind="password",
        validator=necessary(secret.strong_password),
        gate=r"-(?:[\w-]*-)?(?:password|passwd|passphrase|pwd|pass)[ \t]+\S",
        ignore_case=True,
    ),
    # In connection strings, where a word is a password, too: User Id=ada;Password=monkey;
    Pattern(
        "SECRET",
        rf"(?<={_CONNECTION}[ \t]{{0,2}}=[^\n\"'=;]{{1,80}};[ \t\"&+]{{0,8}})"
        r"(?:password|pwd)[ \t]{0,4}=[ \t]{0,4}\K[^\s;\"'<>]{3,128}(?=[;\"'\s<]|\Z)",
        0.6,
        kind="password",
        validator=necessary(secret.password),
        gate=r"(?:password|pwd)[ \t]*=[ \t]*[!-~]",
        ignore_case=True,
    ),
    # .netrc
    Pattern(
        "SECRET",
        r"\b(?:machine\s{1,20}\S{1,128}|default)\s{1,20}login\s{1,20}\S{1,128}\s{1,20}password\s{1,20}\K\S{3,128}",
        0.7,
        kind="password",
        validator=necessary(secret.password),
        gate=r"\b(?:machine\s+\S+|default)\s+login\s+\S+\s+password\s+\S",
    ),
    Pattern(
        "SECRET",
        r"\bNetworkCredential\s{0,4}\(\s{0,20}\"[^\"\n]{1,64}\"\s{0,4},\s{0,20}\"\K[^\"\n]{3,64}(?=\")",
        0.7,
        kind="password",
        validator=necessary(secret.password),
        gate=r"\bNetworkCredential\s*\(\s*\"[^\"\n]+\"\s*,\s*\"",
        ignore_case=True,
    ),
    # In sentences.
    Pattern(
        "SECRET",
        rf"{_SPOKEN}(?:\"\K[^\s\"]{{4,64}}(?=\")|'\K[^\s']{{4,64}}(?=')|`\K[^\s`]{{4,64}}(?=`))",
        0.6,
        kind="password",
        validator=necessary(secret.strong_password),
        gate=rf"{_SPOKEN_NAMES}[ \t]",
        ignore_case=True,
    ),
    Pattern(
        "SECRET",
        rf"{_SPOKEN}(?!\w+://|[=:+&|!?])\K[^\s\"'“‘`(<,;{{}}]{{4,64}}(?<![.,;:)])(?=[\s.,;:)]|\Z)",
        0.6,
        kind="password",
        validator=necessary(secret.spoken_password),
        gate=rf"{_SPOKEN_NAMES}[ \t]",
        ignore_case=True,
    ),
    # In the cookie of a GitLab.
    Pattern(
        "SECRET",
        r"_gitlab_session=\K[0-9a-z]{32}(?!\w)",
        0.9,
        kind="gitlab_token",
        validator=secret.issued,
        gate=r"_gitlab_session=[0-9a-z]{32}",
    ),
    # Tokens of Vault before version 1.10: of the letters of programs, none is drawn so.
    Pattern(
        "SECRET",
        r"(?<![\w.])s\.[A-Za-z0-9]{24}(?![\w.(])",
        0.6,
        kind="vault_token",
        validator=necessary(secret.drawn),
        gate=r"\bs\.[A-Za-z0-9]{24}",
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
