"""Numbers of Italy, Spain, Portugal and Greece, and the VAT numbers of the European Union.

Formats: Agenzia delle Entrate, Ministerio del Interior and Seguridad Social, Autoridade Tributária, and
python-stdnum; VAT numbers as in the VIES documentation of the European Commission.
"""

from __future__ import annotations

from nerproc.detection.pattern.table.form import Form, digits, identifier, led, mixed, token
from nerproc.detection.pattern.validator.europe import es_nif, es_nss, it_vat
from nerproc.detection.pattern.validator.rule import decisive, necessary, sufficient
from nerproc.detection.pattern.validator.standard import standard

# Digits of a codice fiscale may be replaced by letters where two persons would share one (omocodia).
_CF_DIGIT = "[0-9LMNP-V]"


def _grouped(shortest: int, longest: int | None = None) -> str:
    """So many digits, in groups or not."""
    return rf"\d(?:[ .-]?\d){{{shortest - 1},{(longest or shortest) - 1}}}"


# By country what follows its letters, as the VIES documentation has it; people set groups as they like.
_EU_NUMBERS = {
    "AT": rf"U ?{_grouped(8)}", "BE": rf"[01]?{_grouped(9)}", "BG": _grouped(9, 10),
    "CY": rf"{_grouped(8)} ?[A-Z]", "CZ": _grouped(8, 10), "DK": _grouped(8), "EE": _grouped(9),
    "EL": _grouped(9), "ES": rf"(?:[A-Z][ -]?{_grouped(7)}[ -]?[0-9A-Z]|{_grouped(8)}[ -]?[A-Z])",
    "FI": _grouped(8), "HR": _grouped(11), "HU": _grouped(8),
    "IE": r"\d[0-9A-Z]\d{5}[A-Z]{1,2}", "LT": rf"(?:{_grouped(12)}|{_grouped(9)})", "LU": _grouped(8),
    "LV": _grouped(11), "MT": _grouped(8), "PL": _grouped(10), "PT": _grouped(9), "RO": r"\d{2,10}",
    "SE": rf"{_grouped(10)}[ .-]?01", "SI": _grouped(8), "SK": _grouped(10),
}  # fmt: skip
_EU_VAT = "|".join(f"{country}[ .-]?{number}" for country, number in _EU_NUMBERS.items())
_EU_COUNTRIES = "|".join(_EU_NUMBERS)

_ITALY = (
    *identifier(
        "it_fiscal_code",
        ("codice fiscale", "cf", "cod fiscale", "c.f.", "fiscal code", "tessera sanitaria"),
        mixed(
            rf"[A-Z]{{6}}{_CF_DIGIT}{{2}}[A-EHLMPR-T]{_CF_DIGIT}{{2}}[A-MZ]{_CF_DIGIT}{{3}}[A-Z]",
            0.4,
            sufficient(standard("it.codicefiscale")),
        ),
    ),
    *identifier(
        "it_driver_license",
        ("patente", "patente di guida", "licenza", "licenza di guida"),
        led("[A-Z]{2}", r"\d{7}[A-Z]", 0.2),
        led("U", r"1[0-9B-HJ-NPR-UW-Z]{7}[A-Z]", 0.2),
    ),
    *identifier(
        "it_vat_code",
        ("piva", "p.iva", "partita iva", "iva", "vat"),
        led("IT", r" ?\d{11}", 0.5, decisive(standard("it.iva"))),
        # Grouped by single spaces or underscores anywhere, as no rule says how to.
        token(r"\d(?:[ _]?\d){10}", 0.1, necessary(it_vat), ignore_case=False),
    ),
    # A company's fiscal code is its VAT number.
    *identifier("it_vat_code", ("codice fiscale", "cod fiscale", "c.f."), digits(11, 0.1, necessary(it_vat))),
    *identifier(
        "it_passport",
        ("passaporto", "passaporto elettronico", "passport"),
        led("[A-Z]{2}", r"\d{7}", 0.05),
    ),
    *identifier(
        "it_identity_card",
        ("carta d'identità", "carta di identità", "carta", "identità", "cie", "documento", "riconoscimento",
            "espatrio"),
        led("[A-Z]{2}", r" ?\d{7}", 0.05),
        led("[A-Z]{2}", r"\d{5}[A-Z]{2}", 0.05),
        token(r"\d{7}[A-Z]{2}", 0.05),
    ),
)  # fmt: skip

