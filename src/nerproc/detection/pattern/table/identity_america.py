"""Numbers of the Americas without the United States.

Formats: Canada Revenue Agency and Service Canada, RENAPO and SAT (Mexico), Receita Federal (Brazil), AFIP and
RENAPER (Argentina), Servicio de Impuestos Internos (Chile), DIAN (Colombia), SUNAT (Peru) and the like, as
python-stdnum documents them.
"""

from __future__ import annotations

import string

from nerproc.detection.pattern.table.form import Form, digits, identifier, led, token
from nerproc.detection.pattern.validator.america import br_pis, ca_bn, mx_clabe
from nerproc.detection.pattern.validator.digit import has_luhn
from nerproc.detection.pattern.validator.rule import decisive, necessary, sufficient
from nerproc.detection.pattern.validator.standard import standard

_RFC = r"[A-ZÑ&]{3,4}[- ]?\d{6}[- ]?[1-9A-V][1-9A-Z][0-9A]\b"

_CANADA = (
    *identifier(
        "ca_sin",
        (
            "sin", "sin number", "social insurance", "social insurance number", "nas", "numéro nas",
            "assurance sociale", "numéro d'assurance sociale",
        ),
        token(r"[1-79]\d{2}(?:-\d{3}-| \d{3} )\d{3}", 0.4, necessary(standard("ca.sin")), ignore_case=False),
        digits(9, 0.05, necessary(standard("ca.sin")), of=r"[1-79]\d{8}"),
    ),
    *identifier(
        "ca_bn",
        (
            "business number", "bn", "cra", "canada revenue agency", "gst", "hst", "payroll", "program account",
            "numéro d'entreprise", "agence du revenu du canada", "tps", "tvh",
        ),
        token(r"\d{5} ?\d{4} ?R[CMPRTZ] ?\d{4}", 0.5, decisive(ca_bn)),
        token(r"\d{5} \d{4}", 0.1, necessary(ca_bn), ignore_case=False),
        digits(9, 0.05, necessary(ca_bn)),
    ),
    *identifier("ca_passport", ("canadian passport", "passeport canadien", "passport canada"),
                led("[A-Z]{2}", r"\d{6}", 0.05)),
    *identifier(
        "ca_bc_phn",
        ("phn", "personal health number", "bc services card", "care card", "carecard"),
        token(r"9\d{3} \d{3} \d{3}", 0.2, necessary(standard("ca.bc_phn")), ignore_case=False),
        digits(10, 0.1, necessary(standard("ca.bc_phn")), of=r"9\d{9}"),
    ),
    *identifier(
        "ca_ohip",
        ("ohip", "health card", "health card number", "carte santé"),
        token(r"[1-9]\d{3}[- ]\d{3}[- ]\d{3}(?:[- ]?[A-Z]{2})?", 0.2,
              necessary(has_luhn)),
    ),
)  # fmt: skip

_MEXICO = (
    *identifier("mx_curp", ("curp", "clave única de registro"),
                led("[A-Z]{4}", r"\d{6}[HMX][A-Z]{5}[0-9A-Z]\d", 0.5, decisive(standard("mx.curp")))),
    *identifier("mx_rfc", ("rfc", "registro federal de contribuyentes", "contribuyente"),
                Form(rf"(?<![\wÑ&]){_RFC}", 0.4, sufficient(standard("mx.rfc", validate_check_digits=True)),
                     gate=r"[A-ZÑ&][- ]?\d{6}[- ]?[0-9A-Z]{2}[0-9A]\b", prefix=f"{string.ascii_letters}Ñ&")),
    *identifier("mx_nss", ("nss", "imss", "seguro social", "número de seguridad social"),
                digits(11, 0.05, necessary(standard("luhn")))),
    *identifier("mx_clabe", ("clabe", "clabe interbancaria"), digits(18, 0.2, necessary(mx_clabe))),
)  # fmt: skip

_BRAZIL = (
    *identifier("br_cpf", ("cpf", "cadastro de pessoa física", "contribuinte"),
                token(r"\d{3}\.\d{3}\.\d{3}-\d{2}", 0.6, decisive(standard("br.cpf")), ignore_case=False),
                token(r"\d{9}-\d{2}", 0.4, necessary(standard("br.cpf")), ignore_case=False),
                digits(11, 0.2, necessary(standard("br.cpf")))),
    *identifier("br_cnpj", ("cnpj", "cadastro nacional da pessoa jurídica"),
                Form(r"\b[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-\d{2}\b", 0.6,
                     decisive(standard("br.cnpj")),
                     gate=r"/[0-9A-Z]{4}-\d{2}\b", prefix=f"{string.ascii_letters}{string.digits}."),
                digits(14, 0.2, necessary(standard("br.cnpj")))),
    *identifier("br_pis", ("pis", "pasep", "nit", "pis/pasep"),
                token(r"\d{3}\.\d{5}\.\d{2}-\d", 0.5, necessary(br_pis), ignore_case=False),
                digits(11, 0.05, necessary(br_pis))),
    *identifier("br_rg", ("rg", "registro geral", "carteira de identidade", "identidade"),
                token(r"\d{2}\.\d{3}\.\d{3}-[\dX]", 0.4)),
)  # fmt: skip

