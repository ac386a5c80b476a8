"""Numbers of Asia, Turkey and Israel included.

Formats: UIDAI, Income Tax Department, GSTN and Election Commission (India), ICA and ACRA (Singapore), National
Tax Service and Ministry of the Interior (Korea), Department of Provincial Administration (Thailand), BIR and
SSS (Philippines), GİB and NVİ (Turkey), and python-stdnum for the rest.
"""

from __future__ import annotations

import string

from nerproc.detection.pattern.table.form import Form, digits, identifier, led, token
from nerproc.detection.pattern.validator.asia import (
    hk_hkid,
    in_aadhaar,
    kr_brn,
    kr_crn,
    kr_frn,
    ph_philhealth,
    ph_tin,
    sg_nric,
    tw_national_id,
    vn_cccd,
)
from nerproc.detection.pattern.validator.digit import has_luhn
from nerproc.detection.pattern.validator.rule import decisive, necessary, sufficient
from nerproc.detection.pattern.validator.standard import standard

# Virtual payment addresses at the handles of the large payment apps and their banks (NPCI).
_UPI_HANDLE = (
    "(?:ok(?:icici|hdfcbank|axis|sbi)|paytm|ybl|upi|apl|ibl|axl|waicici|wahdfcbank|timecosmos|rapl|mbk|ikwik"
    "|freecharge|yapl|ptsbi|pthdfc|ptaxis|ptyes)"
)

_UPI_NAME = string.ascii_letters + string.digits + "_.-"

_INDIA = (
    *identifier(
        "in_aadhaar",
        ("aadhaar", "aadhar", "uidai", "आधार"),
        token(r"[2-9]\d{3}(?: \d{4} |-\d{4}-|:\d{4}:)\d{4}", 0.4,
              necessary(in_aadhaar), ignore_case=False),
        token(r"[2-9]\d{3}[- :]\d{4}[- :]\d{4}", 0.2,
              necessary(in_aadhaar), ignore_case=False),
        digits(12, 0.1, necessary(standard("in_.aadhaar"))),
    ),
    *identifier(
        "in_pan",
        ("pan", "pan card", "permanent account number"),
        led("[A-Z]{3}[ABCFGHJLPT][A-Z]", r"\d{4}[A-Z]", 0.5, ignore_case=False),
        led("[A-Z]{3}[ABCFGHJLPT][A-Z]", r"\d{4}[A-Z]", 0.4),
        led("[A-Z]{5}", r"\d{4}[A-Z]", 0.1),
    ),
    *identifier(
        "in_gstin",
        ("gstin", "gst", "gst number", "gst no", "gst registration", "goods and services tax"),
        token(r"(?:0[1-9]|[12]\d|3[0-8]|97|99)[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]", 0.4,
              sufficient(standard("in_.gstin"))),
    ),
    *identifier("in_passport", ("passport", "passport number"),
                led("[A-Z]", r"[1-9]\d ?\d{4}[1-9]", 0.1)),
    *identifier("in_passport", ("indian passport",), led("[A-Z]", r"[1-9]\d ?\d{4}[1-9]", 0.26)),
    *identifier("in_voter", ("voter", "vote", "epic", "elector", "electoral", "elector photo identity card"),
                led("[A-Z][A-DGHJKMNPRSY][A-Z]", r"\d{7}", 0.4),
                led("[A-Z]{3}", r"\d{7}", 0.3)),
    *identifier("in_upi", ("upi", "upi id", "vpa", "gpay", "phonepe", "paytm", "bhim"),
                Form(rf"\b\w[\w.-]*@{_UPI_HANDLE}\b(?![.-]?\w)", 0.6, gate=rf"@{_UPI_HANDLE}\b",
                     prefix=_UPI_NAME),
                # Of any other bank; also how a shell names a host.
                Form(r"\b\w[\w.-]*@(?!localhost\b)[a-z]{3,20}\b(?![.-]?\w)", 0.1, gate=r"@[a-z]{3,20}\b",
                     prefix=_UPI_NAME)),
)  # fmt: skip

