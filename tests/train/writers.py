"""Samples as other tools write them: what nerproc has to read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise

from nerproc.train.sample import Sample


def as_spans(samples: Sequence[Sample]) -> str:
    return "".join(
        json.dumps(
            {
                "id": number,
                "text": sample.text,
                "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in sample.spans],
            }
        )
        + "\n"
        for number, sample in enumerate(samples)
    )


def as_doccano(samples: Sequence[Sample], *, relations: bool = False) -> str:
    lines = []
    for number, sample in enumerate(samples):
        if relations:
            entities = [
                {"id": n, "label": s.label, "start_offset": s.start, "end_offset": s.end}
                for n, s in enumerate(sample.spans)
            ]
            record = {"id": number, "text": sample.text, "entities": entities, "relations": []}
        else:
            labels = [[s.start, s.end, s.label] for s in sample.spans]
            record = {"id": number, "text": sample.text, "label": labels}
        lines.append(json.dumps(record, ensure_ascii=False))
    return "\n".join(lines)


def as_label_studio(samples: Sequence[Sample], *, indent: int | None = None) -> str:
    return json.dumps(
        [
            {
                "id": number,
                "data": {"text": sample.text, "source": "mail"},
                "annotations": [
                    {
                        "was_cancelled": False,
                        "result": [
                            {
                                "from_name": "label",
                                "to_name": "text",
                                "type": "labels",
                                "value": {
                                    "start": s.start,
                                    "end": s.end,
                                    "text": sample.text[s.start : s.end],
                                    "labels": [s.label],
                                },
                            }
                            for s in sample.spans
                        ],
                    }
                ],
                "predictions": [{"result": [{"value": {"start": 0, "end": 1, "labels": ["GUESS"]}}]}],
            }
            for number, sample in enumerate(samples)
        ],
        indent=indent,
    )


def as_brat(sample: Sample) -> tuple[str, str]:
    """The .txt and the .ann file."""
    lines = []
    for number, span in enumerate(sample.spans, 1):
        quote = re.sub(r"\s", " ", sample.text[span.start : span.end])
        lines += [
            f"T{number}\t{span.label} {span.start} {span.end}\t{quote}",
            f"#{number}\tAnnotatorNotes T{number}\tx",
        ]
    return sample.text, "".join(f"{line}\n" for line in lines)


def tokens(sample: Sample) -> list[tuple[str, str]]:
    """Tokens, cut at spaces and at the borders of spans, with their tags in IOB2."""
    cuts = sorted({0, len(sample.text), *(edge for s in sample.spans for edge in (s.start, s.end))})
    found = []
    for start, end in pairwise(cuts):
        inside = next((s for s in sample.spans if s.start <= start < s.end), None)
        for number, word in enumerate(re.finditer(r"\S+", sample.text[start:end])):
            found.append((word[0], "O" if inside is None else f"{'I' if number else 'B'}-{inside.label}"))
    return found


def as_tokens(samples: Sequence[Sample]) -> str:
    return "".join(
        json.dumps(
            {"tokens": [word for word, _ in tokens(sample)], "labels": [tag for _, tag in tokens(sample)]}
        )
        + "\n"
        for sample in samples
    )


def as_iob2(samples: Sequence[Sample]) -> str:
    """As Universal NER writes it: with the text, and numbers before the tokens."""
    return "".join(
        f"# sent_id = {number}\n# text = {sample.text}\n"
        + "".join(f"{place}\t{word}\t{tag}\t-\t-\n" for place, (word, tag) in enumerate(tokens(sample), 1))
        + "\n"
        for number, sample in enumerate(samples)
    )


def other_scheme(tags: Sequence[str], scheme: str) -> list[str]:
    """Tags of IOB2 in another scheme."""
    padded = ["O", *tags, "O"]
    return [_in(scheme, *padded[place - 1 : place + 2]) for place in range(1, len(tags) + 1)]


def _in(scheme: str, before: str, tag: str, after: str) -> str:
    if tag == "O":
        return tag
    position, label = tag.split("-", 1)
    goes_on = after == f"I-{label}"
    if scheme == "IOB1":
        return f"{'B' if position == 'B' and before[1:] == f'-{label}' else 'I'}-{label}"
    first, last, single = {"BIOES": "BES", "BILOU": "BLU"}[scheme]
    if position == "B":
        return f"{first if goes_on else single}-{label}"
    return f"{'I' if goes_on else last}-{label}"
