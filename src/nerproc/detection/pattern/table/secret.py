"""Secrets: keys and tokens by their issuers' forms, private keys, passwords in URLs and assignments.

The forms are those that the issuers document for secret scanning; tokens without a form of their own are told
by the name beside them and by looking random.
"""

from __future__ import annotations

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.validator import secret
from nerproc.detection.pattern.validator.rule import necessary

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

# kind, expression up to the point where it is told from other text, the rest of it
_ISSUED: tuple[tuple[str, str, str], ...] = (
    ("aws_access_key", r"\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}", r"(?![A-Za-z0-9_])"),
    ("github_token", r"\bgh[pousr]_[A-Za-z0-9]{36}", r"[A-Za-z0-9]{0,219}(?!\w)"),
    ("github_token", r"\bgh[su]_\d{1,16}_eyJ[\w-]{10}", r"[\w-]{0,2000}\.[\w-]{10,3000}\.[\w-]{10,1500}"),
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
    ("slack_token", r"\bxox[ar]-(?:\d-)?[A-Za-z]{0,8}\d[A-Za-z0-9]{4}", r"[A-Za-z0-9]{0,48}(?![\w-])"),
    ("slack_token", r"\bxoxd-[A-Za-z0-9%+/=]{40}", r"[A-Za-z0-9%+/=]{0,300}"),
    ("slack_token", r"\bxapp-\d{12}-[A-Za-z0-9/+]{24}", r"(?!\w)"),
    (
        "slack_token",
        r"\b(?:xapp|xwfp|xoxe(?:\.xox[bp])?)-\d-[A-Z0-9]{8,12}-(?:\d{8,16}-)?[A-Za-z0-9]{12}",
        r"[A-Za-z0-9]{0,80}(?![\w-])",
    ),
    (
        "slack_webhook",
        r"\bhttps://hooks\.slack\.com/(?:services|workflows|triggers)/[A-Z0-9]{8}",
        r"[A-Z0-9]{0,8}/[A-Z0-9]{8,20}/[A-Za-z0-9/]{20,64}(?!\w)",
    ),
    ("google_api_key", r"\bAIza[\w-]{35}", r"(?![\w-])"),
    ("google_oauth", r"\bya29\.[\w-]{20}", r"[\w-]{0,1000}"),
    ("google_oauth", r"\bGOCSPX-[\w-]{28}", r"(?![\w-])"),
    ("google_oauth", r"\b1//0[\w-]{40}", r"[\w-]{0,200}"),
    ("stripe_key", r"\b[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10}", r"[A-Za-z0-9]{0,240}(?!\w)"),
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
    ("mailgun_key", r"\b[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}", r"(?![\w-])"),
    ("mailchimp_key", r"\b[0-9a-f]{32}-us\d", r"\d?(?!\w)"),
    ("databricks_token", r"\bdapi[a-f0-9]{32}", r"(?:-\d)?(?!\w)"),
    ("huggingface_token", r"\b(?:hf|api_org)_[A-Za-z0-9]{34}", r"(?!\w)"),
    ("square_token", r"\bsq0(?:atp|csp|idp)-[\w-]{22}", r"[\w-]{0,21}(?![\w-])"),
    ("square_token", r"\bEAAA[\w-]{60}", r"(?![\w+/=-])"),
    ("vault_token", r"\bhv[sbr]\.[\w-]{24}", r"[\w-]{0,300}"),
    ("grafana_token", r"\bgl(?:c_[A-Za-z0-9+/]{32}|sa_[A-Za-z0-9]{32})", r"[A-Za-z0-9+/_]{0,400}={0,2}"),
    ("grafana_token", r"\beyJrIjoi[A-Za-z0-9]{70}", r"[A-Za-z0-9]{0,330}={0,3}(?![\w.-])"),
    ("newrelic_key", r"\bNRAK-[A-Z0-9]{27}", r"(?!\w)"),
    ("newrelic_key", r"\bNRRA-[a-f0-9]{42}", r"(?!\w)"),
    ("newrelic_key", r"\bNRII-[A-Za-z0-9-]{32}", r"(?![\w-])"),
    ("newrelic_key", r"\bNRJS-[a-f0-9]{19}", r"(?!\w)"),
    ("linear_key", r"\blin_(?:api|oauth)_[A-Za-z0-9]{32}", r"[A-Za-z0-9]{0,32}(?!\w)"),
    ("age_key", r"\bAGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}", r"(?!\w)"),
    ("docker_token", r"\bdckr_(?:pat|oat)_[\w-]{27}", r"[\w-]{0,5}(?![\w-])"),
    ("atlassian_token", r"\bAT[AC]TT3xFfG[FN]0[\w=-]{100}", r"[\w=-]{0,200}"),
    ("atlassian_token", r"\bATBB[A-Za-z0-9]{32}", r"(?!\w)"),
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
    ("supabase_token", r"\bsb_secret_[\w-]{31}", r"(?![\w-])"),
    ("sentry_token", r"\bsntry[su]_[A-Za-z0-9+/=_-]{40}", r"[A-Za-z0-9+/=_-]{0,300}"),
    ("notion_token", r"\bntn_[A-Za-z0-9]{40}", r"[A-Za-z0-9]{0,10}(?!\w)"),
    ("notion_token", r"\bsecret_[A-Za-z0-9]{43}", r"(?!\w)"),
    ("airtable_token", r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}", r"(?!\w)"),
    ("figma_token", r"\bfigd_[\w-]{40}", r"[\w-]{0,10}(?![\w-])"),
    (
        "tailscale_key",
        r"\btskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{8}",
        r"[A-Za-z0-9]{0,16}-[A-Za-z0-9]{20,48}(?!\w)",
    ),
    ("flyio_token", r"\bfm[12][ar]?_[A-Za-z0-9+/=,_-]{100}", r"[A-Za-z0-9+/=,_-]{0,900}"),
    ("flyio_token", r"\bfo1_[\w-]{43}", r"(?![\w-])"),
    # A block that begins with -----BEGIN (RSA) PRIVATE KEY, in Base64 once more.
    (
        "private_key",
        r"\bLS0tLS1CRUdJTi(?:BSU0EgUFJJ|BEU0EgUFJJ|BFQyBQUklW|BQUklWQVRF|BPUEVOU1NI|BFTkNSWVBU)[A-Za-z0-9+/]{50}",
        r"[A-Za-z0-9+/]{0,8000}={0,2}",
    ),
    ("password_hash", r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}", r"(?![./\w])"),
    (
        "password_hash",
        r"\$(?:[156]|apr1)\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22}",
        r"(?:[./A-Za-z0-9]{21}(?:[./A-Za-z0-9]{43})?)?(?![./\w])",
    ),
    (
        "password_hash",
        r"\$argon2(?:id|i|d)\$v=\d{1,3}\$m=\d{1,9},t=\d{1,5},p=\d{1,4}\$[A-Za-z0-9+/]{8,64}\$[A-Za-z0-9+/]{16}",
        r"[A-Za-z0-9+/]{0,120}={0,2}",
    ),
    ("pulumi_token", r"\bpul-[a-f0-9]{40}", r"(?!\w)"),
    ("1password_token", r"\bops_eyJ[A-Za-z0-9+/]{250}", r"[A-Za-z0-9+/]{0,1500}={0,3}"),
    ("adobe_secret", r"\bp8e-[A-Za-z0-9_-]{32}", r"(?![\w-])"),
    ("alibaba_key", r"\bLTAI[A-Za-z0-9]{12}", r"[A-Za-z0-9]{0,8}(?!\w)"),
    ("amazon_token", rf"\bamzn\.mws\.{_UUID}", r"(?![\w-])"),
    ("amazon_token", r"\bamzn1\.oa2-cs\.v1\.[a-f0-9]{64}", r"(?!\w)"),
    ("artifactory_token", r"\bAKCp[A-Za-z0-9]{69}", r"(?!\w)"),
    ("artifactory_token", r"\bcmVmd[A-Za-z0-9]{59}", r"(?!\w)"),
    ("asana_token", r"\b[12]/\d{15,16}(?:/\d{15,16})?:[a-f0-9]{32}", r"(?!\w)"),
    ("aws_appsync_key", r"\bda2-[a-z0-9]{26}", r"(?!\w)"),
    ("aws_bedrock_key", r"\bABSK[A-Za-z0-9+/]{109}", r"[A-Za-z0-9+/]{0,160}={0,2}"),
    ("braintree_token", r"\baccess_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}", r"(?!\w)"),
    ("brevo_key", r"\bx(?:keysib|smtpsib)-[a-f0-9]{64}-[A-Za-z0-9]{16}", r"(?!\w)"),
    ("buildkite_token", r"\bbk(?:ua|rt)_[a-f0-9]{40}", r"(?!\w)"),
    ("circleci_token", r"\bCCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[a-f0-9]{40}", r"(?!\w)"),
    ("clickhouse_key", r"\b4b1d[A-Za-z0-9]{38}", r"(?!\w)"),
    ("clojars_token", r"\bCLOJARS_[A-Za-z0-9]{60}", r"(?!\w)"),
    ("cloudflare_token", r"\bv1\.0-[a-f0-9]{24}-[a-f0-9]{146}", r"(?!\w)"),
    ("cloudflare_token", r"\bcf(?:at|ut|k)_[A-Za-z0-9_-]{40}", r"[A-Za-z0-9]{0,20}(?![\w-])"),
    ("contentful_token", r"\bCFPAT-[\w-]{43}", r"(?![\w-])"),
    ("dropbox_token", r"\bsl\.(?:u\.)?[\w=-]{130}", r"[\w=-]{0,1500}"),
    ("duffel_token", r"\bduffel_(?:test|live)_[\w=-]{43}", r"(?![\w-])"),
    ("dynatrace_token", r"\bdt0[a-z]\d{2}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{64}", r"(?!\w)"),
    ("easypost_key", r"\bEZ[AT]K[A-Za-z0-9]{54}", r"(?!\w)"),
    ("elevenlabs_key", r"\bsk_[a-f0-9]{48}", r"(?!\w)"),
    ("facebook_token", r"\bEAA[A-Z][A-Za-z0-9]{100}", r"[A-Za-z0-9]{0,300}(?!\w)"),
    ("firebase_key", r"\bAAAA[\w-]{7}:APA91b[\w-]{130}", r"[\w-]{0,10}"),
    ("flutterwave_key", r"\bFLWSECK(?:_TEST)?-[A-Ha-h0-9]{12}", r"(?:[A-Ha-h0-9]{20}-X)?(?!\w)"),
    ("frameio_token", r"\bfio-u-[\w=-]{64}", r"(?![\w-])"),
    ("harness_token", r"\b[ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}", r"(?!\w)"),
    ("hubspot_token", rf"\bpat-(?:na|eu|ap)\d-{_UUID}", r"(?![\w-])"),
    ("infracost_key", r"\bico-[A-Za-z0-9]{32}", r"(?!\w)"),
    ("langfuse_key", rf"\bsk-lf-{_UUID}", r"(?![\w-])"),
    ("langsmith_key", r"\blsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}", r"(?!\w)"),
    ("launchdarkly_key", rf"\b(?:sdk|api|mob)-{_UUID}", r"(?![\w-])"),
    ("lob_key", r"\b(?:live|test)_[a-f0-9]{35}", r"(?!\w)"),
    ("mandrill_key", r"\bmd-[A-Za-z0-9_-]{22}", r"(?<=[A-Z][\w-]{0,21})(?<=\d[\w-]{0,21})(?![\w-])"),
    ("mapbox_token", r"\b[st]k\.eyJ[\w-]{50,300}\.[\w-]{22}", r"(?![\w-])"),
    ("maxmind_key", r"\b[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk", r"(?!\w)"),
    (
        "microsoft_teams_webhook",
        r"\bhttps://[a-z0-9]{1,63}\.webhook\.office\.com/webhookb2/[a-f0-9-]{36}@[a-f0-9-]{36}/IncomingWebhook/",
        r"[a-z0-9]{32}/[a-f0-9-]{36}(?:/[\w-]{1,64})?",
    ),
    ("netlify_token", r"\bnf[pcu]_[A-Za-z0-9]{36}", r"(?!\w)"),
    ("nuget_key", r"\boy2[a-z0-9]{43}", r"(?!\w)"),
    ("nvidia_key", r"\bnvapi-[\w-]{60}", r"[\w-]{0,20}"),
    ("octopus_key", r"\bAPI-[A-Z0-9]{26}", r"(?<=\d[A-Z]{0,25})(?!\w)"),
    ("openrouter_key", r"\bsk-or-v1-[a-f0-9]{64}", r"(?!\w)"),
    ("openshift_token", r"\bsha256~[\w-]{43}", r"(?![\w-])"),
    ("pinecone_key", r"\bpcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{50}", r"[A-Za-z0-9]{0,20}(?!\w)"),
    ("plaid_token", rf"\baccess-(?:sandbox|development|production)-{_UUID}", r"(?![\w-])"),
    ("prefect_key", r"\bpn[ub]_[A-Za-z0-9]{36}", r"(?!\w)"),
    ("readme_key", r"\brdme_[a-z0-9]{70}", r"(?!\w)"),
    ("render_key", r"\brnd_[A-Za-z0-9]{28}", r"[A-Za-z0-9]{0,4}(?!\w)"),
    ("salesforce_token", r"\b00[A-Za-z0-9]{13}![A-Za-z0-9._]{80}", r"[A-Za-z0-9._]{0,40}(?!\w)"),
    ("scalingo_token", r"\btk-us-[\w-]{48}", r"(?![\w-])"),
    ("settlemint_token", r"\bsm_(?:aat|pat|sat)_[A-Za-z0-9]{16}", r"(?!\w)"),
    ("shippo_token", r"\bshippo_(?:live|test)_[a-f0-9]{40}", r"(?!\w)"),
    ("sonar_token", r"\bsq[apu]_[a-f0-9]{40}", r"(?!\w)"),
    ("sourcegraph_token", r"\bsgp_(?:(?:[A-Fa-f0-9]{16}|local)_)?[A-Fa-f0-9]{40}", r"(?!\w)"),
    ("tavily_key", r"\btvly-(?:dev-|prod-)?[A-Za-z0-9]{32}", r"(?!\w)"),
    ("terraform_token", r"\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60}", r"[\w=-]{0,10}"),
    ("twitter_token", r"\bA{22}[A-Za-z0-9%]{80}", r"[A-Za-z0-9%]{0,20}(?![\w+/=])"),
    ("typeform_token", r"\btfp_[\w.=-]{59}", r"(?![\w-])"),
    ("vercel_token", r"\bvc[aikpr]_[A-Za-z0-9]{24}", r"[A-Za-z0-9]{0,40}(?!\w)"),
    ("wakatime_key", rf"\bwaka_{_UUID}", r"(?![\w-])"),
    ("wallet_key", r"\b[xyz]prv[1-9A-HJ-NP-Za-km-z]{107}", r"(?!\w)"),
    ("yandex_key", r"\bAQVN[\w-]{35}", r"[\w-]{0,3}(?![\w-])"),
    ("yandex_key", r"\bt1\.[\w-]{20,300}={0,2}\.[\w-]{86}", r"={0,2}(?![\w-])"),
)

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
# The same for the gate, with open repeats, which compile fast.
_ASSIGN_GATE = (
    rf"(?:{_QUOTE}?\]?(?:\[\])?(?:[ \t]*:?[ \t]*(?:&(?:'static )?)?str(?:ing)?\??)?[ \t]*{_OPERATOR}"
    r"[ \t]*(?:[|>][+-]?\r?\n[ \t]*)?@?"
    rf"|{_QUOTE}?,?\s+{_QUOTE}?value{_QUOTE}?[ \t]*[:=][ \t]*|>\s*)"
)
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
_PASSWORD_GATE = rf"{_PASSWORDS % '|pass|p/?w'}{_NUMBERED}{_ASSIGN_GATE}\S"
_CONNECTION = r"\b(?:server|data source|user ?id|uid|user(?:name)?|database|initial catalog|host|port)"
_SPOKEN_NAMES = (
    r"(?:\b(?:password|passwd|passwort|passphrase|passcode|pwd|pw)|비밀번호|비번|패스워드|密码|パスワード)"
)
_SPOKEN = (
    rf"{_SPOKEN_NAMES}(?:[ \t](?:for|of|in)(?:[ \t][^\s:]{{1,30}}){{1,3}}?"
    r"(?::|[ \t](?:is|was|ist|to)\b)[ \t]{0,3}|[ \t]{1,3}(?:(?:is|was|ist|to)[ \t:]{1,3})?)"
)
_SPOKEN_GATE = (
    rf"{_SPOKEN_NAMES}(?:[ \t](?:for|of|in)(?:[ \t][^\s:]+)+(?::|[ \t](?:is|was|ist|to)\b)[ \t]*"
    r"|[ \t]+(?:(?:is|was|ist|to)[ \t:]+)?)"
)
_CURL = r"(?<=\bcurl\b(?:[^\n]|\\\r?\n){0,400}[ \t])"
_CURL_USER = r"(?:-[uU]|--(?:proxy-)?user)[= \t]{1,5}"

