"""The one style sheet of charts and marked texts: for light and dark, screen and paper.

A page may serve it as a file, a file may hold it. Dark is what the reader's system asks for; `data-theme` of
`light` or `dark` on an element above overrules that, and notebooks that say how they look are followed. All
colours are checked by a test: letters have a contrast of 4.5 at least, shapes of 3.
"""

from __future__ import annotations

from nerproc.show.highlight import TOGGLES

# Behind letters on light and on dark, then as a shape on light and on dark: the colours c0 to c11.
PALETTE = (
    ("#cae7ff", "#223e61", "#266ec3", "#76b4ff"),
    ("#baf2e6", "#00493e", "#008972", "#2bccb4"),
    ("#cbf0cf", "#204727", "#128537", "#73c881"),
    ("#eedbff", "#46335a", "#8353b3", "#c49bf3"),
    ("#f1e5b8", "#493c06", "#8a6b00", "#cbb042"),
    ("#ffdcbe", "#583313", "#ac5200", "#ee9b58"),
    ("#b9efff", "#004556", "#0080aa", "#2bc4ea"),
    ("#ffd6d1", "#5d2d2a", "#b64340", "#f98f87"),
    ("#ffd5ea", "#582d42", "#ab437b", "#ee8dbd"),
    ("#f1e2cf", "#483b28", "#88683a", "#caac83"),
    ("#dce1ff", "#363861", "#6060c3", "#a1a7ff"),
    ("#ddecc0", "#374314", "#617b00", "#a3be5b"),
)
# Behind letters on light and on dark: h1 to h5, the more the stronger.
HEAT = (
    ("#e0ecfc", "#1f2a38"),
    ("#c4daf6", "#273950"),
    ("#a7c7f0", "#2f496a"),
    ("#8bb4e9", "#375985"),
    ("#6ea1e2", "#3f6aa1"),
)
# Name of a variable: on light, on dark.
BASE = {
    "bg": ("#ffffff", "#15181c"),
    "panel": ("#f4f6f8", "#1e2227"),
    "fg": ("#1c2024", "#f2f4f6"),
    "dim": ("#59636e", "#a3adb8"),
    "line": ("#d5dae0", "#363c44"),
    "edge": ("#79828c", "#7d8791"),  # of controls
    "link": ("#0b57d0", "#8ab4f8"),
    "good": ("#128537", "#73c881"),
    "bad": ("#b64340", "#f98f87"),
    "busy": ("#266ec3", "#76b4ff"),
    "wait": ("#66707b", "#8b95a0"),
}


def _variables() -> str:
    named = dict(BASE)
    for number, (soft, soft_dark, strong, strong_dark) in enumerate(PALETTE):
        named[f"c{number}"] = (strong, strong_dark)
        named[f"c{number}-soft"] = (soft, soft_dark)
    named |= {f"h{number}": colours for number, colours in enumerate(HEAT, 1)}
    return "".join(f"--np-{name}:light-dark({light},{dark});" for name, (light, dark) in named.items())


def _colours() -> str:
    rules = [f".nerproc .c{n}{{--c:var(--np-c{n});--soft:var(--np-c{n}-soft)}}" for n in range(len(PALETTE))]
    rules += [f".nerproc .cell.h{n}{{fill:var(--np-h{n})}}" for n in range(1, len(HEAT) + 1)]
    return "\n".join(rules)


def _switches() -> str:
    off = [f".nerproc .preview:has(input.t{n}:not(:checked)) mark.t{n}" for n in range(TOGGLES)]
    tags = ",".join(f"{selector}>.tag" for selector in off)
    return f"{','.join(off)}{{background:none;border-color:transparent}}\n{tags}{{display:none}}"


