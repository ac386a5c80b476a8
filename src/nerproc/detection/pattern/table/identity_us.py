"""Numbers of the United States.

Formats: SSA (POMS RM 10201), IRS (IRM 3.21.263 for ITIN, Publication 1635 for EIN), CMS (MBI, NPI, CLIA), DEA,
ABA (routing number policy), State Department, and the states' formats of driver's licenses (NTSI's list).
"""

from __future__ import annotations

import string

from nerproc.detection.pattern.table.form import DASH, LETTERS, RUN, Form, digits, identifier, led, mixed, token
from nerproc.detection.pattern.validator.america import aba_routing, us_clia, us_dea, us_npi, us_ssn
from nerproc.detection.pattern.validator.rule import necessary

_ITIN_GROUP = r"(?:5\d|6[0-5]|7\d|8[0-8]|9[0-2]|9[4-9])"
_EIN_PREFIX = r"(?:0[1-6]|1[0-6]|2[0-7]|3\d|4[0-8]|5\d|6[0-8]|7[1-7]|8[0-8]|9[0-589])"
_MBI_LETTER = "[AC-HJKMNP-RT-Y]"  # no S, L, O, I, B, Z: they look like digits
_MBI_EITHER = "[0-9AC-HJKMNP-RT-Y]"

# A name right before the number says what it is: "claim no. 123456789", "Rx# 1234567".
_NUMBER_SIGN = r"\s*(?:#|no\b\.?|number\b|id\b)\s*:?\s*|\s*:\s*"


def _named(name: str, prefix: str, shortest: int, longest: int, bare: float = 0.5) -> tuple[Form, ...]:
    """A run of digits after `name` and a number sign, after `name` alone, or with its own prefix anywhere.

    After a number sign, there may be other letters before the digits. `bare`: the score after `name` alone.
    """
    number = rf"\b\d{{{shortest},{longest}}}\b"
    own = rf"-?{number[2:]}"
    return (
        Form(rf"(?<=\b(?:{name})(?:{_NUMBER_SIGN})){number}", 0.6, gate=RUN),
        Form(rf"(?<=\b(?:{name})\s+){number}", bare, gate=RUN),
        Form(
            rf"(?:(?<=\b(?:{name})(?:{_NUMBER_SIGN}))[A-Z]{{1,5}}|(?<=\b(?:{name})\s+)(?:{prefix})){own}",
            0.6,
            gate=rf"[A-Z]{own}",
            prefix=LETTERS,
        ),
        led(prefix, own, 0.1),
    )


def _named_code(name: str) -> Form:
    """Letters and digits in any order after `name` and a number sign; looked for only beside a context word."""
    return Form(
        rf"(?<=\b(?:{name})(?:{_NUMBER_SIGN}))(?=[A-Z-]*\d)(?=[\d-]*[A-Z])[A-Z0-9](?:-?[A-Z0-9]){{5,37}}(?![\w-])",
        0.25,
        gate=r"[A-Z]-?\d|\d-?[A-Z]",
        prefix=f"{LETTERS}{string.digits}-",
    )


_SOCIAL = (
    *identifier(
        "us_ssn",
        ("social security", "social", "ssn", "ssns", "ssid", "ss"),
        token(
            rf"\d{{3}}{DASH}\d{{2}}{DASH}\d{{4}}|\d{{3}} \d{{2}} \d{{4}}|\d{{3}}\.\d{{2}}\.\d{{4}}",
            0.5,
            necessary(us_ssn),
            ignore_case=False,
        ),
        token(r"\d{5}-\d{4}|\d{3}-\d{6}", 0.05, necessary(us_ssn), ignore_case=False),
        digits(9, 0.05, necessary(us_ssn)),
        label="SSN",
    ),
    *identifier(
        "us_itin",
        ("individual taxpayer", "taxpayer", "itin", "tin", "tax id", "taxid"),
        token(rf"9\d{{2}}[- ]{_ITIN_GROUP}[- ]\d{{4}}", 0.5, ignore_case=False),
        token(rf"9\d{{2}}(?:[- ]{_ITIN_GROUP}|{_ITIN_GROUP}[- ])\d{{4}}", 0.05, ignore_case=False),
        digits(9, 0.3, of=rf"9\d{{2}}{_ITIN_GROUP}\d{{4}}"),
    ),
    *identifier("us_atin", ("atin", "adoption taxpayer"), token(r"9\d{2}-93-\d{4}", 0.4)),
    *identifier("us_ptin", ("ptin", "preparer", "tax preparer"), led("P", r"-?\d{8}", 0.1)),
    *identifier(
        "us_ein",
        ("ein", "fein", "employer identification", "employer id", "federal tax id", "tax id"),
        token(rf"{_EIN_PREFIX}-\d{{7}}", 0.2),
    ),
    *identifier(
        "us_ein", ("ein", "fein", "employer identification"), digits(9, 0.05, of=rf"{_EIN_PREFIX}\d{{7}}")
    ),
)

