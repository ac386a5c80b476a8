"""Samples made offline, of what is known about labels: a description, examples, and contexts.

They teach form and surroundings, and are no measure of anything: judge a model by samples of the real thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from nerproc.errors import InvalidRequest, SettingsError
from nerproc.schema.sample import Topic
from nerproc.train.label import Relabel
from nerproc.train.sample import Draft, RawSpan, Sample, checked
from nerproc.train.value import values

if TYPE_CHECKING:
    from faker import Faker

_SLOT = re.compile(r"\{([A-Z][A-Z0-9_]*)\}")
_TRIES = 50  # in a row that may come to nothing
_SHAPES = (  # {} is a value, * its name; the shapes of documents that values are met in
    "*: {}",
    "The * is {}.",
    "Please note the new *, {}, from today.",
    "Is {} still the right *?",
    "Dear all,\n\nwe have * {} on file. Let us know if that changes.\n\nKind regards",
    "> which * was it?\n{}",
    "[10:42] sam: can you send me the *\n[10:43] kim: sure: {}",
    "INFO  request done, *={} status=200",
    '{"*": "{}", "active": true}',
    "<td>*</td><td>{}</td>",
    "| * | {} |",
    "re: * {}, see attachment",
)
_LIST = ("{0}: {1}\n", "{0} = {1}\n", "{0};{1}\n", "- {0} {1}\n")  # a name and a value of a form with several


@dataclass(slots=True)
class _Page:
    """A text that is being written."""

    text: str = ""
    spans: list[tuple[int, int, str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # of the spans

    def write(self, text: str) -> None:
        self.text += text

    def put(self, value: str, label: str) -> None:
        self.spans.append((len(self.text), len(self.text) + len(value), label))
        self.words.append(value)
        self.text += value


def synthesize(
    topics: Sequence[Topic], *, count: int, seed: int = 0, locale: str = "en_US"
) -> Iterator[Sample]:
    """`count` different samples for each of `topics`; the same arguments make the same samples.

    Half of them are made of the contexts, where there are any. Each is verified: every span is the value that
    was put there, and no value stands anywhere unlabelled.

    Raises:
        InvalidRequest: a label has no examples and no usual form, a context has no place for a value, or there
            are not so many different samples.
        SettingsError: Faker is not installed.
    """
    faker = _faker(locale, seed)
    random = Random(seed)  # noqa: S311 - to be the same again
    make = {topic.label: values(topic.label, topic.examples, faker, random) for topic in topics}
    seen: set[str] = set()
    for topic in topics:
        contexts = [_slotted(context, topics) for context in topic.contexts]
        for context in contexts:
            _check_slots(context, topic, make)
        made = failed = 0
        while made < count:
            page = _page(topic, topics, contexts, make, random)
            if page.text in seen or not _is_sound(page):
                failed += 1
                if failed == _TRIES:
                    raise InvalidRequest(
                        f"for label {topic.label} there are only {made} different samples",
                        hint="give more examples or contexts, or ask for fewer samples",
                    )
                continue
            failed = 0
            made += 1
            seen.add(page.text)
            yield checked(Draft(page.text, [RawSpan(*span) for span in page.spans]), Relabel())


def name_of(topic: Topic) -> str:
    """What a text calls the values of a label."""
    return topic.description if 0 < len(topic.description) < 40 else topic.label.replace("_", " ").lower()


def _faker(locale: str, seed: int) -> Faker:
    try:
        from faker import Faker
    except ImportError:
        raise SettingsError(
            "synthetic samples need the package faker, which is not installed here",
            hint="pip install 'nerproc[train]'",
        ) from None
    try:
        faker = Faker(locale)
    except AttributeError:
        raise InvalidRequest(f"there is no locale {locale!r}", hint="locales are like en_US or de_DE") from None
    faker.seed_instance(seed)
    return faker


def _page(
    topic: Topic,
    topics: Sequence[Topic],
    contexts: Sequence[str],
    make: dict[str, Callable[[], str]],
    random: Random,
) -> _Page:
    page = _Page()
    if contexts and random.random() < 0.5:
        _fill(page, random.choice(contexts), make)
    elif random.random() < 0.25:
        others = random.sample(topics, random.randint(1, min(4, len(topics))))
        form = random.choice(_LIST)
        for each in [topic, *(other for other in others if other is not topic)]:
            name, value = form.split("{1}")
            page.write(name.replace("{0}", _written(name_of(each), random)))
            page.put(make[each.label](), each.label)
            page.write(value)
    else:
        before, after = random.choice(_SHAPES).split("{}")
        page.write(before.replace("*", name_of(topic)))
        page.put(make[topic.label](), topic.label)
        page.write(after.replace("*", name_of(topic)))
    return page


def _fill(page: _Page, context: str, make: dict[str, Callable[[], str]]) -> None:
    end = 0
    for slot in _SLOT.finditer(context):
        page.write(context[end : slot.start()])
        page.put(make[slot[1]](), slot[1])
        end = slot.end()
    page.write(context[end:])


def _written(name: str, random: Random) -> str:
    return random.choice((name, name.capitalize(), name.upper(), name.replace(" ", "_")))


def _slotted(context: str, topics: Sequence[Topic]) -> str:
    """`context` with slots in the place of all examples that stand in it, longer ones first."""
    labels = {example: topic.label for topic in topics for example in topic.examples if example}
    if not labels:
        return context
    longest = sorted(labels, key=len, reverse=True)
    found = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    return found.sub(lambda match: f"{{{labels[match[0]]}}}", context)


def _check_slots(context: str, topic: Topic, make: dict[str, Callable[[], str]]) -> None:
    slots = set(_SLOT.findall(context))
    if topic.label not in slots:
        raise InvalidRequest(
            f"a context of label {topic.label} has no place for a value",
            hint=f"write {{{topic.label}}} where the value goes, or put one of the examples there",
        )
    if unknown := sorted(slots - set(make)):
        raise InvalidRequest(
            f"a context of label {topic.label} has a place for {', '.join(unknown)}, which is not described",
            hint="describe that label too, or write a word in its place",
        )


def _is_sound(page: _Page) -> bool:
    """Whether the spans are the values put there, without space around, and no value stands unlabelled."""
    for (start, end, _), word in zip(page.spans, page.words, strict=True):
        if not word or word != word.strip() or page.text[start:end] != word:
            return False
    places = {(start, end) for start, end, _ in page.spans}
    for word in page.words:
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", page.text):
            if not any(start <= match.start() and match.end() <= end for start, end in places):
                return False
    return True