PATTERNS: tuple[Pattern, ...] = (
    *(
        Pattern("SECRET", start + rest, 0.9, kind=kind, validator=secret.issued, gate=start)
        for kind, start, rest in _ISSUED
    ),
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
        gate=rf"{_AWS_NAME}{_ASSIGN_GATE}{_QUOTE}?[A-Za-z0-9/+]",
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
        gate=(
            rf"{_NAMES_GATE}{_NUMBERED}(?:{_ASSIGN_GATE}|{_QUOTE}?,[ \t]*|[ \t]+[\"'])"
            rf"(?:bearer )?{_QUOTE}?{_DRAWN}"
        ),
        ignore_case=True,
    ),
    # Many issuers draw keys as UUIDs; a token of other names with one is the number of a thing.
    Pattern(
        "SECRET",
        rf"(?<![a-z]){_KEYS}{_NUMBERED}(?:{_ASSIGN}|{_LIST}){_QUOTE}?\K{_UUID}(?![\w-])",
        0.6,
        kind="generic",
        validator=necessary(secret.issued),
        gate=rf"{_KEYS}{_NUMBERED}(?:{_ASSIGN_GATE}|{_QUOTE}?,[ \t]*|[ \t]+){_QUOTE}?[0-9a-f]{{8}}-",
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
        gate=rf"{_SPOKEN_GATE}[\"'`]\S",
        ignore_case=True,
    ),
    Pattern(
        "SECRET",
        rf"{_SPOKEN}(?!\w+://|[=:+&|!?])\K[^\s\"'“‘`(<,;{{}}]{{4,64}}(?<![.,;:)])(?=[\s.,;:)]|\Z)",
        0.6,
        kind="password",
        validator=necessary(secret.spoken_password),
        gate=rf"{_SPOKEN_GATE}\S",
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