_LICENSE = (
    "driver license", "driver licence", "driver's license", "driver's licence", "drivers license",
        "driving license",
    "driving licence", "license number", "license no", "license id", "dl", "dl number", "lic", "dmv", "cdl",
        "cdls",
    "dls",
)  # fmt: skip

_DOCUMENTS = (
    *identifier(
        "us_passport",
        ("passport", "passport number", "travel document", "united states"),
        led("[A-Z]", r"\d{8}", 0.1),
        digits(9, 0.05),
    ),
    *identifier(
        "us_passport",
        ("us passport", "american passport"),
        led("[A-Z]", r"\d{8}", 0.26),
        digits(9, 0.26),
    ),
    *identifier(
        "us_driver_license",
        (*_LICENSE, "driver", "driving", "license", "licence", "permit"),
        led("[A-Z]", r"\d{6,14}|\d{18}|\d{6}R", 0.1),
        led("[A-Z]{2}", r"\d{5,7}|\d{6}[A-Z]", 0.1),
        led("[A-Z]{3}", r"\d{6}", 0.1),
        token(
            r"\d{2}[A-Z]{3}\d{5,6}|\d{7,9}[A-Z]|\d{8}[A-Z]{2}|\d{3}[A-Z]{2}\d{4}|\d{3}[A-Z]\d{6}", 0.1
        ),
        mixed(r"WDL\d[0-9A-Z]{8}", 0.4),
        # Washington until 2018: name and initials, filled up with asterisks.
        Form(
            r"(?<![\w*])[A-Z][A-Z*]{4}[A-Z][A-Z*]\d{3}[0-9A-Z]{2}(?![\w*])",
            0.2,
            gate=r"[A-Z*]\d{3}[0-9A-Z]{2}\b",
            ignore_case=False,
            prefix=f"{string.ascii_uppercase}*",
        ),
    ),
    # Short ones and bare digits are much else, too. One letter with one or two digits, which some lists have,
    # would be half of all short codes.
    *identifier(
        "us_driver_license",
        _LICENSE,
        led("[A-Z]", r"\d{3,5}|\d[A-Z]\d[A-Z]", 0.1),
        led("[A-Z]{2}", r"\d{2,4}", 0.1),
        digits((6, 14), 0.01),
        digits(16, 0.01),
    ),
)  # fmt: skip

_BANK = (
    *identifier(
        "us_bank_number",
        ("bank", "account", "acct", "account number", "bank account", "checking", "savings", "debit"),
        digits((8, 17), 0.05),
    ),
    *identifier(
        "aba_routing_number",
        (
            "aba",
            "routing",
            "routing number",
            "abarouting",
            "bankrouting",
            "rtn",
            "american bankers association",
        ),
        token(r"[0-36-8]\d{3}-\d{4}-\d", 0.3, necessary(aba_routing), ignore_case=False),
        digits(9, 0.05, necessary(aba_routing), of=r"[0-36-8]\d{8}"),
    ),
)