CSS = f"""
.nerproc{{color-scheme:light dark;{_variables()}}}
[data-theme=light] .nerproc,.nerproc[data-theme=light],[data-jp-theme-light=true] .nerproc,
.vscode-light .nerproc{{color-scheme:light}}
[data-theme=dark] .nerproc,.nerproc[data-theme=dark],[data-jp-theme-light=false] .nerproc,
.vscode-dark .nerproc{{color-scheme:dark}}
@media print{{.nerproc,[data-theme] .nerproc,.nerproc[data-theme]{{color-scheme:light}}}}
{_colours()}
.nerproc{{color:var(--np-fg);background:var(--np-bg);font:15px/1.5 system-ui,sans-serif}}
.nerproc a{{color:var(--np-link)}}
.nerproc :focus-visible{{outline:2px solid var(--np-link);outline-offset:2px}}
.nerproc figure.chart{{margin:0 0 1.5rem;max-width:60rem}}
.nerproc figure.chart figcaption{{font-weight:600;margin:0 0 .5rem}}
.nerproc .scroll{{overflow-x:auto}}
.nerproc summary{{cursor:pointer;color:var(--np-dim);font-size:.87em;width:max-content}}
.nerproc svg.wide{{display:block;width:100%;min-width:34rem;max-width:50rem;height:auto}}
.nerproc svg.spark{{width:7.5rem;height:1.75rem;vertical-align:middle}}
.nerproc svg text{{font:12px system-ui,sans-serif;fill:var(--np-fg);font-variant-numeric:tabular-nums}}
.nerproc svg .end{{text-anchor:end}}
.nerproc svg .middle{{text-anchor:middle}}
.nerproc svg text.dim{{fill:var(--np-dim)}}
.nerproc svg a text{{fill:var(--np-link);text-decoration:underline}}
.nerproc svg a text.figure{{fill:var(--np-fg);text-decoration:none}}
.nerproc svg .bar{{fill:var(--c)}}
.nerproc svg .s-queued{{fill:var(--np-wait)}}
.nerproc svg .s-running{{fill:var(--np-busy)}}
.nerproc svg .s-completed{{fill:var(--np-good)}}
.nerproc svg .s-failed,.nerproc svg .s-stopped{{fill:var(--np-bad)}}
.nerproc svg text.inside{{fill:var(--np-bg)}}
.nerproc svg .cell{{fill:var(--np-panel)}}
.nerproc svg .grid{{stroke:var(--np-line)}}
.nerproc svg .mark line{{stroke:var(--np-dim);stroke-dasharray:3 3}}
.nerproc svg .mark path{{fill:var(--np-dim)}}
.nerproc svg .curve{{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}}
.nerproc svg .dot{{fill:var(--c)}}
.nerproc svg .dot.open{{fill:var(--np-bg);stroke:var(--c);stroke-width:2}}
.nerproc svg .whisker{{stroke:var(--c);stroke-width:2}}
.nerproc svg .d1{{stroke-dasharray:7 4}}
.nerproc svg .d2{{stroke-dasharray:2 4}}
.nerproc svg .d3{{stroke-dasharray:10 3 2 3}}
.nerproc table.data{{border-collapse:collapse;font-size:.93em;color:inherit}}
.nerproc table.data caption{{text-align:left;color:var(--np-dim);padding:.25rem 0}}
.nerproc table.data :is(th,td){{padding:.25rem .7rem;border-bottom:1px solid var(--np-line);text-align:left;
vertical-align:top;background:none}}
.nerproc table.data thead th{{font-weight:600;border-bottom-color:var(--np-edge)}}
.nerproc table.data tbody th{{font-weight:400}}
.nerproc table.data .number{{text-align:right;font-variant-numeric:tabular-nums}}
.nerproc .preview{{border:1px solid var(--np-line);border-radius:6px;padding:.75rem 1rem}}
.nerproc .text{{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext;line-height:1.9}}
.nerproc .legend{{display:flex;flex-wrap:wrap;gap:.35rem 1rem;list-style:none;margin:0 0 .6rem;padding:0}}
.nerproc .legend label{{display:inline-flex;gap:.35rem;align-items:center;cursor:pointer}}
.nerproc .legend .count{{color:var(--np-dim);font-variant-numeric:tabular-nums}}
.nerproc mark{{color:var(--np-fg);background:var(--soft);border-bottom:2px solid var(--c);border-radius:3px;
padding:.1em .2em}}
.nerproc .tag{{color:var(--np-fg);background:var(--soft);border:1px solid var(--c);border-radius:3px;
font:600 .7em/1 system-ui,sans-serif;letter-spacing:.02em;padding:.15em .35em;white-space:nowrap;
unicode-bidi:isolate}}
.nerproc mark>.tag{{margin-inline-start:.35em;border:0;padding:0;background:none;user-select:none}}
{_switches()}
@media print{{.nerproc :is(.bar,.cell,.dot,mark,.tag){{
print-color-adjust:exact;-webkit-print-color-adjust:exact}}
.nerproc .scroll{{overflow:visible}}.nerproc svg.wide{{min-width:0}}
.nerproc figure.chart,.nerproc table.data tr{{break-inside:avoid}}}}
""".lstrip()