_SINGAPORE = (
    *identifier(
        "sg_nric_fin",
        ("nric", "fin", "fin no", "nric no", "identity card", "singapore"),
        led("[STFGM]", r"\d{7}[A-Z]", 0.4, sufficient(sg_nric)),
        led("[A-EH-LN-RU-Z]", r"\d{7}[A-Z]", 0.1),
    ),
    *identifier(
        "sg_uen",
        ("uen", "unique entity number", "business registration", "acra"),
        led("[RST]", r"\d{2}[A-Z]{2}\d{4}[A-Z]", 0.5, decisive(standard("sg.uen"))),
        token(r"\d{8,9}[A-Z]", 0.5, necessary(standard("sg.uen")), ignore_case=False),
        token(r"\d{8,9}[A-Z]", 0.3, necessary(standard("sg.uen"))),
    ),
)  # fmt: skip

_BORN = r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"

_KOREA = (
    *identifier(
        "kr_rrn",
        ("주민등록번호", "주민번호", "rrn", "resident registration number", "korean rrn"),
        token(rf"{_BORN}-[1-4]\d{{6}}", 0.5, sufficient(standard("kr.rrn")), ignore_case=False),
        digits(13, 0.3, of=rf"{_BORN}[1-4]\d{{6}}"),
    ),
    *identifier(
        "kr_frn",
        ("외국인등록번호", "외국인번호", "frn", "foreigner registration number", "korean frn"),
        token(rf"{_BORN}-[5-8]\d{{6}}", 0.5, sufficient(kr_frn), ignore_case=False),
        digits(13, 0.3, of=rf"{_BORN}[5-8]\d{{6}}"),
    ),
    *identifier(
        "kr_brn",
        ("사업자등록번호", "사업자번호", "사업자", "brn", "business registration number", "korean brn"),
        token(r"\d{3}-\d{2}-\d{5}", 0.5, necessary(kr_brn), ignore_case=False),
        digits(10, 0.05, necessary(kr_brn)),
    ),
    *identifier(
        "kr_crn",
        ("법인등록번호", "법인번호", "법인등기", "crn", "corporate registration number", "korean crn"),
        token(r"\d{4}(?:1[1-5]|2[12]|3[1-9]|4\d|5[0-3]|71|8[1-6])-\d{7}", 0.4, sufficient(kr_crn),
              ignore_case=False),
        digits(13, 0.1, of=r"\d{4}(?:1[1-5]|2[12]|3[1-9]|4\d|5[0-3]|71|8[1-6])\d{7}"),
    ),
    *identifier(
        "kr_driver_license",
        ("운전면허", "면허번호", "driver license", "driver's license", "korean driver license"),
        token(r"(?:1[1-9]|2[0-68])-\d{2}-\d{6}-\d{2}", 0.5, ignore_case=False),
        token(r"(?:1[1-9]|2[0-68])[- ]?\d{2}[- ]?\d{6}[- ]?\d{2}", 0.1, ignore_case=False),
    ),
    *identifier(
        "kr_passport",
        ("passport", "passport number"),
        led("[MSROD]", r"\d{3}[A-Z]\d{4}", 0.1),
        led("[MSROD]", r"\d{8}", 0.05),
    ),
    *identifier(
        "kr_passport",
        ("여권", "여권번호", "korean passport"),
        led("[MSROD]", r"\d{3}[A-Z]\d{4}|\d{8}", 0.26),
    ),
    *identifier(
        "kr_bank_account",
        ("계좌", "예금주", "송금", "입금", "출금", "이체", "은행", "bank account"),
        token(r"302-\d{4}-\d{4}-\d{2}", 0.5, ignore_case=False),
        token(r"\d{3}-\d{2,3}-\d{6}|\d{6}-\d{2}-\d{6}|\d{4}-\d{3}-\d{6}|\d{3}-\d{6}-\d{5}|\d{3}-\d{6}-\d{2}-\d{3}",
              0.2, ignore_case=False),
        # Neither phones, mobile or over the internet, nor registration numbers of residents, which have 13.
        digits((10, 14), 0.01, of=r"(?!01|070)\d{10,12}|\d{14}"),
    ),
)  # fmt: skip

