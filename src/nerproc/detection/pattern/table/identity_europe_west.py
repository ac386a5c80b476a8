"""Numbers of the United Kingdom, Ireland, the Netherlands, Belgium, France, Germany, Austria and Switzerland.

Formats: NHS Data Dictionary, HMRC (National Insurance manual), DVLA, INSEE (NIR, SIREN, SIRET), BZSt and
§ 139b AO (IdNr), VKVV (Versicherungsnummer), § 290 SGB V (KVNR), KBV (LANR, BSNR), ICAO Doc 9303 (document
numbers), ZAS (AHV number), and python-stdnum for the rest.
"""

from __future__ import annotations

import string

from nerproc.detection.pattern.table.form import SPACE, Form, digits, identifier, led, mixed, token
from nerproc.detection.pattern.validator.europe import (
    de_health_insurance,
    de_lanr,
    de_social_security,
    de_tax_number,
    fr_siret,
    icao,
)
from nerproc.detection.pattern.validator.rule import decisive, necessary, sufficient
from nerproc.detection.pattern.validator.standard import standard

# Five letters of the surname, filled up with 9.
_UK_SURNAME = r"(?:[A-Z]{5}|[A-Z]{4}9|[A-Z]{3}99|[A-Z]{2}999|[A-Z]9999)"
_UK_LICENCE = (
    rf"{_UK_SURNAME} ?\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2]) ?(?:0[1-9]|[12]\d|3[01])\d"
    r" ?[A-Z9]{2}[A-Z0-9]{2}[A-Z]"
    r"(?:\d{2}| 0\d)?"  # the number of the issue
)
_NINO_LETTERS = "(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
_NINO_REST = r"(?: ?\d{2} ?\d{2} ?\d{2}| ?\d{3} \d{3}) ?[A-D]"
_UK_LETTERS = f"{string.ascii_letters}9 "

_ISLES = (
    *identifier(
        "uk_nhs",
        ("nhs", "nhs number", "nhs no", "national health service", "health authority",
            "health services authority"),
        token(
            r"\d{3}(?:[- ]\d{3}[- ]?|\d{3}[- ])\d{4}", 0.45, necessary(standard("gb.nhs")), ignore_case=False
        ),
        digits(10, 0.3, necessary(standard("gb.nhs"))),
    ),
    *identifier(
        "uk_nino",
        ("national insurance", "national insurance number", "ni number", "ni no", "nino"),
        led(_NINO_LETTERS, _NINO_REST, 0.5, ignore_case=False),
        led(_NINO_LETTERS, _NINO_REST, 0.4),
    ),
    *identifier(
        "uk_passport",
        ("passport", "passport number", "travel document"),
        led("[A-Z]{2}", r"\d{7}", 0.1),
        digits(9, 0.04),
    ),
    # Beside these, surer than those of the other countries that share its form.
    *identifier(
        "uk_passport",
        ("uk passport", "british passport", "hm passport", "hmpo", "his majesty", "her majesty"),
        led("[A-Z]{2}", r"\d{7}", 0.26),
        digits(9, 0.26),
    ),
    *identifier(
        "uk_driving_licence",
        (
            "driving licence", "driving license", "driver's licence", "driver's license", "dvla", "dl number",
            "licence number", "license number", "driver number",
        ),
        Form(rf"\b{_UK_LICENCE}\b", 0.6, gate=r"\d{3} ?\d{3} ?[A-Z9]{2}[A-Z0-9]{2}[A-Z]",
             prefix=_UK_LETTERS),
    ),
    *identifier("uk_utr", ("utr", "unique taxpayer reference", "self assessment", "hmrc"),
                token(r"\d{5} \d{5}", 0.2, necessary(standard("gb.utr")), ignore_case=False),
                digits(10, 0.1, necessary(standard("gb.utr")))),
    *identifier("uk_upn", ("upn", "unique pupil number", "pupil"),
                led("[A-HJ-NP-RT-Z]", r"\d{11}[0-9A-HJ-NP-RT-Z]", 0.5, decisive(standard("gb.upn")))),
    *identifier("uk_vat", ("vat", "vat number", "vat no", "vat registration"),
                # Branches have three digits more.
                led("GB", r" ?\d{3} ?(?:\d{4} ?\d{2}|\d{3} ?\d{3})(?: ?\d{3})?", 0.5,
                    decisive(standard("gb.vat"))),
                led("XI", r" ?\d{3} ?\d{4} ?\d{2}", 0.5, decisive(standard("gb.vat"))),
                digits(9, 0.03, necessary(standard("gb.vat")))),
    *identifier("ie_pps", ("pps", "ppsn", "pps number", "pps no", "personal public service", "uimhir psp"),
                token(r"\d{7}[A-W][ABHWTX]", 0.4, necessary(standard("ie.pps"))),
                token(r"\d{7}[A-W]", 0.3, necessary(standard("ie.pps")))),
)  # fmt: skip

