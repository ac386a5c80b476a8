"""License plates. Any short code can be one, so a word must say that it is.

Formats: DVLA (INF104), Fahrzeug-Zulassungsverordnung § 9 and Anlage 1, Ministry of Road Transport (India),
FRSC (Nigeria), KTK § 23 (Turkey), National Road Traffic Regulations (South Africa), and the countries' pages of
Wikipedia's "Vehicle registration plates".
"""

from __future__ import annotations

import string
from dataclasses import replace

from nerproc.detection.pattern.pattern import Pattern
from nerproc.detection.pattern.table.form import LETTERS, Form, identifier, led, token
from nerproc.detection.pattern.validator.asia import in_registration
from nerproc.detection.pattern.validator.rule import necessary

_LABEL = "LICENSE_PLATE"
_WORDS = (
    "license plate", "licence plate", "number plate", "plate", "plate number", "plates", "registration plate",
    "vehicle registration",
)  # fmt: skip

_ZA_PROVINCE = "(?:GP|ZN|WP|EC|NC|FS|LP|MP|NW)"
_TR_PROVINCE = r"(?:0[1-9]|[1-7]\d|8[01])"
_TR_LETTERS = r"(?!(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\b)[A-PR-VYZ]{1,3}"  # "12 MAY 2024"
_IN_STATE = (
    "(?:A[NPRS]|BR|C[GH]|D[DLN]|G[AJ]|H[PR]|J[HK]|K[AL]|L[AD]|M[HLNPZ]|NL|O[DR]|P[BY]|RJ|SK|T[GNRS]|U[AKP]|WB)"
)
_UK_WORDS = (
    *_WORDS, "vehicle", "registration", "registration number", "reg", "vrn", "vrm", "dvla", "v5c", "logbook",
    "mot", "car",
)  # fmt: skip

# Letters and digits with spaces between are words and numbers, too ("an f1 car", "58 to 61"): a word beside
# them counts for capitals only. In any case they are candidates that nothing raises.
_NAMED = (
    *identifier(
        "uk_vehicle_registration",
        _UK_WORDS,
        led("[A-HJ-PR-Y]{2}", r"(?:0[2-9]|[12]\d|5[1-9]|[67]\d)[- ]?[A-HJ-PR-Z]{3}", 0.3),
        led("[A-HJ-NPR-TV-Y]", r"\d{1,3}[A-HJ-PR-Y][A-HJ-PR-Z]{2}", 0.2),
        led("[A-HJ-NPR-TV-Y]", r"\d{1,3}[- ][A-HJ-PR-Y][A-HJ-PR-Z]{2}", 0.2, ignore_case=False),
        led("[A-HJ-PR-Z]{3}", r"\d{1,3}[A-HJ-NPR-TV-Y]", 0.15),
        led("[A-HJ-PR-Z]{3}", r"[- ]\d{1,3}[- ]?[A-HJ-NPR-TV-Y]", 0.15, ignore_case=False),
        label=_LABEL,
    ),
    *identifier(
        "uk_vehicle_registration",
        (),
        led("[A-HJ-NPR-TV-Y]", r"\d{1,3}[- ][A-HJ-PR-Y][A-HJ-PR-Z]{2}", 0.1),
        led("[A-HJ-PR-Z]{3}", r"(?:[- ]\d{1,3}[- ]?|\d{1,3}[- ])[A-HJ-NPR-TV-Y]", 0.1),
        label=_LABEL,
    ),
    *identifier(
        "in_vehicle_registration",
        (*_WORDS, "vehicle", "registration", "registration number", "rto"),
        led("[A-Z]{2}", r"\d{1,2}[A-Z]{1,3}\d{4}", 0.3, necessary(in_registration)),
        Form(
            rf"\b{_IN_STATE}[- ]?\d{{1,2}}[- ]?[A-Z]{{1,3}}[- ]?\d{{4}}\b",
            0.4,
            necessary(in_registration),
            gate=r"[A-Z][- ]?\d{1,2}[- ]?[A-Z]{1,3}[- ]?\d{4}\b",
            ignore_case=False,
            prefix=LETTERS,
        ),
        token(r"[2-9][1-9] ?BH ?\d{4} ?[A-HJ-NP-Z]{1,2}", 0.4, necessary(in_registration)),
        token(r"\d{2}[A-FHKPRX]\d{6}[A-Z]", 0.4),
        token(r"\d{1,3} ?(?:CD|CC|UN) ?[1-9]\d{1,3}", 0.3),
        led("[A-Z]{1,3}", r"\d{4}", 0.01, necessary(in_registration)),
        led("I", r"\d{5}", 0.01, necessary(in_registration)),
        label=_LABEL,
    ),
    *identifier(
        "ng_vehicle_registration",
        (*_WORDS, "vehicle", "registration", "registration number", "frsc"),
        led("[A-Z]{3}", r"[- ]?\d{3}[- ]?[A-Z]{2}", 0.4),
        label=_LABEL,
    ),
    *identifier(
        "tr_license_plate",
        (*_WORDS, "plaka", "plakalı", "araç plakası", "plaka numarası", "taşıt"),
        token(rf"{_TR_PROVINCE}[A-PR-VYZ]{{1,3}}\d{{2,4}}", 0.2),
        Form(
            rf"\b{_TR_PROVINCE}(?:[ ]?{_TR_LETTERS}[ ]?|-{_TR_LETTERS}-)\d{{2,4}}\b",
            0.3,
            gate=rf"\b{_TR_PROVINCE}[ -]?[A-Z]{{1,3}}[ -]?\d{{2,4}}\b",
            ignore_case=False,
        ),
        label=_LABEL,
    ),
    *identifier(
        "tr_license_plate",
        (),
        token(rf"{_TR_PROVINCE}(?:[ ]?[A-PR-VYZ]{{1,3}}[ ]?|-[A-PR-VYZ]{{1,3}}-)\d{{2,4}}", 0.1),
        label=_LABEL,
    ),
    *identifier(
        "de_kfz",
        (
            *_WORDS,
            "kennzeichen",
            "kfz-kennzeichen",
            "nummernschild",
            "kfz",
            "fahrzeug",
            "pkw",
            "lkw",
            "zulassung",
        ),
        # Capitals only: in lower case "in a 2020" would be one.
        Form(
            r"(?<![\w-])[A-ZÄÖÜ]{1,3}(?:-[A-Z]{1,2}[- ]|[ ][A-Z]{1,2}[ ])[1-9]\d{0,3}[EH]?\b",
            0.3,
            gate="[A-ZÄÖÜ][- ][A-Z]{1,2}[- ][1-9]",
            ignore_case=False,
            prefix=f"{string.ascii_uppercase}ÄÖÜ",
        ),
        label=_LABEL,
    ),
    # The province at the end tells more than three letters and three digits do.
    *identifier(
        "za_license_plate",
        (*_WORDS, "registration", "registration number", "natis", "enatis"),
        led("[A-Z]{2,4}", rf"\d{{2,4}}[A-Z]{{0,4}}{_ZA_PROVINCE}", 0.41),
        led("[A-Z]{2}", rf" ?\d{{2}} ?[A-Z]{{2}} ?{_ZA_PROVINCE}", 0.41),
        led("[A-Z]{2,3}", rf" ?\d{{2,3}} ?{_ZA_PROVINCE}", 0.41),
        token(r"\d{2,3} ?[A-Z]{2,3} ?EC", 0.41),
        label=_LABEL,
    ),
)

