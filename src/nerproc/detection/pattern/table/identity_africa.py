"""Numbers of Africa.

Formats: Department of Home Affairs, SARS, CIPC and eNaTIS (South Africa), NIMC and CBN (Nigeria), National
Registration Bureau and KRA (Kenya), NIA and GRA (Ghana), and python-stdnum for the rest.
"""

from __future__ import annotations

from nerproc.detection.pattern.table.form import digits, identifier, led, token
from nerproc.detection.pattern.validator.africa import (
    eg_national_id,
    za_company,
    za_id,
    za_traffic_register,
)
from nerproc.detection.pattern.validator.rule import decisive, necessary
from nerproc.detection.pattern.validator.standard import standard

_SOUTH_AFRICA = (
    *identifier(
        "za_id_number",
        (
            "id number",
            "identity number",
            "identity",
            "id",
            "south african id",
            "rsa id",
            "smart id",
            "national id",
        ),
        digits(13, 0.4, necessary(za_id)),
        token(r"\d{6} \d{4} [0-2][89]\d", 0.5, decisive(za_id), ignore_case=False),
        token(r"\d{6} \d{4}[0-2][89]\d", 0.4, necessary(za_id), ignore_case=False),
    ),
    *identifier(
        "za_passport",
        ("south african passport", "rsa passport", "dha", "south africa", "home affairs"),
        led("[ADMT]", r"\d{8}", 0.26),
    ),
    *identifier(
        "za_passport",
        ("passport", "passport number", "travel document"),
        led("[ADMT]", r"\d{8}", 0.1),
    ),
    *identifier(
        "za_income_tax_number",
        ("sars", "tax reference", "income tax", "tax number", "itr", "taxpayer", "tax registration"),
        digits(10, 0.05, of=r"[0-39]\d{9}"),
        token(r"[0-39]\d{3}/\d{3}/\d{2}/\d", 0.3, ignore_case=False),
    ),
    *identifier(
        "za_vat_number",
        ("vat", "vat number", "vat registration", "tax invoice", "sars", "value added tax"),
        digits(10, 0.2, of=r"4\d{9}"),
    ),
    *identifier(
        "za_company_registration",
        (
            "cipc",
            "company registration",
            "registration number",
            "close corporation",
            "company reg",
            "enterprise number",
        ),
        token(r"(?:19|20)\d{2}/\d{6}/\d{2}", 0.5, necessary(za_company), ignore_case=False),
        led("CK|NR|[KTWBMN]", r"\d{4}/\d{6}", 0.4, necessary(za_company)),
    ),
    *identifier(
        "za_driver_license",
        (
            "licence",
            "license",
            "driving licence",
            "driving license",
            "driver's licence",
            "driver's license",
            "drivers licence",
            "drivers license",
            "enatis",
            "natis",
            "na-tis",
            "licence number",
            "license number",
        ),
        token(r"(?=\w{10,14}\b)\d{6,13}[A-Z][A-Z0-9]{0,4}", 0.2, gate=r"\d{6,13}[A-Z][A-Z0-9]{0,4}"),
    ),
    *identifier(
        "za_traffic_register_number",
        ("traffic register", "traffic register number", "trn", "enatis", "natis", "na-tis", "vehicle register"),
        digits(13, 0.05, necessary(za_traffic_register)),
    ),
)

_OTHERS = (
    *identifier(
        "ng_nin",
        ("nin", "nimc", "national identification number", "national identity number",
            "nigerian identification"),
        digits(11, 0.1, necessary(standard("verhoeff"))),
    ),
    *identifier("ng_bvn", ("bvn", "bank verification number", "bank verification", "nibss"),
                digits(11, 0.26)),  # beside its words, surer than us_bank_number
    *identifier(
        "ke_national_id",
        ("national id", "national identity", "national identity card", "id number", "nid", "kenyan id",
            "id card"),
        digits((7, 8), 0.01),
    ),
    *identifier("ke_pin", ("kra", "kra pin", "pin"), led("[AP]", r"\d{9}[A-Z]", 0.4)),
    *identifier("gh_card", ("ghana card", "nia", "ghanacard"), led("GHA", r"-\d{9}-\d", 0.6)),
    *identifier("gh_tin", ("tin", "gra", "taxpayer identification number"),
                led("[PCGQV]", r"00[A-Z0-9]{8}", 0.4, necessary(standard("gh.tin")))),
    *identifier("eg_national_id", ("الرقم القومي", "رقم قومي", "national id"),
                digits(14, 0.2, necessary(eg_national_id), of=r"[23]\d{13}")),
    *identifier("mu_nid", ("nid", "national identity card", "carte d'identité nationale"),
                led("[A-Z]", r"\d{12}[0-9A-Z]", 0.5, decisive(standard("mu.nid")))),
)  # fmt: skip

PATTERNS = (*_SOUTH_AFRICA, *_OTHERS)
