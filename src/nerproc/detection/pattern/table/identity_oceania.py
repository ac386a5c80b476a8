"""Numbers of Australia and New Zealand.

Formats: Australian Business Register, ASIC, ATO, Services Australia, Inland Revenue (New Zealand).
"""

from __future__ import annotations

from nerproc.detection.pattern.table.form import Form, digits, identifier, led, token
from nerproc.detection.pattern.validator.asia import au_bank_details, au_medicare
from nerproc.detection.pattern.validator.rule import decisive, necessary
from nerproc.detection.pattern.validator.standard import standard

PATTERNS = (
    *identifier(
        "au_abn",
        ("abn", "australian business number"),
        token(r"\d{2}[ -]\d{3}[ -]\d{3}[ -]\d{3}", 0.5, decisive(standard("au.abn")), ignore_case=False),
        digits(11, 0.2, necessary(standard("au.abn"))),
    ),
    *identifier(
        "au_acn",
        ("acn", "australian company number"),
        token(r"\d{3}[ -]\d{3}[ -]\d{3}", 0.3, necessary(standard("au.acn")), ignore_case=False),
        digits(9, 0.05, necessary(standard("au.acn"))),
    ),
    *identifier(
        "au_tfn",
        ("tfn", "tax file number"),
        token(r"\d{3}[ -]\d{3}[ -]\d{3}", 0.3, necessary(standard("au.tfn")), ignore_case=False),
        digits(9, 0.05, necessary(standard("au.tfn"))),
    ),
    *identifier(
        "au_medicare",
        ("medicare", "medicare number", "medicare card"),
        token(r"[2-6]\d{3}[ -]\d{5}[ -]\d", 0.5, necessary(au_medicare), ignore_case=False),
        digits(10, 0.1, necessary(au_medicare), of=r"[2-6]\d{9}"),
    ),
    *identifier("au_passport", ("australian passport",), led("[A-Z]{1,2}", r"\d{7}", 0.26)),
    *identifier(
        "au_bank_details",
        ("bsb", "bank account", "account number", "account"),
        Form(
            r"\bbsb[ \t]{0,3}[:-]?[ \t]{0,3}\d{3}[- ]?\d{3}[ \t]{0,3}(?:[,;][ \t]{0,3})?"
            r"(?:account(?:[ \t]{0,3}number)?|acct|a/c|acc)[ \t]{0,3}[:-]?[ \t]{0,3}\d{6,10}\b",
            0.6,
            necessary(au_bank_details),
        ),
        token(r"\d{3}-\d{3}[ \t]{1,3}\d{6,10}", 0.2, necessary(au_bank_details), ignore_case=False),
        token(r"\d{3} \d{3} \d{6,10}", 0.05, necessary(au_bank_details), ignore_case=False),
    ),
    *identifier("nz_ird", ("ird", "ird number", "inland revenue"),
                token(r"\d{2,3}-\d{3}-\d{3}", 0.4, necessary(standard("nz.ird")), ignore_case=False),
                digits((8, 9), 0.05, necessary(standard("nz.ird")))),
)  # fmt: skip
