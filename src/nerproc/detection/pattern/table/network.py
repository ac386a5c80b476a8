"""IP addresses (versions 4 and 6) and MAC addresses."""

from __future__ import annotations

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.validator import address
from nerproc.detection.pattern.validator.rule import necessary

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_V4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_KNOWN = (  # public resolvers, and any address of a host
    r"(?:8\.8\.8\.8|8\.8\.4\.4|1\.1\.1\.1|1\.0\.0\.1|9\.9\.9\.9|0\.0\.0\.0)"
)
# Versions of software, numbers of sections and object identifiers look the same. Few addresses begin with one
# digit, as most of these do: there a word in the same line is enough.
_VERSION_WORD = r"\b(?i:version|firmware|driver|release|oid|objectidentifier)\b"
_NO_VERSION = (
    r"(?<![\w.])(?<!\w-(?<!\.\d{1,3}-))(?<!(?i:\b(?:v|ver|version|release|rel|build|firmware|driver|update|patch"
    r"|revision|rev|section|chapter|clause|assembly|fileversion|productversion)s?)[\s.,:=#\"'-]{0,5})"
    rf"(?!(?!{_KNOWN})\d\.[\d.]+[^\d\n]{{1,40}}?{_VERSION_WORD})"
    rf"(?!(?!{_KNOWN})\d\.(?<={_VERSION_WORD}[^\d\n]{{0,40}}\d\.))"
)
_NETWORK = r"/(?:3[0-2]|[12]?\d)(?!\w|\.\w)"
_PREFIX_LENGTH = rf"(?:{_NETWORK})?"
_V4_END = r"(?!\w|\.\w|-(?!\d{1,3}(?:\.\d{1,3}){3}\b)\w)"  # a range goes on with an address
_IP_WORDS = (
    "ip", "ipv4", "ipv6", "address", "host", "server", "dns", "gateway", "subnet", "netmask", "router",
    "client", "remote", "addr", "nameserver", "network", "ping", "proxy", "firewall", "port", "src", "dst",
    "inet", "inet6",
)  # fmt: skip

_GROUP = r"[0-9A-Fa-f]{1,4}"
_V6_END = r"(?:%\w(?:[\w.-]{0,14}\w)?)?(?:/(?:12[0-8]|1[01]\d|[1-9]?\d))?(?![\w:]|\.\w)"
# Eight octets are an identifier of a device, or the digits of a key.
_NO_OCTETS = r"(?!(?:[0-9A-Fa-f]{2}:){7}[0-9A-Fa-f]{2}\b)"
_V6_FULL = rf"(?<![\w:.])(?=[A-Fa-f:]*\d){_NO_OCTETS}(?:{_GROUP}:){{6}}(?:{_GROUP}:{_GROUP}|{_V4}){_V6_END}"
_V6_SHORT = (
    rf"(?<![\w:.])(?:{_GROUP}(?::{_GROUP}){{0,6}})?::(?:(?:{_GROUP}:){{0,6}}(?:{_V4}|{_GROUP}))?{_V6_END}"
)
_HEXADECIMAL = "0123456789abcdefABCDEF:"

_BARE_MAC = r"(?:[0-9A-Fa-f]{12}|[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4})"
_BARE_MAC_WORDS = (
    "mac address", "mac addr", "mac id", "macaddr", "hwaddr", "h waddr", "hardware address", "physical address",
    "ethernet address", "bssid",
)  # fmt: skip
_MAC_WORDS = ("mac", "hardware", "ethernet", "hwaddr", "physical", "bssid", "bluetooth", "interface", "ether")

PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "IP_ADDRESS",
        rf"{_NO_VERSION}(?:(?!\d(?:\.\d){{3}}(?!\d|{_NETWORK})){_V4}|{_KNOWN}){_PREFIX_LENGTH}{_V4_END}",
        0.7,
        kind="ipv4",
        context=_IP_WORDS,
        gate=r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
    ),
    Pattern(
        "IP_ADDRESS",
        rf"{_NO_VERSION}\d(?:\.\d){{3}}{_PREFIX_LENGTH}{_V4_END}",
        0.4,
        kind="ipv4",
        context=_IP_WORDS,
        gate=r"\b\d\.\d\.\d\.\d\b",
    ),
    Pattern(
        "IP_ADDRESS",
        _V6_FULL,
        0.8,
        kind="ipv6",
        context=_IP_WORDS,
        gate=r"[0-9A-Fa-f]:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]",
        prefix=_HEXADECIMAL,
        numeral=True,
    ),
    Pattern(
        "IP_ADDRESS",
        _V6_SHORT,
        0.6,
        kind="ipv6",
        validator=necessary(address.long_ipv6),
        context=_IP_WORDS,
        gate=r"[0-9A-Fa-f]::|::[0-9A-Fa-f]",
        prefix=_HEXADECIMAL,
    ),
    Pattern(
        "IP_ADDRESS",
        _V6_SHORT,
        0.2,
        kind="ipv6",
        validator=necessary(address.short_ipv6),
        context=_IP_WORDS,
        gate=r"[0-9A-Fa-f]::|::[0-9A-Fa-f]",
        prefix=_HEXADECIMAL,
    ),
    # The unspecified address; mostly an operator of a language.
    Pattern("IP_ADDRESS", r"(?<![\w:.)\]>])::(?:/\d{1,3})?(?![\w:~*&<(])", 0.05, kind="ipv6", gate="::"),
    Pattern(
        "MAC_ADDRESS",
        r"(?<![\w:])(?<!\w-)[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?!\w|[:-]\w)",
        0.85,
        validator=necessary(address.mac),
        context=_MAC_WORDS,
        gate=r"\b[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}\b",
    ),
    Pattern(
        "MAC_ADDRESS",
        r"(?<![\w.])(?<!\w-)[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}(?!\w|[.-]\w)",
        0.6,
        validator=necessary(address.mac),
        context=_MAC_WORDS,
        gate=r"\b[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\b",
    ),
    Pattern(
        "MAC_ADDRESS",
        rf"\bmac[\"']?[ \t]{{0,3}}[:=][ \t]{{0,3}}[\"']?\K{_BARE_MAC}(?![\w-])",
        0.7,
        validator=necessary(address.bare_mac),
        gate=r"\bmac[\"']?[ \t]*[:=][ \t]*[\"']?[0-9A-F]{4}-?[0-9A-F]{4}",
        ignore_case=True,
    ),
    # Without the usual separators it is a number like many others.
    Pattern(
        "MAC_ADDRESS",
        rf"(?<![\w-]){_BARE_MAC}(?![\w-])",
        0.1,
        validator=necessary(address.bare_mac),
        context=_BARE_MAC_WORDS,
        gate=rf"\b{_BARE_MAC}\b",
        numeral=True,
    ),
)