_HEALTH = (
    *identifier(
        "us_mbi",
        ("medicare", "mbi", "beneficiary", "medicare beneficiary", "cms", "medicaid", "hic", "hicn"),
        token(
            rf"[1-9]{_MBI_LETTER}{_MBI_EITHER}\d-{_MBI_LETTER}{_MBI_EITHER}\d-{_MBI_LETTER}{{2}}\d{{2}}", 0.6
        ),
        token(rf"[1-9]{_MBI_LETTER}{_MBI_EITHER}\d{_MBI_LETTER}{_MBI_EITHER}\d{_MBI_LETTER}{{2}}\d{{2}}", 0.4),
    ),
    *identifier(
        "us_npi",
        ("npi", "national provider", "provider", "provider identifier", "provider id", "taxonomy"),
        token(r"[12]\d{3}-\d{3}-\d{3}", 0.5, necessary(us_npi), ignore_case=False),
        token(r"[12]\d{3}[ -]\d{3}[ -]\d{3}", 0.4, necessary(us_npi), ignore_case=False),
        digits(10, 0.1, necessary(us_npi), of=r"[12]\d{9}"),
    ),
    *identifier(
        "medical_license",
        ("medical license", "medical licence", "medical", "certificate", "dea", "dea number", "prescriber"),
        led("[A-HJ-MPR-UX][A-Z]", r"\d{7}", 0.4, necessary(us_dea)),
        led("[A-HJ-MPR-UX]", r"9\d{7}", 0.4, necessary(us_dea)),
    ),
    *identifier(
        "us_health_insurance_member_id",
        (
            "member id", "member number", "member no", "membership number", "subscriber id",
                "subscriber number",
            "policy number", "policy no", "policy id", "insurance id", "insurance number", "health insurance",
            "health plan id", "plan member", "insurance card", "insurance member",
        ),
        Form(
            r"\b(?=[A-Z-]*\d)[A-Z]{1,5}-?[A-Z0-9]{5,14}\b",
            0.1,
            gate=r"[A-Z]-?\d",
            prefix=f"{string.ascii_letters}-",
        ),
    ),
    *identifier(
        "us_claim_number", ("billing", "adjuster", "insurance"),
        *_named("claim", "CLM", 6, 15, bare=0.35),  # people claim sums of money, too
        # In the segment of a claim as providers send it (X12 837).
        Form(r"(?<=\bCLM\*)[A-Z0-9-]{4,30}(?=\*\d)", 0.6, gate=r"\bCLM\*[A-Z0-9-]{4,30}\*\d"),
    ),
    *identifier("us_claim_number", ("claim",), _named_code("claim")),
    *identifier("us_prescription_number", ("rx", "prescription"), _named_code("rx|prescription")),
    *identifier("us_referral_number", ("referral",), _named_code("referral")),
    *identifier(
        "us_prescription_number", ("pharmacy", "medication", "refill"),
        *_named("rx|prescription", "RX", 6, 12),
    ),
    *identifier(
        "us_prior_authorization_number", ("approval", "insurance", "preauthorization"),
        *_named(r"prior\s+auth(?:orization)?|preauthorization|pre-auth|authorization", "PA", 6, 12),
    ),
    *identifier(
        "us_referral_number", ("infusion", "specialty", "referring"),
        *_named("referral", "REF|INF", 6, 12),
    ),
    *identifier(
        "us_provider_tax_id",
        (
            "provider tax id", "provider tin", "provider ein", "billing provider", "rendering provider",
            "healthcare provider", "provider tax identification",
            "provider tax number", "provider federal tax id",
        ),
        token(rf"{_EIN_PREFIX}-\d{{7}}", 0.26),  # beside its words, surer than us_ein
    ),
    *identifier(
        "us_clia",
        ("clia", "clinical laboratory", "laboratory", "lab"),
        token(r"\d{2}D\d{7}", 0.1, necessary(us_clia)),
        token(r"\d{2}[ -]D[ -]\d{7}", 0.4, necessary(us_clia)),
    ),
)  # fmt: skip

PATTERNS = (*_SOCIAL, *_DOCUMENTS, *_BANK, *_HEALTH)
