"""E-mail addresses and URLs."""

from __future__ import annotations

from string import ascii_letters, digits

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.validator import domain
from nerproc.detection.pattern.validator.rule import necessary

_LETTERS = (
    r"A-Za-z\u00c0-\u024f"  # Latin with its accents: addresses are written in other scripts without spaces
)
_LOCAL = rf"{_LETTERS}0-9_%+'&~\-"
_HOST_CHARACTERS = f"{ascii_letters}{digits}-.{''.join(map(chr, range(0xC0, 0x250)))}"
_LOCAL_CHARACTERS = f"{_HOST_CHARACTERS}_%+'&~"
_HOST_LABEL = rf"[{_LETTERS}0-9](?:[{_LETTERS}0-9-]{{0,61}}[{_LETTERS}0-9])?"

# Who calls, and the password: ssh://git@host, https://name:pass-word@host.
_USER_OF_URL = (
    r"(?:https?|ftps?|ssh|git)://[^\s/?#,;\"'<>]{0,128}|://[^\s/?#,;\"'<>]{0,64}:[^\s/?#,;\"'<>]{0,128}"
)

# RFC 5321 in its usual extent: atoms of at most 64 characters, labels of at most 63.
_EMAIL = (
    rf"(?<![{_LETTERS}0-9_])(?<!{_USER_OF_URL})(?=[{_LOCAL}.]{{1,64}}@)"
    rf"[{_LETTERS}0-9_][{_LOCAL}]*+(?:\.[{_LOCAL}]++)*+@(?:{_HOST_LABEL}\.){{1,8}}"
    rf"(?:xn--[A-Za-z0-9-]{{2,59}}|[A-Za-z]{{2,24}})(?![{_LETTERS}0-9_]|-[{_LETTERS}0-9])"
)

# What may stand in a URL; brackets only in pairs; the last character is no punctuation of the sentence.
_URL_CHARACTER = r"[^\s()<>\[\]{}\"'`|\\^\u00ab\u00bb\u2018-\u201f\u3000-\u303f\uff00-\uff0f]"
_URL_REST = rf"(?:{_URL_CHARACTER}|\({_URL_CHARACTER}{{0,512}}\)){{1,2048}}(?<![.,;:!?*_~&@…])"
_OTHER_LETTERS = r"\u0370-\u1fff\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_HOST_BEHIND_SCHEME = (
    rf"(?=[{_LETTERS}0-9_\[%-]|[^\s/]{{1,128}}@"
    # In other scripts text goes on without spaces; a dot tells a host.
    rf"|[{_OTHER_LETTERS}{_LETTERS}0-9-]{{1,63}}\.[{_OTHER_LETTERS}{_LETTERS}0-9])"
)
_TAIL = rf"(?::\d{{1,5}})?(?:[/?#](?:{_URL_REST})?)?"

# Where a bare host is a host and not the end of a sentence, a file or a member of an object.
_COMMON = "com|org|net|edu|gov|mil|eu|uk|de|fr|nl|ch|se|dk|fi|ie|pt|cz|jp|cn|kr|br|mx|ca|au|nz|za|ru|ua"
_SECOND_LEVEL = "(?:co|com|org|net|ac|gov|edu)"  # example.co.il, example.com.tr
_AMBIGUOUS = "info|biz|io|dev|app|ai|tv|cloud|online|shop|site|store|tech|xyz|at|be|it|es|in|us|co|me|pl|no|ly"
_BARE_HOST = rf"(?<![\w\u00c0-\u024f.@/\\%%-])(?:{_HOST_LABEL}\.){{1,8}}?(?:%s)(?![\w@-]|\.\w|\()"
_SITE_WORDS = (
    "url", "website", "web site", "site", "web", "homepage", "domain", "host", "hostname", "link", "visit",
    "www", "server", "online",
)  # fmt: skip

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
        (_BARE_HOST % rf"{_SECOND_LEVEL}\.[a-z]{{2}}") + _TAIL,
        0.5,
        validator=necessary(domain.known_host),
        context=_SITE_WORDS,
        gate=rf"\.{_SECOND_LEVEL}\.[a-z]{{2}}\b",
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
)
