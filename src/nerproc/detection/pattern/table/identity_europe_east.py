"""Numbers of central, eastern and south-eastern Europe.

Formats: Ministry of Digital Affairs (PESEL), Ministry of Finance (NIP),
    Ministry of the Interior (identity card)
of Poland; МВД, СФР and ФНС of Russia; python-stdnum for the rest.
"""

from __future__ import annotations

from nerproc.detection.pattern.table.form import digits, identifier, led, token
from nerproc.detection.pattern.validator.europe import hu_adoszam, pl_identity_card, ru_snils
from nerproc.detection.pattern.validator.rule import decisive, necessary
from nerproc.detection.pattern.validator.standard import standard

_POLAND = (
    *identifier("pl_pesel", ("pesel", "numer pesel", "nr pesel"),
                digits(11, 0.4, necessary(standard("pl.pesel")))),
    *identifier("pl_nip", ("nip", "numer identyfikacji podatkowej"),
                token(r"\d{3}-\d{3}-\d{2}-\d{2}|\d{3}-\d{2}-\d{2}-\d{3}", 0.5, necessary(standard("pl.nip")),
                      ignore_case=False),
                digits(10, 0.1, necessary(standard("pl.nip")))),
    *identifier("pl_regon", ("regon",), digits(9, 0.1, necessary(standard("pl.regon"))),
                digits(14, 0.1, necessary(standard("pl.regon")))),
    *identifier("pl_identity_card", ("dowód", "dowód osobisty", "dowodu", "dowodu osobistego", "seria i numer"),
                led("[A-Z]{3}", r" ?\d{6}", 0.3, necessary(pl_identity_card))),
)  # fmt: skip

_CENTRAL = (
    # One scheme for Czechs and Slovaks.
    *identifier("cz_rc", ("rodné číslo", "rodného čísla", "rč", "r.č.", "birth number"),
                token(r"\d{6}/\d{4}", 0.6, decisive(standard("cz.rc")), ignore_case=False),
                token(r"\d{6}/\d{3}", 0.3, necessary(standard("cz.rc")), ignore_case=False),
                digits((9, 10), 0.05, necessary(standard("cz.rc")))),
    *identifier("cz_ico", ("ičo", "ič"), digits(8, 0.05, necessary(standard("cz.dic")))),
    *identifier("hu_adoszam", ("adószám", "tax number"),
                token(r"\d{8}-\d-\d{2}", 0.4, necessary(hu_adoszam), ignore_case=False)),
    *identifier("ro_cnp", ("cnp", "cod numeric personal"),
                digits(13, 0.4, necessary(standard("ro.cnp")))),
    *identifier("ro_cui", ("cui", "cif", "cod fiscal", "cod de identificare fiscală"),
                digits((6, 10), 0.01, necessary(standard("ro.cui")))),
    *identifier("bg_egn", ("егн", "egn", "единен граждански номер"),
                digits(10, 0.3, necessary(standard("bg.egn")))),
)  # fmt: skip

_BALKANS = (
    *identifier("hr_oib", ("oib", "osobni identifikacijski broj"),
                digits(11, 0.2, necessary(standard("hr.oib")))),
    *identifier("si_emso", ("emšo", "emso", "jmbg", "јмбг", "matični broj", "матични број"),
                digits(13, 0.4, necessary(standard("si.emso")))),
    *identifier("si_davcna", ("davčna številka", "davčna", "id za ddv"),
                digits(8, 0.05, necessary(standard("si.ddv")))),
    *identifier("rs_pib", ("pib", "пиб"), digits(9, 0.05, necessary(standard("rs.pib")))),
    *identifier("al_nipt", ("nipt", "nuis"),
                led("[A-M]", r" ?\d{8} ?[A-Z]", 0.2, necessary(standard("al.nipt")))),
    *identifier("mk_edb", ("едб", "edb", "даночен број"), digits(13, 0.1, necessary(standard("mk.edb")))),
)  # fmt: skip

_EAST = (
    *identifier("ru_inn", ("инн", "inn", "идентификационный номер налогоплательщика"),
                digits(10, 0.1, necessary(standard("ru.inn"))),
                digits(12, 0.3, necessary(standard("ru.inn")))),
    *identifier("ru_snils", ("снилс", "snils", "страховой номер"),
                token(r"\d{3}-\d{3}-\d{3}[ -]\d{2}", 0.6, decisive(ru_snils), ignore_case=False),
                digits(11, 0.2, necessary(ru_snils))),
    *identifier("ru_passport", (
                    "паспорт", "паспорта", "паспортные данные", "серия", "номер паспорта",
                    "удостоверение личности", "passport",
                ),
                token(r"\d{2} \d{2} \d{6}", 0.4, ignore_case=False),
                token(r"\d{4} \d{6}", 0.3, ignore_case=False),
                digits(10, 0.05)),
    *identifier("ru_ogrn", ("огрн", "огрнип", "ogrn"), digits(13, 0.1, necessary(standard("ru.ogrn"))),
                digits(15, 0.1, necessary(standard("ru.ogrn")))),
    *identifier("ua_rntrc", ("рнокпп", "іпн", "ідентифікаційний номер", "ідентифікаційний код"),
                digits(10, 0.1, necessary(standard("ua.rntrc")))),
    *identifier("ua_edrpou", ("єдрпоу", "код єдрпоу"), digits(8, 0.05, necessary(standard("ua.edrpou")))),
    *identifier("by_unp", ("унп", "унн"), digits(9, 0.05, necessary(standard("by.unp")))),
)  # fmt: skip

PATTERNS = (*_POLAND, *_CENTRAL, *_BALKANS, *_EAST)
