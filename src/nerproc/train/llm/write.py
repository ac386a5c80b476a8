"""The loop: ask a language model for a few samples at a time, and verify each, until there are enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from nerproc.schema.sample import Topic
from nerproc.train.llm.chat import Chat
from nerproc.train.llm.prompt import SYSTEM, question
from nerproc.train.llm.tally import Unusable
from nerproc.train.llm.verify import Verifier, entries
from nerproc.train.sample import Sample

AT_ONCE = 10  # samples of one question
MOST_IN_VAIN = 4  # questions in a row without a sample, after which a label is left


def write_samples(
    chat: Chat,
    topics: Sequence[Topic],
    *,
    count: int,
    seed: int = 0,
    locale: str = "en_US",
) -> Iterator[Sample]:
    """Up to `count` different samples for each of `topics`, as they come; fewer where the model writes no more.

    Each has a value of the label that it was asked for. `chat.tally` says what became of the rest.

    Raises:
        Refused, NotFound, InvalidRequest: the model's server will not answer; says why.
        LanguageModelUnreachable: it does not answer.
    """
    random = Random(seed)  # noqa: S311 - what is shown to the model
    verifier = Verifier(topics, locale)
    tally = chat.tally
    tally.asked = count * len(topics)
    tally.kept = dict.fromkeys((topic.label for topic in topics), 0)
    for topic in topics:
        in_vain = 0
        while (missing := count - tally.kept[topic.label]) > 0 and in_vain < MOST_IN_VAIN:
            asked = question(topic, topics, count=min(AT_ONCE, missing), locale=locale, random=random)
            in_vain += 1
            for sample in _samples(chat, asked, verifier, topic.label):
                in_vain = 0
                tally.kept[topic.label] += 1
                yield sample
                if tally.kept[topic.label] == count:
                    break


def _samples(chat: Chat, asked: str, verifier: Verifier, label: str) -> Iterator[Sample]:
    """The samples that one answer has."""
    try:
        found = entries(chat.ask(SYSTEM, asked))
    except Unusable as reason:
        chat.tally.lost[str(reason)] += 1
        return
    for entry in found:
        try:
            sample = verifier.sample(entry, label)
        except Unusable as reason:
            chat.tally.dropped[str(reason)] += 1
        else:
            yield sample