_EAST = (
    *identifier("cn_ric", ("身份证", "身份证号", "公民身份号码", "居民身份证", "resident identity card"),
                token(r"[1-9]\d{5}(?:18|19|20)\d{9}[\dX]", 0.5, decisive(standard("cn.ric")))),
    *identifier("cn_uscc", ("统一社会信用代码", "信用代码", "uscc"),
                token(r"\d[0-9A-HJ-NP-RTUWXY]\d{6}[0-9A-HJ-NP-RTUWXY]{10}", 0.4,
                      necessary(standard("cn.uscc")))),
    *identifier("tw_national_id", ("身分證", "身分證字號", "身份證", "國民身分證", "national id"),
                led("[A-Z]", r"[12]\d{8}", 0.3, necessary(tw_national_id))),
    *identifier("tw_ubn", ("統一編號", "統編", "ubn", "gui number"),
                digits(8, 0.05, necessary(standard("tw.ubn")))),
    *identifier("hk_hkid", ("身份證", "hkid", "hong kong identity card"),
                Form(r"\b[A-Z]{1,2}\d{6} ?\([0-9A]\)", 0.6, decisive(hk_hkid), gate=r"[A-Z]\d{6} ?\([0-9A]\)",
                     prefix=string.ascii_letters),
                led("[A-Z]{1,2}", r"\d{6}[0-9A]", 0.1, necessary(hk_hkid))),
    *identifier("jp_my_number", ("マイナンバー", "個人番号", "my number"),
                token(r"\d{4}[- ]\d{4}[- ]\d{4}", 0.2, necessary(standard("jp.in_")), ignore_case=False),
                digits(12, 0.1, necessary(standard("jp.in_")))),
    *identifier("jp_corporate_number", ("法人番号", "corporate number"),
                digits(13, 0.1, necessary(standard("jp.cn"))),
                token(r"\d-\d{4}-\d{4}-\d{4}", 0.4, necessary(standard("jp.cn")), ignore_case=False)),
)  # fmt: skip

