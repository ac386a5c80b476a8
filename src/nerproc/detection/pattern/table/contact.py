"""E-mail addresses, telephone numbers, URLs."""

from __future__ import annotations

from string import ascii_letters, digits

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.validator import domain, phone
from nerproc.detection.pattern.validator.rule import necessary

_LETTERS = (
    r"A-Za-z\u00c0-\u024f"  # Latin with its accents: addresses are written in other scripts without spaces
)
_LOCAL = rf"{_LETTERS}0-9_%+'&~\-"
_HOST_CHARACTERS = f"{ascii_letters}{digits}-.{''.join(map(chr, range(0xC0, 0x250)))}"
_LOCAL_CHARACTERS = f"{_HOST_CHARACTERS}_%+'&~"
_HOST_LABEL = rf"[{_LETTERS}0-9](?:[{_LETTERS}0-9-]{{0,61}}[{_LETTERS}0-9])?"

# RFC 5321 in its usual extent: atoms of at most 64 characters, labels of at most 63.
_EMAIL = (
    rf"(?<![{_LETTERS}0-9_])(?<!://[^\s/@]{{0,64}}:)(?=[{_LOCAL}.]{{1,64}}@)"
    rf"[{_LETTERS}0-9_][{_LOCAL}]*+(?:\.[{_LOCAL}]++)*+@(?:{_HOST_LABEL}\.){{1,8}}"
    rf"(?:xn--[A-Za-z0-9-]{{2,59}}|[A-Za-z]{{2,24}})(?![{_LETTERS}0-9_]|-[{_LETTERS}0-9])"
)

# What may stand in a URL; brackets only in pairs; the last character is no punctuation of the sentence.
_URL_CHARACTER = r"[^\s()<>\[\]{}\"'`|\\^\u00ab\u00bb\u2018-\u201f\u3000-\u303f\uff00-\uff0f]"
_URL_REST = rf"(?:{_URL_CHARACTER}|\({_URL_CHARACTER}{{0,512}}\)){{1,2048}}(?<![.,;:!?*_~&@…])"
_HOST_BEHIND_SCHEME = rf"(?=[{_LETTERS}0-9_\[%-]|[^\s/]{{1,128}}@)"
_TAIL = rf"(?::\d{{1,5}})?(?:[/?#](?:{_URL_REST})?)?"

# Where a bare host is a host and not the end of a sentence, a file or a member of an object.
_COMMON = "com|org|net|edu|gov|mil|eu|uk|de|fr|nl|ch|se|dk|fi|ie|pt|cz|jp|cn|kr|br|mx|ca|au|nz|za|ru|ua"
_AMBIGUOUS = "info|biz|io|dev|app|ai|tv|cloud|online|shop|site|store|tech|xyz|at|be|it|es|in|us|co|me|pl|no|ly"
_BARE_HOST = rf"(?<![\w\u00c0-\u024f.@/\\%%-])(?:{_HOST_LABEL}\.){{1,8}}?(?:%s)(?![\w@-]|\.\w|\()"
_SITE_WORDS = (
    "url", "website", "web site", "site", "web", "homepage", "domain", "host", "hostname", "link", "visit",
    "www", "server", "online",
)  # fmt: skip

