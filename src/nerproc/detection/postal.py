"""What follows the street in a postal address, as patterns and networks look for it: expressions of `regex`.

Formats: USPS Publication 28 (states, ZIP codes, military post), Royal Mail, Canada Post, Australia Post and
Eircode; codes before the town, or behind it, as in other countries.
"""

from __future__ import annotations

GAP = r"(?:[ \t]*,[ \t]*(?:\r?\n[ \t]*)?|[ \t]+|[ \t]*\r?\n[ \t]*)"  # a comma, a space, or the next line
_TOWN_WORD = r"(?:(?:St|Ste|Ft|Mt|Pt)\.|[A-Z][A-Za-z'’-]+)"
TOWN = rf"{_TOWN_WORD}(?:[ \t]+{_TOWN_WORD}){{0,3}}"
STATE = (
    "(?:A[KLRZ]|C[AOT]|D[CE]|D\\.C\\.|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT"
    "|V[AIT]|W[AIVY]|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia"
    "|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan"
    "|Minnesota|Mississippi|Missouri|Montana|Nebraska|New (?:Hampshire|Jersey|Mexico|York)|Nevada"
    "|(?:North|South) (?:Carolina|Dakota)|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah"
    "|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming)"
)
ZIP = r"\d{5}(?:-\d{4})?(?![\w-])"
_UK_FORM = r"[A-Z]{1,2}\d[\dA-Z]?[ \t]?\d[A-Z]{2}\b"  # behind a street the form is enough
_PROVINCE = (
    "(?:AB|BC|MB|N[BLSTU]|ON|PE|QC|SK|YT|Alberta|British Columbia|Manitoba|New Brunswick|Newfoundland"
    "|Nova Scotia|Nunavut|Ontario|Prince Edward Island|Qu[eé]bec|Saskatchewan|Yukon)"
)
_CANADIAN_CODE = r"[A-Z]\d[A-Z][ \t-]?\d[A-Z]\d\b"
_TERRITORY = (
    "(?:NSW|VIC|Vic|QLD|Qld|SA|WA|TAS|Tas|ACT|NT|New South Wales|Victoria|Queensland"
    "|(?:South|Western) Australia|Tasmania)"
)
COUNTRY = (
    r"(?:USA|U\.S\.A\.?|United States(?: of America)?|Canada|UK|U\.K\.|United Kingdom|England|Scotland|Wales"
    "|Ireland|Australia|New Zealand|Germany|Deutschland|France|Spain|España|Italy|Italia|(?:The )?Netherlands"
    "|Belgium|Switzerland|Schweiz|Austria|Österreich|Sweden|Norway|Denmark|Finland|Poland|Polska|Portugal|Brazil"
    r"|Mexico|India|Japan|China|Singapore|South Africa)(?!\w)"
)
_EIRCODE = r"[AC-FHKNPRTV-Y]\d[\dW][ \t]?[0-9AC-FHKNPRTV-Y]{4}\b"
# A state with its code, which no other words look like, or a code that says all.
CODED = (
    rf"(?:{STATE}{GAP}{ZIP}|{_PROVINCE}{GAP}{_CANADIAN_CODE}|{_TERRITORY}{GAP}\d{{4}}(?![\w-])|{_UK_FORM}"
    rf"|{_EIRCODE})"
    rf"(?:{GAP}{COUNTRY})?"
)
# Post of the United States' forces: PSC 1234, Box 5678 / APO AE 09012
FORCES = rf"(?:APO|FPO|DPO|A\.P\.O\.|F\.P\.O\.){GAP}A[AEP]{GAP}{ZIP}"
NEXT = r"[ \t]*(?:,[ \t]*(?:\r?\n[ \t]*)?|\r?\n[ \t]*)"  # a gap that is more than a space
_SMALL = "a-zß-öø-ÿāăąćčďđēěęğģīķłļńņňőœřśşšťūůűźżž"
_WORD = rf"[A-ZÀ-ÖØ-ÞĀČĎĐĒĚĢĪĶŁĻŁŃŅŇŐŒŘŚŞŠŤŪŮŰŹŻŽ][A-Z{_SMALL}'’-]*[{_SMALL}]"  # of a name of a town
_SAINT = r"(?:Bad|Sankt|St\.|Saint|San|Santa|São|La|Le|Den|Los|Las|El)"
_AT = "(?:am|an der|im|in|bei|ob der|sur|de|del|di)"
_ONE = rf"(?:{_SAINT}[ \t]+)?{_WORD}(?:[ \t]+{_AT}[ \t]+{_WORD})?"
_SEVERAL = rf"{_WORD}(?:[ \t]+(?:{_AT}[ \t]+)?{_WORD}){{1,3}}"
# Of several words a town is told by what ends it: 22040 Gaiole in Chianti (SI)
_PLACE = rf"(?:{_SEVERAL}(?=[ \t]*(?:[,.;)\r\n]|\([A-Z]{{2}}\)|\Z))|{_ONE})(?:[ \t]+\([A-Z]{{2}}\))?"
# A code and a town, as on the continent of Europe: 10117 Berlin, 00-238 Warszawa, 3011 AD Rotterdam
_CODE = r"(?:(?:[A-Z]{1,2}-)?(?:\d{5}|(?!19|20)\d{4})|\d{3}[ \t]\d{2}|\d{2}-\d{3}),?[ \t]+"
ABROAD = rf"(?:{_CODE}|\d{{4}}[ \t]?[A-Z]{{2}}{GAP}){_PLACE}(?:{GAP}{COUNTRY})?(?![A-Z{_SMALL}\d])"
# A town and its code: Jorhat-590139, "Maungatoa 8256". What else stands so before a number is no town.
_NO_TOWN = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    "|Nov(?:ember)?|Dec(?:ember)?|Spring|Summer|Autumn|Fall|Winter|Year|Date|Version|Page"
    "|Order|Invoice|Account|Acct|Customer|Client|Member|Patient|Employee|Badge|Policy|Claim|Case|Ticket|Ref|Batch"
    "|Item|Serial|Amount|Total|Card|Code|Pin|PIN|Id|ID|No|Number|Phone|Tel|Fax|Mobile|Ext|Flight|Gate|Age)\\b"
)
_CODE_BEHIND = (
    rf"(?!{_NO_TOWN})(?:{_SEVERAL}|{_ONE})(?:[ \t]*[-–,][ \t]*|[ \t]+)(?:\d{{5,6}}|(?!19|20)\d{{4}})(?![\w-])"
)
# What may follow a street, from the gap before it on.
TAIL = (
    rf"(?:{GAP}(?:{TOWN}{GAP}){{0,2}}{CODED}|{GAP}{FORCES}"
    rf"|{NEXT}(?:{ABROAD}|{_CODE_BEHIND}(?:{GAP}{COUNTRY})?))"
)