_OTHERS = (
    *identifier(
        "us_license_plate",
        (*_WORDS, "tag number", "dmv"),
        token(r"\d[A-Z]{3}\d{3}|\d{3}[- ]?[A-Z]{3}", 0.05, ignore_case=False),
        led("[A-Z]{3}", r"[- ]?\d{3,4}", 0.05, ignore_case=False),
        label=_LABEL,
    ),
    *identifier(
        "fr_immatriculation",
        ("immatriculation", "immatriculé", "immatriculée", "plaque", "véhicule", "carte grise"),
        led("[A-HJ-NP-TV-Z]{2}", r"-\d{3}-[A-HJ-NP-TV-Z]{2}", 0.4),
        label=_LABEL,
    ),
    *identifier(
        "it_targa",
        ("targa", "targato", "targata", "veicolo"),
        led("[A-HJ-NPR-TV-Z]{2}", r" ?\d{3} ?[A-HJ-NPR-TV-Z]{2}", 0.2, ignore_case=False),
        label=_LABEL,
    ),
    *identifier(
        "es_matricula",
        ("matrícula", "vehículo"),
        token(r"\d{4}[- ]?[BCDFGHJ-NPR-TV-Z]{3}", 0.1),
        label=_LABEL,
    ),
    *identifier(
        "nl_kenteken",
        ("kenteken", "kentekenplaat", "voertuig"),
        led("[A-Z]{2}", r"-\d{3}-[A-Z]", 0.3),
        led("[A-Z]", r"-\d{3}-[A-Z]{2}", 0.3),
        token(r"\d-[A-Z]{3}-\d{2}|\d{2}-[A-Z]{3}-\d|\d{2}-[A-Z]{2}-[A-Z]{2}", 0.3),
        label=_LABEL,
    ),
    *identifier(
        "br_placa",
        ("placa", "veículo"),
        led("[A-Z]{3}", r"-?\d[A-J0-9]\d{2}", 0.1),
        label=_LABEL,
    ),
    *identifier(
        "ph_license_plate",
        (*_WORDS, "plaka", "lto", "kotse", "sasakyan", "motorsiklo", "conduction sticker", "conduction"),
        led("[A-Z]{2,3}", r"[ -]?\d{4}", 0.05, ignore_case=False),
        token(r"\d{4}[ -]?[A-Z]{3}", 0.05, ignore_case=False),
        led("[A-Z]", r"\d{2}[A-Z]\d{3,4}", 0.05, ignore_case=False),  # before it has a plate
        label=_LABEL,
    ),
)


def _whole(row: Pattern) -> Pattern:
    """A plate is not what a longer code begins with: "MO-2024-0131"."""
    return replace(row, expression=rf"{row.expression}(?![-/.]\w)", gate=row.gate or row.expression)


PATTERNS = tuple(_whole(row) for row in (*_NAMED, *_OTHERS))