_PHONE_WORDS = (
    "phone", "telephone", "tel", "cell", "cellphone", "mobile", "call", "fax", "ph", "mob", "contact", "hotline",
    "whatsapp", "whats app", "sms", "text me", "text us", "ring", "dial", "helpline", "landline", "telefon", "téléphone", "teléfono", "telefono",
    "telefone", "handy", "mobil", "portable", "móvil", "celular", "cellulare", "rufnummer", "telefoon",
    "puhelin", "telefonnummer", "phone number", "contact number", "mobile number", "telefone", "tél", "тел", "телефон",
    "τηλέφωνο", "τηλ", "電話", "携帯", "电话", "手机", "電郵", "전화", "휴대폰", "โทร", "فون", "هاتف", "טלפון", "נייד",
)  # fmt: skip
_EXTENSION = r"(?:[ ,;]{0,2}(?:(?i:ext|extension|x)\.?|#) ?\d{1,5}(?!\d))?"
_GROUPS = r"(?:[-. /\u2013]{0,2}(?:\(\d{1,5}\)|\d)){4,13}[-. /\u2013]{0,2}\d"  # brackets in pairs
_NO_NUMBER_BEFORE = r"(?<![\w+])(?<!\d[./-])"
_NO_NUMBER_AFTER = r"(?![\w]|[./-]\d)"
# Dates of all countries are valid numbers of some.
_NO_DATE = r"(?!\d{1,2}([-./])\d{1,2}\1(?:19|20)\d\d(?!\d)|(?:19|20)\d\d([-./])[01]?\d\2[0-3]?\d(?!\d))"
_NORTH_AMERICAN_SEPARATED = r"(?:1[-. ])?\d{3}([-.])\d{3}\1\d{4}"

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "EMAIL",
        _EMAIL,
        0.9,
        validator=domain.ends_in_known_domain,
        gate=rf"@[{_LETTERS}0-9][{_LETTERS}0-9.-]*?\.[A-Za-z]",
        prefix=_LOCAL_CHARACTERS,
    ),
    # As a parameter of a URL: ada%40example.com
    Pattern(
        "EMAIL",
        rf"(?<![\w.%-])[A-Za-z0-9][\w.+-]{{0,63}}%40(?:{_HOST_LABEL}\.){{1,8}}[A-Za-z]{{2,24}}(?![\w-])",
        0.8,
        validator=domain.ends_in_known_domain,
        gate=r"%40[A-Za-z0-9][A-Za-z0-9-]*\.[A-Za-z]",
        prefix=_LOCAL_CHARACTERS,
    ),
    Pattern(
        "URL",
        rf"(?<![A-Za-z])(?:https?|ftps?|sftp|wss?)://{_HOST_BEHIND_SCHEME}{_URL_REST}",
        0.85,
        gate=r"(?:https?|ftps?|sftp|wss?)://\S",
        ignore_case=True,
    ),
    Pattern(
        "URL",
        rf"(?<![\w.@/-])www\d{{0,3}}\.(?:{_HOST_LABEL}\.){{1,8}}[A-Za-z]{{2,24}}(?![\w@]){_TAIL}",
        0.8,
        validator=necessary(domain.known_host),
        gate=r"\bwww\d{0,3}\.[A-Za-z0-9]",
        ignore_case=True,
    ),
    Pattern(
        "URL",
        (_BARE_HOST % f"{_COMMON}|COM|ORG|NET|EDU|GOV") + _TAIL,
        0.5,
        context=_SITE_WORDS,
        gate=rf"\.(?:{_COMMON}|COM|ORG|NET|EDU|GOV)\b",
        prefix=_HOST_CHARACTERS,
    ),
    Pattern(
        "URL",
        (_BARE_HOST % _AMBIGUOUS) + _TAIL,
        0.2,
        context=_SITE_WORDS,
        gate=rf"\.(?:{_AMBIGUOUS})\b",
        prefix=_HOST_CHARACTERS,
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"(?<![\w+])\+1[-. ]?\(?\d{{3}}\)?[-. /]{{0,2}}\d{{3}}[-. ]?\d{{4}}(?![\d]){_EXTENSION}",
        0.75,
        validator=phone.international,
        context=_PHONE_WORDS,
        gate=r"\+1[-. ]?\(?\d{3}",
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"(?<![\w+])\+(?!\d+\.\d{{1,3}}(?![-. /\d]))[2-9]\d{{0,2}}{_GROUPS}(?!\d){_EXTENSION}",
        0.75,
        validator=phone.international,
        context=_PHONE_WORDS,
        gate=r"\+[2-9][-. /(\u2013]{0,3}\d",
    ),
    # Forms that no other number has, though the plan has no such area or exchange: (555) 123-4567 in examples.
    Pattern(
        "PHONE_NUMBER",
        rf"(?<![\w+])(?<!\d[./-])(?:\+1[-. ]?)?\(\d{{3}}\) ?\d{{3}}-\d{{4}}{_NO_NUMBER_AFTER}{_EXTENSION}",
        0.5,
        context=_PHONE_WORDS,
        gate=r"\(\d{3}\) ?\d{3}-\d{4}",
        prefix="+1-. ",
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"(?:(?<![\w+])\+1[-. ]|{_NO_NUMBER_BEFORE})\d{{3}}-\d{{3}}-\d{{4}}{_NO_NUMBER_AFTER}{_EXTENSION}",
        0.3,
        context=_PHONE_WORDS,
        gate=r"\b\d{3}-\d{3}-\d{4}\b",
        prefix="+1-. ",
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"(?<![\w+])(?<!\d[./-])\(\d{{3}}\) ?\d{{3}}[-. ]\d{{4}}{_NO_NUMBER_AFTER}{_EXTENSION}",
        0.75,
        validator=necessary(phone.north_american),
        context=_PHONE_WORDS,
        gate=r"\(\d{3}\) ?\d{3}[-. ]\d{4}",
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"{_NO_NUMBER_BEFORE}{_NORTH_AMERICAN_SEPARATED}{_NO_NUMBER_AFTER}{_EXTENSION}",
        0.6,
        validator=necessary(phone.north_american),
        context=_PHONE_WORDS,
        gate=r"\b(?:1[-. ])?\d{3}[-.]\d{3}[-.]\d{4}\b",
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"{_NO_NUMBER_BEFORE}(?<!\d )(?:1 )?\d{{3}} \d{{3}}[ -]\d{{4}}{_NO_NUMBER_AFTER}(?! \d){_EXTENSION}",
        0.4,
        validator=necessary(phone.north_american),
        context=_PHONE_WORDS,
        gate=r"\b\d{3} \d{3}[ -]\d{4}\b|\b1 \d{3} \d{3}[ -]\d{4}\b",
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"{_NO_NUMBER_BEFORE}1?\d{{10}}{_NO_NUMBER_AFTER}{_EXTENSION}",
        0.2,
        validator=necessary(phone.north_american),
        context=_PHONE_WORDS,
        gate=r"\b1?\d{10}\b",
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"{_NO_NUMBER_BEFORE}{_NO_DATE}(?:\(0\d{{1,5}}\)|0\d)(?:[-. /]{{0,2}}\d){{4,11}}{_NO_NUMBER_AFTER}{_EXTENSION}",
        0.25,
        validator=necessary(phone.national),
        context=_PHONE_WORDS,
        gate=r"\b0\d(?:[-. /)]{0,2}\d){4}",
        prefix="(",
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"{_NO_NUMBER_BEFORE}(?<!\d )(?<![(/]){_NO_DATE}(?=[1-9]\d{{1,10}}(?:[-. ]\d\d+)*(?![-. ]?\d))[1-9]\d(?:[-. ]?\d){{6,9}}{_NO_NUMBER_AFTER}(?! \d){_EXTENSION}",
        0.1,
        validator=necessary(phone.national),
        context=_PHONE_WORDS,
        gate=r"\b[1-9]\d(?:[-. ]?\d){6,9}\b",
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"{_NO_NUMBER_BEFORE}\([1-9]\d\)(?:[-. ]?\d){{6,9}}{_NO_NUMBER_AFTER}(?! \d){_EXTENSION}",
        0.3,
        validator=necessary(phone.national),
        context=_PHONE_WORDS,
        gate=r"\([1-9]\d\)(?:[-. ]?\d){6,9}\b",
    ),
    Pattern(
        "PHONE_NUMBER",
        rf"{_NO_NUMBER_BEFORE}00[1-9]\d{{0,2}}{_GROUPS}{_NO_NUMBER_AFTER}{_EXTENSION}",
        0.3,
        validator=necessary(phone.international_by_zeros),
        context=_PHONE_WORDS,
        gate=r"\b00[1-9][-. /(]{0,3}\d",
    ),
)