_SOUTHEAST = (
    *identifier(
        "th_tnin",
        ("เลขประจำตัวประชาชน", "เลขบัตรประชาชน", "รหัสปชช", "บัตรประชาชน", "tnin", "thai national id",
            "thai id"),
        # With spaces, as on the card.
        token(r"[1-8](?:-\d{4}-\d{5}-\d{2}-| \d{4} \d{5} \d{2} )\d", 0.6, decisive(standard("th.pin")),
              ignore_case=False),
        digits(13, 0.4, necessary(standard("th.pin")),
               of=r"[1-8](?:[134]\d|2[0-7]|5[0-8]|[67][0-7]|[89][0-6])\d{10}"),
    ),
    *identifier(
        "ph_passport",
        ("passport", "passport number", "travel document"),
        led("[A-Z]", r"\d{7}[A-Z]", 0.1),
        led("[A-Z]{2}", r"\d{7}", 0.1),
    ),
    *identifier(
        "ph_passport",
        ("philippine passport", "filipino passport", "pasaporte", "dfa"),
        led("[A-Z]", r"\d{7}[A-Z]", 0.26),
        led("[A-Z]{2}", r"\d{7}", 0.26),
    ),
    *identifier(
        "ph_tin",
        ("tin", "taxpayer identification number", "taxpayer id", "tax id", "bir", "rdo"),
        token(r"\d{3}-\d{3}-\d{3}(?:-\d{3})?", 0.2, necessary(ph_tin), ignore_case=False),
        digits(9, 0.02, necessary(ph_tin)),
        digits(12, 0.02, necessary(ph_tin)),
    ),
    *identifier(
        "ph_umid",
        ("umid", "crn", "common reference number", "sss", "gsis", "philhealth", "phil-health", "pag-ibig",
            "unified multi-purpose id", "unified multipurpose id"),
        token(r"\d{4}-\d{7}-\d", 0.5, ignore_case=False),
        digits(12, 0.1),
    ),
    *identifier(
        "ph_health_insurance",
        ("philhealth", "phil-health", "kalusugan"),
        token(r"\d{2}-\d{9}-\d", 0.5, necessary(ph_philhealth), ignore_case=False),
        digits(12, 0.05, necessary(ph_philhealth)),
    ),
    *identifier("my_nric", ("nric", "mykad", "my-kad", "kad pengenalan", "no. kp", "ic number"),
                token(r"\d{6}-\d{2}-\d{4}", 0.5, necessary(standard("my.nric")), ignore_case=False),
                digits(12, 0.2, necessary(standard("my.nric")))),
    *identifier("id_nik", ("nik", "nomor induk kependudukan", "ktp", "no ktp"),
                digits(16, 0.3, necessary(standard("id.nik")))),
    *identifier("id_npwp", ("npwp", "nomor pokok wajib pajak"),
                token(r"\d{2}\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}", 0.6, decisive(standard("id.npwp")),
                      ignore_case=False),
                digits(15, 0.1, necessary(standard("id.npwp")))),
    *identifier("vn_cccd", ("cccd", "căn cước", "căn cước công dân", "cmnd"),
                digits(12, 0.05, necessary(vn_cccd))),
    *identifier("vn_mst", ("mst", "mã số thuế"), token(r"\d{10}-\d{3}", 0.3, necessary(standard("vn.mst"))),
                digits(10, 0.05, necessary(standard("vn.mst"))),
                digits(13, 0.1, necessary(standard("vn.mst")))),
)  # fmt: skip

_WEST = (
    *identifier("pk_cnic", ("cnic", "nicop", "شناختی کارڈ"),
                token(r"\d{5}-\d{7}-\d", 0.5, necessary(standard("pk.cnic")), ignore_case=False),
                digits(13, 0.1, necessary(standard("pk.cnic")))),
    *identifier("il_id", ("תעודת זהות", "ת.ז", "מספר זהות", "teudat zehut", "israeli id"),
                token(r"\d{8}-\d", 0.1, necessary(standard("il.idnr")), ignore_case=False),
                digits(9, 0.05, necessary(standard("il.idnr")))),
    *identifier("ae_emirates_id", ("emirates id", "الهوية", "رقم الهوية"),
                token(r"784-\d{4}-\d{7}-\d", 0.6, decisive(has_luhn), ignore_case=False),
                digits(15, 0.4, necessary(has_luhn), of=r"784\d{12}")),
    *identifier("sa_national_id", ("رقم الهوية", "الهوية الوطنية", "الإقامة", "iqama", "saudi id"),
                digits(10, 0.1, necessary(has_luhn), of=r"[12]\d{9}")),
    *identifier(
        "tr_national_id",
        ("tc kimlik", "tc kimlik no", "kimlik no", "kimlik numarası", "kimlik numarasi", "tckn", "tc no",
            "nüfus cüzdanı", "turkish id", "türk kimlik"),
        digits(11, 0.4, necessary(standard("tr.tckimlik"))),
    ),
    *identifier("tr_tax_id", ("vkn", "vergi no", "vergi kimlik", "vergi kimlik no", "vergi numarası",
                              "vergi numarasi", "mükellef", "mukellef", "turkish tax id"),
                digits(10, 0.1, necessary(standard("tr.vkn")))),
)  # fmt: skip

PATTERNS = (*_INDIA, *_SINGAPORE, *_KOREA, *_EAST, *_SOUTHEAST, *_WEST)
