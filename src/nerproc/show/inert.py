"""Text of strangers as HTML that is only text: escaped, and without characters that act instead of showing.

Controls of direction can make a text read as another one; controls and tags are invisible. All of them are
replaced by visible forms.
"""

from __future__ import annotations

import html
import re

# Zero-width joiners stay: Persian, Hindi and emoji need them. Line ends and tabs do what one expects.
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"
)
_CONTROL_PICTURES = 0x2400  # the picture of the control character 0 in Unicode


class Html(str):
    """Markup that is safe as it is: template engines that know `__html__` do not escape it again."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def visible(text: str) -> str:
    """The text with a visible form in place of each character that would act instead of showing."""
    return _ACTING.sub(_form, text.replace("\r\n", "\n"))


def inert(text: str) -> str:
    """The text as HTML, between tags or in a quoted attribute."""
    return html.escape(visible(text), quote=True)


def _form(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\u2421"
    return f"⟦U+{code:04X}⟧"
