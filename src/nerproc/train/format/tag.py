"""Tags of tokens as spans: IOB1, IOB2, BIOES, BMES, BILOU, and plain labels, by one rule.

A stretch of one label begins where a tag says so (B, S, U), where the label changes, and behind one that was
ended (E, L, S, U, O). So IOB1, whose stretches begin with I, needs no telling apart from IOB2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nerproc.train.flaw import Flaw
from nerproc.train.label import OUTSIDE

TAG = re.compile(r"O|[BIMELSU]-.+")


def stretches(tags: Sequence[object]) -> list[tuple[int, int, str]]:
    """First token, last token and label of each stretch.

    Raises:
        Flaw: a tag is no string.
    """
    found: list[tuple[int, int, str]] = []
    ended = True
    for number, tag in enumerate(tags):
        if not isinstance(tag, str) or not tag:
            raise Flaw(f"the label of token {number + 1} is no word", hint="write O, B-NAME, I-NAME")
        if tag == OUTSIDE:
            ended = True
            continue
        position, label = (tag[0], tag[2:]) if TAG.fullmatch(tag) else ("I", tag)
        if ended or position in "BSU" or found[-1][2] != label:
            found.append((number, number, label))
        else:
            found[-1] = (found[-1][0], number, label)
        ended = position in "ELSU"
    return found