_SOUTH = (
    *identifier("ar_cuit", ("cuit", "cuil", "clave única de identificación"),
                token(r"(?:2[03-7]|3[034])-\d{8}-\d", 0.6, decisive(standard("ar.cuit")), ignore_case=False),
                digits(11, 0.2, necessary(standard("ar.cuit")), of=r"(?:2[03-7]|3[034])\d{9}")),
    *identifier("ar_dni", ("dni", "documento nacional de identidad", "documento"),
                token(r"\d{1,2}\.\d{3}\.\d{3}", 0.15, ignore_case=False),
                digits((7, 8), 0.01)),
    *identifier("ar_cbu", ("cbu", "clave bancaria uniforme"), digits(22, 0.4, necessary(standard("ar.cbu"))),
                token(r"\d{8}[- ]\d{14}", 0.5, necessary(standard("ar.cbu")), ignore_case=False)),
    *identifier("cl_rut", ("rut", "run", "rol único tributario", "rol único nacional"),
                token(r"\d{1,2}\.\d{3}\.\d{3}-[\dK]", 0.6, decisive(standard("cl.rut"))),
                token(r"\d{7,8}-[\dK]", 0.4, necessary(standard("cl.rut"))),
                token(r"\d{7,8}[\dK]", 0.1, necessary(standard("cl.rut")))),
    *identifier("co_nit", ("nit", "número de identificación tributaria"),
                token(r"\d{3}\.\d{3}\.\d{3}-\d", 0.5, necessary(standard("co.nit")), ignore_case=False),
                # Those of persons are the numbers of their identity cards, of seven digits and more.
                token(r"\d{1,2}(?:\.\d{3}){2}-\d|\d{7,10} ?-? ?\d", 0.1, necessary(standard("co.nit")),
                      ignore_case=False)),
    *identifier("pe_ruc", ("ruc", "registro único de contribuyentes"),
                digits(11, 0.2, necessary(standard("pe.ruc")), of=r"(?:1[0567]|20)\d{9}")),
    *identifier("pe_dni", ("reniec", "dni peruano", "perú"), digits(8, 0.26)),
    *identifier("ec_ci", ("cédula", "cédula de identidad", "cédula de ciudadanía"),
                token(r"\d{9}-\d", 0.2, necessary(standard("ec.ci")), ignore_case=False),
                digits(10, 0.1, necessary(standard("ec.ci")))),
    *identifier("ec_ruc", ("ruc", "registro único de contribuyentes"),
                digits(13, 0.1, necessary(standard("ec.ruc")))),
    *identifier("uy_rut", ("rut", "registro único tributario"), digits(12, 0.1, necessary(standard("uy.rut"))),
                token(r"\d{2}-\d{6}-\d{3}-\d", 0.4, necessary(standard("uy.rut")), ignore_case=False)),
    *identifier("py_ruc", ("ruc", "registro único de contribuyentes"),
                token(r"\d{5,8}-\d", 0.1, necessary(standard("py.ruc")), ignore_case=False)),
    *identifier("ve_rif", ("rif", "registro de información fiscal"),
                led("[VEJPG]", r"-?\d{8}-?\d", 0.4, necessary(standard("ve.rif")))),
)  # fmt: skip

_CENTRAL = (
    *identifier("do_cedula", ("cédula", "cédula de identidad"),
                token(r"\d{3}-\d{7}-\d", 0.4, necessary(standard("do.cedula")), ignore_case=False),
                digits(11, 0.1, necessary(standard("do.cedula")))),
    *identifier("do_rnc", ("rnc", "registro nacional del contribuyente"),
                token(r"\d-\d{2}-\d{5}-\d", 0.4, necessary(standard("do.rnc")), ignore_case=False),
                digits(9, 0.05, necessary(standard("do.rnc")))),
    *identifier("cr_cpf", ("cédula", "cédula de persona física"), token(r"0?\d-\d{3,4}-\d{3,4}", 0.2)),
    *identifier("cu_ni", ("carné de identidad", "carnet de identidad"),
                digits(11, 0.1, necessary(standard("cu.ni")))),
    *identifier("gt_nit", ("nit", "número de identificación tributaria"),
                token(r"\d{4,8}-[\dK]", 0.1, necessary(standard("gt.nit")))),
    *identifier("sv_nit", ("nit", "número de identificación tributaria"),
                token(r"\d{4}-\d{6}-\d{3}-\d", 0.5, necessary(standard("sv.nit")), ignore_case=False),
                digits(14, 0.1, necessary(standard("sv.nit")))),
)  # fmt: skip

PATTERNS = (*_CANADA, *_MEXICO, *_BRAZIL, *_SOUTH, *_CENTRAL)