_SPAIN = (
    *identifier(
        "es_nif",
        ("dni", "nif", "documento nacional de identidad", "identificación", "identificación fiscal"),
        token(r"\d{8}-?[A-Z]", 0.5, decisive(es_nif)),
        token(r"\d{7}-?[A-Z]", 0.3, necessary(es_nif)),
    ),
    *identifier(
        "es_nie",
        ("nie", "número de identificación de extranjero", "extranjero", "extranjeros"),
        led("[XYZ]", r"-?\d{7}-?[A-Z]", 0.5, decisive(standard("es.nie"))),
    ),
    *identifier("es_cif", ("cif", "nif", "código de identificación fiscal"),
                led("[A-HJNP-SUVW]", r"-?\d{7}-?[0-9A-J]", 0.3, necessary(standard("es.cif")))),
    *identifier(
        "es_passport",
        ("pasaporte", "passport", "número de pasaporte", "passport number"),
        led("[A-Z]{3}", r"\d{6}", 0.05),
    ),
    *identifier("es_nss", ("seguridad social", "nss", "número de afiliación", "naf", "afiliación"),
                token(r"\d{2}[-/ ]\d{7,8}[-/ ]\d{2}", 0.4, necessary(es_nss), ignore_case=False),
                digits(12, 0.1, necessary(es_nss))),
    *identifier("es_ccc", ("ccc", "cuenta", "código cuenta cliente", "cuenta bancaria"),
                token(r"\d{4}[- ]\d{4}[- ]\d{2}[- ]\d{10}", 0.6, decisive(standard("es.ccc")),
                      ignore_case=False),
                digits(20, 0.4, necessary(standard("es.ccc")))),
)  # fmt: skip

_OTHERS = (
    *identifier("pt_nif", ("nif", "contribuinte", "número de identificação fiscal", "nipc"),
                digits(9, 0.1, necessary(standard("pt.nif"))),
                token(r"[1-9]\d{2} \d{3} \d{3}", 0.2, necessary(standard("pt.nif")), ignore_case=False)),
    *identifier("pt_cc", ("cartão de cidadão", "cartão do cidadão", "cc", "bilhete de identidade"),
                token(r"\d{8}[ -]?\d[ -]?[A-Z]{2} ?\d", 0.4, decisive(standard("pt.cc")))),
    *identifier("gr_amka", ("αμκα", "amka"), digits(11, 0.3, necessary(standard("gr.amka")))),
    *identifier("gr_afm", ("αφμ", "α.φ.μ.", "afm"), digits(9, 0.05, necessary(standard("gr.vat")))),
    *identifier(
        "eu_vat",
        ("vat", "vat number", "vat no", "vat id", "btw", "moms", "momsnr", "ust", "uid", "tva", "iva", "dph",
            "dič",
         "alv", "pvn", "pvm", "kmkr", "ддс", "αφμ", "ddv", "pdv", "nip", "áfa"),
        # Two letters and two to twelve digits are also many order numbers; a word must say that it is one.
        Form(
            rf"\b(?:{_EU_VAT})\b",
            0.4,
            necessary(standard("eu.vat")),
            gate=rf"\b(?:{_EU_COUNTRIES})[ .-]?[A-Z]?[ .-]?\d",
        ),
    ),
)  # fmt: skip

PATTERNS = (*_ITALY, *_SPAIN, *_OTHERS)
