"""What the tables find by default, and what they must leave alone."""

from __future__ import annotations

import pytest

from nerproc import Entity, detect


def found(text: str, **options: object) -> list[tuple[str, str | None, str]]:
    return [(entity.label, entity.kind, entity.text) for entity in detect(text, **options)]  # type: ignore[arg-type]


def labels(text: str) -> set[str]:
    return {entity.label for entity in detect(text)}


def texts(text: str, label: str) -> list[str]:
    return [entity.text for entity in detect(text) if entity.label == label]


@pytest.mark.parametrize(
    ("label", "kind", "text", "expected"),
    [
        ("EMAIL", None, "Write to ada7@example.com.", "ada7@example.com"),
        ("EMAIL", None, "GET /reset?email=ada.king%40example.com&token=5", "ada.king%40example.com"),
        ("EMAIL", None, "write to nadia@example.com. My", "nadia@example.com"),
        ("EMAIL", None, "root@mail.corp.internal", "root@mail.corp.internal"),
        ("EMAIL", None, "ada@nas.local;", "ada@nas.local"),
        ("URL", None, "www.harbourline.example/sg", "www.harbourline.example/sg"),
        ("EMAIL", None, "<bruno.adler+news@mail.example.co.uk>", "bruno.adler+news@mail.example.co.uk"),
        ("EMAIL", None, "mailto:o'brien@example.org?subject=x", "o'brien@example.org"),
        ("EMAIL", None, "'joe@foo.org'", "joe@foo.org"),
        ("EMAIL", None, "josé.müller@exämple.de", "josé.müller@exämple.de"),
        ("EMAIL", None, "im Postfach：max@example.de。", "max@example.de"),
        ("EMAIL", None, "x@xn--bcher-kva.example.xn--p1ai", "x@xn--bcher-kva.example.xn--p1ai"),
        ("EMAIL", None, "(a_b%c@sub-1.example.museum)", "a_b%c@sub-1.example.museum"),
        ("URL", None, "See https://example.com/a_(b)?c=d#e.", "https://example.com/a_(b)?c=d#e"),
        ("URL", None, "(see http://example.org/path)", "http://example.org/path"),
        ("URL", None, "HTTP://EXAMPLE.COM, now", "HTTP://EXAMPLE.COM"),
        ("URL", None, "at http://localhost:8001/health", "http://localhost:8001/health"),
        ("URL", None, "ftp://files.example.net/x.zip;", "ftp://files.example.net/x.zip"),
        ("URL", None, "on www.example.co.uk!", "www.example.co.uk"),
        ("URL", None, "visit example.com/shop?x=1, please", "example.com/shop?x=1"),
        ("URL", None, "our website is nerproc.dev", "nerproc.dev"),
        ("URL", None, "mail from ridgeway.co.nz, then", "ridgeway.co.nz"),
        ("URL", None, "look at bayou.com.tr/shop.", "bayou.com.tr/shop"),
        ("PHONE_NUMBER", None, "(212) 555-1234", "(212) 555-1234"),
        ("PHONE_NUMBER", None, "1-646-555-0187.", "1-646-555-0187"),
        ("PHONE_NUMBER", None, "+1 646 555 0187", "+1 646 555 0187"),
        ("PHONE_NUMBER", None, "or 1 (646) 555-0187", "1 (646) 555-0187"),
        ("PHONE_NUMBER", None, "call (646)5550187", "(646)5550187"),
        ("PHONE_NUMBER", None, "646.555.0187 is my number", "646.555.0187"),
        ("PHONE_NUMBER", None, "desk 415-555-2671x88,", "415-555-2671x88"),
        ("PHONE_NUMBER", None, "telefon 0 (532) 417 60 28", "0 (532) 417 60 28"),
        ("PHONE_NUMBER", None, "telefon 0 532 417 60 28", "0 532 417 60 28"),
        ("PHONE_NUMBER", None, "or 415-555-2671 x123.", "415-555-2671 x123"),
        ("PHONE_NUMBER", None, "+1 212 555 1234", "+1 212 555 1234"),
        ("PHONE_NUMBER", None, "+1-212-555-1234", "+1-212-555-1234"),
        ("PHONE_NUMBER", None, "+44 20 7946 0958,", "+44 20 7946 0958"),
        ("PHONE_NUMBER", None, "+44 (0)20 7946 0958", "+44 (0)20 7946 0958"),
        ("PHONE_NUMBER", None, "+49 30 901820", "+49 30 901820"),
        ("PHONE_NUMBER", None, "+33 1 42 68 53 00", "+33 1 42 68 53 00"),
        ("PHONE_NUMBER", None, "+41 (0)88 778 93 28", "+41 (0)88 778 93 28"),
        ("PHONE_NUMBER", None, "at (+358) 877893287 or", "(+358) 877893287"),
        ("PHONE_NUMBER", None, "+43 (0) 6142 18096792", "+43 (0) 6142 18096792"),
        ("PHONE_NUMBER", None, "Phone: +911742180967", "+911742180967"),
        ("PHONE_NUMBER", None, "Call 446-1003 today", "446-1003"),
        ("PHONE_NUMBER", None, "+919876543210", "+919876543210"),
        ("PHONE_NUMBER", None, "(555) 123-4567", "(555) 123-4567"),
        ("PHONE_NUMBER", None, "at +1 (555) 123-4567", "+1 (555) 123-4567"),
        ("PHONE_NUMBER", None, "call +1-555-123-4567", "+1-555-123-4567"),
        ("PHONE_NUMBER", None, "WhatsApp (11) 91234-5678", "(11) 91234-5678"),
        ("PHONE_NUMBER", None, "Tel (030) 901820", "(030) 901820"),
        ("PHONE_NUMBER", None, "call 2125551234 today", "2125551234"),
        ("PHONE_NUMBER", None, "Tél. 01\u00a099\u00a000\u00a012\u00a034", "01\u00a099\u00a000\u00a012\u00a034"),
        ("PHONE_NUMBER", None, "+44\u202f20\u202f7946\u20110888", "+44\u202f20\u202f7946\u20110888"),
        ("PHONE_NUMBER", None, "電話 ０３－５５５５－０１４２", "０３－５５５５－０１４２"),
        ("PHONE_NUMBER", None, "Fon 0221/4701234", "0221/4701234"),
        ("PHONE_NUMBER", None, "(201)-555-0123", "(201)-555-0123"),
        ("PHONE_NUMBER", None, "1(800) 234-5678", "1(800) 234-5678"),
        ("PHONE_NUMBER", None, "212/555-1234", "212/555-1234"),
        ("PHONE_NUMBER", None, "WhatsApp 447400123456", "447400123456"),
        ("PHONE_NUMBER", None, "call 011 44 20 7946 0958", "011 44 20 7946 0958"),
        ("PHONE_NUMBER", None, "+7 (495) 123-45-67", "+7 (495) 123-45-67"),
        ("PHONE_NUMBER", None, "(Büro: +49 30 23125 017).", "+49 30 23125 017"),
        ("PHONE_NUMBER", None, "Telephone (02) 5550 1234", "(02) 5550 1234"),
        ("PHONE_NUMBER", None, "Ring the ward: 020 7946 0599", "020 7946 0599"),
        ("PHONE_NUMBER", None, "手機 0917-204-881", "0917-204-881"),
        ("PHONE_NUMBER", None, "市話(02)2391-8840", "(02)2391-8840"),
        ("PHONE_NUMBER", None, "電話番号：03-5555-0142", "03-5555-0142"),
        ("PHONE_NUMBER", None, "Tel. 030 901820", "030 901820"),
        ("PHONE_NUMBER", None, "phone: 020 7946 0958", "020 7946 0958"),
        ("PHONE_NUMBER", None, "Téléphone : 01 42 68 53 00", "01 42 68 53 00"),
        ("PHONE_NUMBER", None, "mobile 98765 43210", "98765 43210"),
        ("CARD_NUMBER", None, "4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("CARD_NUMBER", None, "4111111111111111", "4111111111111111"),
        ("CARD_NUMBER", None, "card 5500-0055-5555-5559.", "5500-0055-5555-5559"),
        ("CARD_NUMBER", None, "3782 822463 10005", "3782 822463 10005"),
        ("CARD_NUMBER", None, "30569309025904", "30569309025904"),
        ("CARD_NUMBER", None, "6011111111111117", "6011111111111117"),
        ("CARD_NUMBER", None, "2223003122003222 and 123", "2223003122003222"),
        ("CARD_NUMBER", None, "3530111333300000", "3530111333300000"),
        ("IBAN", None, "GB33 BUKB 2020 1555 5555 55", "GB33 BUKB 2020 1555 5555 55"),
        ("IBAN", None, "DE89370400440532013000 AND", "DE89370400440532013000"),
        ("IBAN", None, "FR14 2004 1010 0505 0001 3M02 606", "FR14 2004 1010 0505 0001 3M02 606"),
        (
            "IBAN",
            None,
            "FR14\u00a02004\u00a01010\u00a00505\u00a00001\u00a03M02\u00a0606",
            "FR14\u00a02004\u00a01010\u00a00505\u00a00001\u00a03M02\u00a0606",
        ),
        ("DATE", None, "1 May 2020–31 May 2020", "1 May 2020"),
        ("DATE", None, "le 14\u00a0juillet\u00a01989", "14\u00a0juillet\u00a01989"),
        ("CARD_NUMBER", None, "4111\u00a01111\u00a01111\u00a01111", "4111\u00a01111\u00a01111\u00a01111"),
        ("IBAN", None, "gb33 bukb 2020 1555 5555 55", "gb33 bukb 2020 1555 5555 55"),
        ("IBAN", None, "NO9386011117947", "NO9386011117947"),
        (
            "CRYPTO_ADDRESS",
            "bitcoin",
            "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
            "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        ),
        (
            "CRYPTO_ADDRESS",
            "bitcoin",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
        ),
        (
            "CRYPTO_ADDRESS",
            "bitcoin",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        ),
        (
            "CRYPTO_ADDRESS",
            "bitcoin",
            "bc1p5d7rjq7g6rdk2yhzks9smlaqtedr4dekq08ge8ztwac72sfr9rusxg3297",
            "bc1p5d7rjq7g6rdk2yhzks9smlaqtedr4dekq08ge8ztwac72sfr9rusxg3297",
        ),
        (
            "CRYPTO_ADDRESS",
            "ethereum",
            "to 0x52908400098527886E0F7030069857D2E4169EE7",
            "0x52908400098527886E0F7030069857D2E4169EE7",
        ),
        ("IP_ADDRESS", "ipv4", "from 192.168.10.24:8080", "192.168.10.24"),
        ("IP_ADDRESS", "ipv4", "10.0.0.0/8 is private", "10.0.0.0/8"),
        ("IP_ADDRESS", "ipv4", "Host 1.2.3.4 is down", "1.2.3.4"),
        ("IP_ADDRESS", "ipv4", "asked 8.8.8.8.", "8.8.8.8"),
        (
            "IP_ADDRESS",
            "ipv6",
            "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
            "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        ),
        ("IP_ADDRESS", "ipv6", "at 2001:db8::1, then", "2001:db8::1"),
        ("IP_ADDRESS", "ipv6", "fe80::1ff:fe23:4567:890a%eth0", "fe80::1ff:fe23:4567:890a%eth0"),
        ("IP_ADDRESS", "ipv6", "2001:db8::/32", "2001:db8::/32"),
        ("IP_ADDRESS", "ipv6", "::ffff:192.0.2.128", "::ffff:192.0.2.128"),
        ("IP_ADDRESS", "ipv6", "0:0:0:0:0:ffff:192.0.2.1", "0:0:0:0:0:ffff:192.0.2.1"),
        ("IP_ADDRESS", "ipv4", "lease 10.0.0.100-10.0.0.199", "10.0.0.199"),
        ("MAC_ADDRESS", None, "-00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E"),
        ("IP_ADDRESS", "ipv6", "inet6 2001:db8::1/64 scope", "2001:db8::1/64"),
        ("IP_ADDRESS", "ipv6", "route 2001:db8:40::/48.", "2001:db8:40::/48"),
        ("IP_ADDRESS", "ipv6", "fe80::1%eth0.100", "fe80::1%eth0.100"),
        ("IP_ADDRESS", "ipv4", "in 192.0.2.0/24.", "192.0.2.0/24"),
        ("MAC_ADDRESS", None, "00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E"),
        ("MAC_ADDRESS", None, "00-1a-2b-3c-4d-5e", "00-1a-2b-3c-4d-5e"),
        ("MAC_ADDRESS", None, "mac 001a.2b3c.4d5e", "001a.2b3c.4d5e"),
        ("DATE", None, "on 2024-12-31,", "2024-12-31"),
        ("DATE", None, "31/12/2024", "31/12/2024"),
        ("DATE", None, "12/31/2024", "12/31/2024"),
        ("DATE", None, "31.12.2024", "31.12.2024"),
        ("DATE", None, "2024/1/5", "2024/1/5"),
        ("DATE", None, "on 1/2/24.", "1/2/24"),
        ("DATE", None, "31 December 2024", "31 December 2024"),
        ("DATE", None, "the 1st of March, 1999", "1st of March, 1999"),
        ("DATE", None, "Dec 31, 2024", "Dec 31, 2024"),
        ("DATE", None, "DECEMBER 3 2024", "DECEMBER 3 2024"),
        ("DATE", None, "start: December 2024.", "December 2024"),
        ("DATE", None, "signed December\n31, 2023 by", "December\n31, 2023"),
        ("DATE", None, "the 31st of December\r\n2023 and", "31st of December\r\n2023"),
        ("DATE", None, "6120.5,2021-06-14,12", "2021-06-14"),
        ("DATE", None, "7,12/31/2024,3", "12/31/2024"),
        ("DATE", None, "notes.txt:12:2024-01-31: sent", "2024-01-31"),
        ("DATE", None, "/backup/2024-01-31/mail", "2024-01-31"),
        ("DATE", None, "до 3 июня 2024", "3 июня 2024"),
        ("DATE", None, "12 Марта 1999 г.", "12 Марта 1999"),
        ("DATE", None, "dnia 5 października 2023 r.", "5 października 2023"),
        ("DATE", None, "le 1er août 2024", "1er août 2024"),
        ("DATE", None, "2 mrt. 2024", "2 mrt. 2024"),
        ("DATE", None, "会议于2024年6月3日举行", "2024年6月3日"),
        ("DATE", None, "2024년 6월 3일에", "2024년 6월 3일"),
        ("DATE", None, "令和6年6月3日まで", "令和6年6月3日"),
        ("DATE", None, "JAN-2020", "JAN-2020"),
        ("DATE", None, "am 3. März 2021", "3. März 2021"),
        ("DATE", None, "le 14 juillet 1989", "14 juillet 1989"),
        ("DATE", None, "el 5 de mayo de 2020", "5 de mayo de 2020"),
        ("DATE", None, "31-Dec-2024", "31-Dec-2024"),
        ("DATE", None, "2024-12-31T23:59:59.123Z", "2024-12-31T23:59:59.123Z"),
        ("DATE", None, "2024-12-31 23:59:59 INFO", "2024-12-31 23:59:59"),
        ("DATE", None, "[31/Dec/2024:23:59:59 +0100]", "31/Dec/2024:23:59:59 +0100"),
        ("DATE", None, "born 12.3.85 in Rome", "12.3.85"),
        ("DATE", None, "until Thursday, 9 October.", "Thursday, 9 October"),
        ("DATE", None, "on Monday, February 3rd and", "Monday, February 3rd"),
        ("DATE", None, "Sunday 24 March", "Sunday 24 March"),
        ("DATE", None, "Friday, March 3rd, 2017", "March 3rd, 2017"),
        ("DATE", None, "today, 17 April, we", "17 April"),
        ("DATE", None, "due Nov-18", "Nov-18"),
        ("DATE", None, "29.02.2028", "29.02.2028"),
        ("DATE", None, "29 February 2000", "29 February 2000"),
        ("VIN", None, "1HGCM82633A004352", "1HGCM82633A004352"),
        ("VIN", None, "VIN WVWZZZ1JZ3W386752", "WVWZZZ1JZ3W386752"),
        ("VIN", None, "the car with vin 1hgcm82633a004352", "1hgcm82633a004352"),
    ],
)
def test_finds(label: str, kind: str | None, text: str, expected: str) -> None:
    assert (label, kind, expected) in found(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("foo@bar", "EMAIL"),
        ("reset?email=ada%40example.com", "URL"),
        ("user@localhost", "EMAIL"),
        ("icon@2x.png", "EMAIL"),
        ("a@b.notatld", "EMAIL"),
        ("@angular/core.js", "EMAIL"),
        ("run main.py and script.sh", "URL"),
        ("see README.md, lib.rs and app.js", "URL"),
        ("the end.It was", "URL"),
        ("call obj.name() or logger.info('x')", "URL"),
        ("import java.io.File", "URL"),
        ("version 1.2.3.4", "IP_ADDRESS"),
        ("Version: 10.20.30.40", "IP_ADDRESS"),
        ("v10.0.0.1", "IP_ADDRESS"),
        ("MTU 1500, driver 5.10.0.2", "IP_ADDRESS"),
        ("VALUES ('version', '1.12.0.3')", "IP_ADDRESS"),
        ("set value = '1.12.0.4' where name = 'version'", "IP_ADDRESS"),
        ("1.2.3.4.5", "IP_ADDRESS"),
        ("192.168.1.256", "IP_ADDRESS"),
        ("see section 1.2.3.4", "IP_ADDRESS"),
        ("pkg-1.20.30.40-r1", "IP_ADDRESS"),
        ("std::vector and a::b", "IP_ADDRESS"),
        ("a[1::2] = d[7::]", "IP_ADDRESS"),
        ('ObjectIdentifier("2.5.4.16")', "IP_ADDRESS"),
        ("at 12:30:45", "IP_ADDRESS"),
        ("ff:ff:ff:ff:ff:ff", "MAC_ADDRESS"),
        ("00:1A:2B:3C:4D:5E:6F:70", "MAC_ADDRESS"),
        ("4111 1111 1111 1112", "CARD_NUMBER"),
        ("order 1234567890123456", "CARD_NUMBER"),
        ("0.4111111111111111", "CARD_NUMBER"),
        ("1700000000000", "CARD_NUMBER"),
        ("ISBN 978-3-16-148410-0", "CARD_NUMBER"),
        ("GB33BUKB20201555555556", "IBAN"),
        ("DE8937040044053201300", "IBAN"),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", "CRYPTO_ADDRESS"),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdd", "CRYPTO_ADDRESS"),
        ("5 of 13/13/2024", "DATE"),
        ("32.12.2024", "DATE"),
        ("31 February 2024", "DATE"),
        ("29 February 2026", "DATE"),
        ("29-Feb-26", "DATE"),
        ("29/02/2026", "DATE"),
        ("2026-02-29T08:00:00", "DATE"),
        ("Monday, 30 February", "DATE"),
        ("the Friday 13 films", "DATE"),
        ("1/2 cup and 3/4", "DATE"),
        ("release 1.2.24", "DATE"),
        ("10.5.16.2", "DATE"),
        ("price 12.50", "DATE"),
        ("at 10:30", "DATE"),
        ("20241231", "DATE"),
        ("in December 2024.", "DATE"),
        ("2024年13月3日", "DATE"),
        ("on the 31 июня 2024", "DATE"),
        ("I may 5 times", "DATE"),
        ("order 2125551234", "PHONE_NUMBER"),
        ("text: charged twice for order 7781-2204", "PHONE_NUMBER"),
        ("phone Chrome/124.0.6367.91", "PHONE_NUMBER"),
        ("confirmed by phone on 03/19/2024", "PHONE_NUMBER"),
        ("telephone log 2017-03-01", "PHONE_NUMBER"),
        ("Decimal('+35236450.6')", "PHONE_NUMBER"),
        ("grew by +210 000 to 446-1003 points", "PHONE_NUMBER"),
        ("123-456-7890", "PHONE_NUMBER"),
        ("rows 555-123-4567", "PHONE_NUMBER"),
        ("+1 212 555 12345", "PHONE_NUMBER"),
        ("serial 415-555-2671-889", "PHONE_NUMBER"),
        ("id 550e8400-e29b-41d4-a716-446655440000", "PHONE_NUMBER"),
        ("sha 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", "SECRET"),
        ("timestamp 1700000000", "PHONE_NUMBER"),
        ("$1,234,567.89", "PHONE_NUMBER"),
        ("3.14159265358979", "PHONE_NUMBER"),
        ("1HGCM82633A004353", "VIN"),
        ("car 1hgcm82633a004353", "VIN"),
        ("hash 1hgcm82633a004352", "VIN"),
        ("std::net, ::", "IP_ADDRESS"),
        ("12345678901234567", "VIN"),
        ("ABCDEFGHJKLMNPRST", "VIN"),
    ],
)
def test_leaves_alone(text: str, label: str) -> None:
    assert label not in labels(text)


def test_month_and_year_of_a_card_are_no_date_by_their_form() -> None:
    text = "VISA 4111 1111 1111 1111 exp 09/27"
    assert [entity.label for entity in detect(text, model="patterns")] == ["CARD_NUMBER"]


def test_threshold_zero_shows_every_candidate() -> None:
    text = "order 4111111111111111 and 2125551234"
    everything = found(text, threshold=0)
    assert ("PHONE_NUMBER", None, "2125551234") in everything
    assert len(everything) > len(found(text))


def test_the_unspecified_address_is_a_candidate_outside_of_code() -> None:
    assert ("IP_ADDRESS", "ipv6", "::") in found("listen on :: only", threshold=0)
    assert found("std::vector<int> ::operator", threshold=0) == []


def test_context_lifts_over_the_threshold() -> None:
    def score(text: str) -> float:
        return max(entity.score for entity in phone(text))

    def phone(text: str) -> list[Entity]:
        return [entity for entity in detect(text, threshold=0) if entity.label == "PHONE_NUMBER"]

    assert score("number 2125551234") < 0.5 <= score("call me: 2125551234")