_LOW_COUNTRIES = (
    *identifier("nl_bsn", ("bsn", "burgerservicenummer", "sofinummer", "sofi", "citizen service number"),
                token(r"\d{4}\.\d{2}\.\d{3}", 0.4, necessary(standard("nl.bsn")), ignore_case=False),
                digits(9, 0.1, necessary(standard("nl.bsn")))),
    *identifier("nl_btw", ("btw", "btw-nummer", "btw-id", "vat"),
                led("NL", r" ?\d{9}B\d{2}", 0.5, decisive(standard("nl.btw")))),
    *identifier("nl_identity_document", ("paspoort", "paspoortnummer", "identiteitskaart", "documentnummer"),
                mixed(r"[A-NP-Z]{2}[0-9A-NP-Z]{6}\d", 0.05)),
    *identifier("be_nn", (
                    "rijksregisternummer", "insz", "numéro national", "registre national", "niss", "nrn",
                    "national register", "nationalregisternummer",
                ),
                token(r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", 0.6, decisive(standard("be.ssn")),
                      ignore_case=False),
                token(r"\d{6}[- ]\d{3}[-. ]\d{2}|\d{2}([. ])\d{2}\1\d{2}[- ]\d{3}[-. ]\d{2}", 0.4,
                      necessary(standard("be.ssn")), ignore_case=False,
                      gate=r"\d{6}[- ]\d{3}[-. ]\d{2}|\d{2}[. ]\d{2}[. ]\d{2}[- ]\d{3}[-. ]\d{2}"),
                digits(11, 0.3, necessary(standard("be.ssn")))),
)  # fmt: skip

_SIREN = rf"\d{{3}}{SPACE}\d{{3}}{SPACE}\d{{3}}"
_SIREN_LOOSE = rf"\d{{3}}{SPACE}?\d{{3}}{SPACE}?\d{{3}}"

_FRANCE = (
    *identifier(
        "fr_nir",
        (
            "nir", "sécurité sociale", "numéro de sécurité sociale", "sécu", "insee", "carte vitale",
            "assuré social", "immatriculation", "social security number", "numéro de sécu",
        ),
        token(
            rf"[1-478]{SPACE}\d{{2}}{SPACE}\d{{2}}{SPACE}(?:\d{{2}}|2[AB]){SPACE}\d{{3}}{SPACE}\d{{3}}{SPACE}?\d{{2}}",
            0.6,
            decisive(standard("fr.nir")),
        ),
        token(r"[1-478] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}", 0.4,
              necessary(standard("fr.nir"))),
    ),
    *identifier(
        "fr_siren",
        ("siren", "numéro siren", "rcs", "registre du commerce"),
        token(_SIREN, 0.3, necessary(standard("fr.siren")), ignore_case=False),
        digits(9, 0.05, necessary(standard("fr.siren"))),
    ),
    *identifier(
        "fr_siret",
        ("siret", "numéro siret", "établissement"),
        token(rf"{_SIREN}{SPACE}\d{{3}}{SPACE}?\d{{2}}", 0.5, decisive(fr_siret), ignore_case=False),
        token(
            rf"\d{{9}}{SPACE}\d{{5}}|\d{{3}}\.\d{{3}}\.\d{{3}}\.\d{{5}}",
            0.3,
            necessary(fr_siret),
            ignore_case=False,
        ),
        digits(14, 0.1, necessary(fr_siret)),
    ),
    *identifier("fr_tva", ("tva", "tva intracommunautaire", "vat"),
                Form(rf"\bFR{SPACE}?[0-9A-HJ-NP-Z]{{2}}{SPACE}?{_SIREN_LOOSE}\b", 0.5,
                     decisive(standard("fr.tva")),
                     gate=rf"\bFR{SPACE}?[0-9A-Z]{{2}}{SPACE}?\d{{3}}")),
    *identifier("fr_nif", ("numéro fiscal", "spi", "identifiant fiscal", "nif"),
                digits(13, 0.1, necessary(standard("fr.nif")))),
    *identifier("fr_passport", ("passeport", "passport"), token(r"\d{2}[A-Z]{2}\d{5}", 0.1)),
    *identifier("fr_cni", ("carte d'identité", "carte nationale d'identité", "cni"), digits(12, 0.05)),
)  # fmt: skip

