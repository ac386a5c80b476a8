"""XML: texts and values of attributes are replaced where they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html.entities import html5

from nerproc.extraction.decode import Decoded
from nerproc.redaction.markup import Source, rewriting
from nerproc.redaction.span import Spans

_TAG = re.compile(r"""<(/?)[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+>""")
_ATTRIBUTE = re.compile(r"""([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_DOCTYPE = re.compile(r"""<!DOCTYPE(?:[^>\["']|"[^"]*"|'[^']*')*(?:\[(?:[^\]"']|"[^"]*"|'[^']*')*\][^>]*)?>""")
_REFERENCE = re.compile(r"&(?:#(\d+)|#x([0-9a-fA-F]+)|([^;&\s]+));")


def copy(
    texts: Iterable[str], pieces: Iterable[Decoded], spans: Spans, write: Callable[[bytes], object]
) -> None:
    """Write the document of `pieces`, whose text is `texts`, with `spans` replaced.

    Raises:
        Changed: the source does not show what the text does.
    """
    with rewriting(texts, pieces, spans, write, unescape) as (source, _):
        _read(source)


def _read(source: Source) -> None:
    while not source.is_empty:
        if source.text[source.at] != "<":
            source.show(source.until("<"), "text")
        elif source.starts("<!--"):
            source.at += source.find("-->", 4) + 3
        elif source.starts("<![cdata["):
            source.at += 9
            source.show(source.find("]]>"), "verbatim")
            source.at += 3
        elif source.starts("<?"):
            source.at += source.find("?>") + 2
        else:
            _tag(source)


def _tag(source: Source) -> None:
    found = source.search(_DOCTYPE if source.starts("<!doctype") else _TAG)
    if found is None:
        source.at = len(source.text)
        return
    end = found.end()
    if source.text.find("=", source.at, end) >= 0 and not source.starts("<!"):
        for attribute in _ATTRIBUTE.finditer(source.text, source.at, end):
            if not attribute[1].startswith(("xmlns", "xsi:")):
                group = 2 if attribute[2] is not None else 3
                source.at = attribute.start(group)
                source.show(len(attribute[group]), "attribute")
    source.at = end


def unescape(raw: str) -> str:
    """`raw` with references to characters resolved as extraction does it."""
    return _REFERENCE.sub(_character, raw)


def _character(found: re.Match[str]) -> str:
    if found[3]:
        return html5.get(f"{found[3]};", "")
    return chr(int(found[1]) if found[1] else int(found[2], 16))
