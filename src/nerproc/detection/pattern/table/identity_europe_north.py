"""Numbers of the Nordic and the Baltic countries.

Formats: Digital and Population Data Services Agency (Finland), Skatteverket (Sweden), CPR-kontoret (Denmark),
Skatteetaten (Norway), and python-stdnum for the rest.
"""

from __future__ import annotations

from nerproc.detection.pattern.table.form import Form, digits, identifier, token
from nerproc.detection.pattern.validator.europe import (
    dk_cpr,
    dk_cpr_date,
    se_organisationsnummer,
    se_personnummer,
)
from nerproc.detection.pattern.validator.rule import decisive, necessary
from nerproc.detection.pattern.validator.standard import standard

_HETU = r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]"
_is_hetu = standard("fi.hetu", allow_temporary=True)

# Where a space was forgotten, a word runs into the number; only its name makes it one then.
PATTERNS = (
    *identifier(
        "fi_personal_identity_code",
        (
            "hetu", "henkilötunnus", "personbeteckning", "personbeteckningen", "personal identity code",
            "finnish id",
        ),
        token(_HETU, 0.5, decisive(_is_hetu)),
        Form(rf"(?<=[A-Z]){_HETU}\b", 0.1, necessary(_is_hetu), gate=rf"{_HETU}\b"),
    ),
    *identifier("fi_ytunnus", ("y-tunnus", "fo-nummer", "business id"),
                token(r"\d{7}-\d", 0.4, necessary(standard("fi.ytunnus")), ignore_case=False)),
    *identifier(
        "se_personnummer",
        (
            "personnummer", "samordningsnummer", "svenskt personnummer", "svensk id", "personnr", "ssn",
            "personal identity number", "personal identity code", "pnr", "swedish id",
        ),
        token(r"\d{6}[-+]\d{4}|(?:18|19|20)\d{6}[-+]\d{4}", 0.5, decisive(se_personnummer), ignore_case=False),
        token(r"\d{8}[-+]\d{4}", 0.4, necessary(se_personnummer), ignore_case=False),
        digits(10, 0.2, necessary(se_personnummer)),
        digits(12, 0.2, necessary(se_personnummer)),
        Form(r"(?<=[A-Z])(?:18|19|20)\d{6}[-+]?\d{4}\b", 0.1, necessary(se_personnummer),
             gate=r"(?:18|19|20)\d{6}[-+]?\d{4}\b"),
    ),
    *identifier(
        "se_organisationsnummer",
        (
            "organisationsnummer", "orgnummer", "orgnr", "org nr", "org.nr", "företagsnummer",
            "organisation number", "organization number",
        ),
        token(r"\d{6}-\d{4}", 0.4, necessary(se_organisationsnummer), ignore_case=False),
        digits(10, 0.1, necessary(se_organisationsnummer)),
    ),
    *identifier(
        "dk_cpr_number",
        ("cpr", "cpr-nummer", "cpr-nr", "cprnr", "personnummer", "personnr", "civil registration"),
        token(r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}-\d{4}", 0.4, dk_cpr, ignore_case=False),
        digits(10, 0.2, dk_cpr_date, of=r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{6}"),
    ),
    *identifier("dk_cvr", ("cvr", "cvr-nummer", "cvr-nr"), digits(8, 0.05, necessary(standard("dk.cvr")))),
    *identifier("no_fodselsnummer", ("fødselsnummer", "personnummer", "fnr", "d-nummer",
                                     "national identity number"),
                token(r"\d{6}[- ]\d{5}", 0.6, decisive(standard("no.fodselsnummer")), ignore_case=False),
                digits(11, 0.4, necessary(standard("no.fodselsnummer")))),
    *identifier("no_orgnr", ("organisasjonsnummer", "orgnr", "org.nr", "foretaksregisteret"),
                token(r"[89]\d{2} \d{3} \d{3}", 0.2, necessary(standard("no.orgnr")), ignore_case=False),
                digits(9, 0.1, necessary(standard("no.orgnr")))),
    *identifier("is_kennitala", ("kennitala", "kt"),
                token(r"\d{6}-\d{4}", 0.5, decisive(standard("is_.kennitala")), ignore_case=False),
                digits(10, 0.2, necessary(standard("is_.kennitala")))),
    *identifier("ee_ik", ("isikukood", "personal identification code"),
                digits(11, 0.4, necessary(standard("ee.ik")), of=r"[1-8]\d{10}")),
    *identifier("lt_asmens_kodas", ("asmens kodas", "personal code"),
                digits(11, 0.4, necessary(standard("lt.asmens")), of=r"[3-69]\d{10}")),
    *identifier("lv_personas_kods", ("personas kods", "personal code"),
                token(r"[0-3]\d{5}-\d{5}", 0.5, decisive(standard("lv.pvn")), ignore_case=False),
                digits(11, 0.3, necessary(standard("lv.pvn")), of=r"[0-3]\d{10}")),
)  # fmt: skip