_ICAO_LETTER = "[CFGHJ-NPRTV-Z]"  # no vowels, and no letter that looks like a digit or another letter
_ICAO_EITHER = "[CFGHJ-NPRTV-Z0-9]"

_GERMANY = (
    *identifier(
        "de_tax_id",
        (
            "steueridentifikationsnummer", "steuer-id", "steuerid", "steuerliche identifikationsnummer", "idnr",
            "steuer-idnr", "steuer-identifikationsnummer", "identifikationsnummer", "steuernummer", "bzst",
            "tin", "id-nr", "steuerliche id",
        ),
        token(r"[1-9]\d \d{3} \d{3} \d{3}", 0.6, decisive(standard("de.idnr")), ignore_case=False),
        digits(11, 0.4, necessary(standard("de.idnr"))),
    ),
    *identifier(
        "de_tax_number",
        (
            "steuernummer", "steuer-nr", "st.-nr", "st-nr", "stnr", "finanzamt", "umsatzsteuer",
            "einkommensteuer", "körperschaftsteuer", "gewerbesteuer", "steuerveranlagung", "steuerbescheid",
        ),
        token(r"\d{3}/\d{3}/\d{5}", 0.4, ignore_case=False),
        token(r"\d{2,3}/\d{3,4}/\d{4,5}", 0.2, ignore_case=False),
        token(r"\d{2,3} \d{3} \d{5}", 0.1, ignore_case=False),
        digits(13, 0.1, necessary(de_tax_number)),
    ),
    *identifier(
        "de_tax_number", ("steuernummer", "steuer-nr", "st.-nr", "st-nr", "stnr"), digits((10, 11), 0.05)
    ),
    *identifier(
        "de_social_security",
        (
            "rentenversicherungsnummer", "sozialversicherungsnummer", "versicherungsnummer", "rvnr", "svnr",
            "sv-nummer", "sv-nr", "rentenversicherung", "sozialversicherung", "sozialversicherungsausweis",
        ),
        token(r"\d{2} ?(?:0[1-9]|[12]\d|3[01]|5[1-9]|[67]\d|8[01])(?:0[1-9]|1[0-2])\d{2} ?[A-Z] ?\d{3}", 0.5,
              decisive(de_social_security)),
    ),
    *identifier(
        "de_health_insurance",
        (
            "krankenversicherungsnummer", "krankenversichertennummer", "versichertennummer", "kvnr",
            "krankenkasse", "krankenversicherung", "gesundheitskarte", "egk", "versichertenkarte", "aok",
            "barmer", "dak", "versicherten-nr", "e-gk",
        ),
        led("[A-Z]", r"\d{9}", 0.3, necessary(de_health_insurance)),
    ),
    # The number of an identity card or passport has nine characters and no check digit; the zone for machines
    # adds it as the tenth. (Presidio up to 2.2.366 takes the ninth for a check digit and so misses most.)
    *identifier(
        "de_id_card",
        (
            "personalausweis", "ausweis", "personalausweisnummer", "ausweisnummer", "ausweisdokument",
            "dokumentennummer", "seriennummer", "bundespersonalausweis", "identity card", "npa",
        ),
        mixed(rf"{_ICAO_LETTER}{_ICAO_EITHER}{{8}}", 0.2),
        mixed(rf"{_ICAO_LETTER}{_ICAO_EITHER}{{8}}\d", 0.4, necessary(icao)),
        led("T", r"\d{8}", 0.3),
    ),
    *identifier(
        "de_passport",
        ("reisepass", "pass", "passnummer", "reisepassnummer", "passport", "passport number", "pass-nr", "mrz"),
        mixed(rf"{_ICAO_LETTER}{_ICAO_EITHER}{{8}}", 0.2),
        mixed(rf"{_ICAO_LETTER}{_ICAO_EITHER}{{8}}\d", 0.4, necessary(icao)),
    ),
    *identifier(
        "de_fuehrerschein",
        (
            "führerscheinnummer", "führerschein", "fahrerlaubnis", "fahrerlaubnisnummer", "fahrerlaubnisklasse",
            "driving licence", "driving license", "driver's license", "licence number", "license number",
        ),
        led("[A-Z]{2}", r"\d{8}[A-Z0-9]", 0.3),
        mixed(r"[A-Z]\d{2}[A-Z0-9]{6}[0-9X][A-Z0-9]", 0.1),
    ),
    *identifier(
        "de_handelsregister",
        ("handelsregister", "handelsregisternummer", "amtsgericht", "registergericht", "registerauszug", "hrb",
            "hra"),
        token(r"HR[AB]\s{0,9}\d{1,6}", 0.5),
    ),
    *identifier(
        "de_vat_id",
        (
            "umsatzsteuer-identifikationsnummer", "umsatzsteueridentifikationsnummer", "ust-idnr", "ust-id",
            "ustidnr", "ust", "umsatzsteuer-id", "mehrwertsteuer", "vat", "vat id", "vat number",
        ),
        led("DE", r"[ .-]?\d{3}[ .-]?\d{3}[ .-]?\d{3}", 0.4, sufficient(standard("de.vat"))),
    ),
    # gematik: the sector (1 to 9, or 10 of insured persons), then up to 125 characters.
    *identifier(
        "de_telematik_id",
        (
            "telematik-id", "telematik", "telematikinfrastruktur", "heilberufsausweis", "hba", "e-hba", "smc-b",
            "gesundheits-id", "e-rezept",
        ),
        Form(
            r"(?<![\w.-])(?:10|[1-9])-(?=[A-Z.-]*\d)[A-Z0-9][A-Z0-9.-]{3,60}[A-Z0-9](?![\w-])",
            0.1,
            gate=r"\b(?:10|[1-9])-[A-Z0-9][A-Z0-9.-]{3}",
        ),
    ),
    *identifier(
        "de_lanr",
        ("lanr", "arztnummer", "lebenslange arztnummer", "arzt-nr", "vertragsarzt", "kassenarzt", "hausarzt"),
        digits(9, 0.1, necessary(de_lanr)),
    ),
    *identifier(
        "de_bsnr",
        ("bsnr", "betriebsstättennummer", "betriebsstätten-nummer", "betriebsstätte", "praxisnummer"),
        digits(9, 0.05, necessary(lambda text: text != "000000000")),
    ),
)  # fmt: skip

