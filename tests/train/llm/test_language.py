from __future__ import annotations

import pytest

from nerproc.train.llm.language import may_be

TEXTS = {
    "en_US": "Please have your badge ready at the door, and do not share it with anybody.",
    "de_DE": "Bitte halten Sie den Ausweis an der Tür bereit und geben Sie ihn nicht weiter.",
    "fr_FR": "Veuillez présenter votre badge à la porte et ne pas le prêter à vos collègues.",
    "es_ES": "Por favor, muestre la tarjeta en la puerta y no la comparta con nadie.",
    "it_IT": "Si prega di mostrare il tesserino alla porta e di non darlo a nessuno che non sia del reparto.",
    "nl_NL": "Laat het pasje zien bij de deur en geef het niet aan een ander.",
    "pl_PL": "Proszę pokazać kartę przy wejściu i nie dawać jej nikomu, bo to jest zakazane.",
    "ru_RU": "Пожалуйста, покажите пропуск на входе и никому его не давайте.",
    "uk_UA": "Будь ласка, покажіть перепустку на вході.",
    "el_GR": "Παρακαλώ δείξτε την κάρτα σας στην είσοδο.",
    "ja_JP": "受付で社員証を見せてください。",
    "zh_CN": "请在门口出示您的工作证件谢谢。",
    "ko_KR": "입구에서 사원증을 보여 주세요.",
    "ar_EG": "من فضلك أظهر بطاقتك عند الباب.",
    "hi_IN": "कृपया द्वार पर अपना कार्ड दिखाएँ।",
}


@pytest.mark.parametrize("locale", TEXTS)
def test_a_text_is_of_its_language_and_of_no_other(locale: str) -> None:
    assert [other for other, text in TEXTS.items() if may_be(text, locale)] == (
        ["ru_RU", "uk_UA"] if locale in {"ru_RU", "uk_UA"} else [locale]
    )


@pytest.mark.parametrize("text", ["", "B-7781", "status=200", "id: B-7781", "| badge | B-7781 |"])
def test_of_a_short_text_nobody_can_tell(text: str) -> None:
    assert may_be(text, "de_DE")


def test_languages_that_are_not_known_are_told_by_their_script() -> None:
    assert may_be(TEXTS["en_US"], "fi_FI")
    assert not may_be(TEXTS["ru_RU"], "fi_FI")
    assert may_be(TEXTS["ru_RU"], "bg")