_ALPS = (
    *identifier("at_svnr", ("svnr", "sozialversicherungsnummer", "versicherungsnummer", "sv-nummer", "vsnr"),
                token(r"\d{4} \d{6}", 0.4, necessary(standard("at.vnr")), ignore_case=False),
                digits(10, 0.1, necessary(standard("at.vnr")))),
    *identifier("at_tin", ("steuernummer", "abgabenkontonummer", "finanzamt"),
                token(r"\d{2}[- ]?\d{3}/\d{4}", 0.4, necessary(standard("at.tin")), ignore_case=False),
                token(r"\d{2} \d{3} ?\d{4}", 0.2, necessary(standard("at.tin")), ignore_case=False),
                digits(9, 0.05, necessary(standard("at.tin")))),
    *identifier("ch_ahv", ("ahv", "avs", "ahv-nummer", "numéro avs", "numero avs", "sozialversicherungsnummer"),
                token(r"756\.\d{4}\.\d{4}\.\d{2}", 0.6, decisive(standard("ch.ssn")), ignore_case=False),
                digits(13, 0.4, necessary(standard("ch.ssn")), of=r"756\d{10}")),
    *identifier("ch_uid", ("uid", "mwst", "tva", "iva", "handelsregister"),
                led("CHE", r"[- ]?\d{3}\.?\d{3}\.?\d{3}", 0.5, decisive(standard("ch.uid")))),
)  # fmt: skip

PATTERNS = (*_ISLES, *_LOW_COUNTRIES, *_FRANCE, *_GERMANY, *_ALPS)
