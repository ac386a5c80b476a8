"""The question that is put to a language model: made of what the user says of labels, and of nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from nerproc.schema.sample import Topic

SYSTEM = (
    "You write texts that software learns from to find named entities. You make all values up; they belong to "
    "no real person. You answer with JSON, and with nothing else."
)
MOST_EXAMPLES = 12  # of a label, in one question
MOST_CONTEXTS = 4
MOST_OTHERS = 8  # labels besides the one asked for
MOST_CHARACTERS = 500  # of an example or a context

_KINDS = (
    "e-mails",
    "chats, one line a message",
    "forms, with a name and a value a line",
    "log files",
    "letters",
    "minutes of meetings",
    "tables, with cells between |",
    "support tickets",
    "notes in a hurry, with abbreviations",
    "reports",
)


def question(topic: Topic, topics: Sequence[Topic], *, count: int, locale: str, random: Random) -> str:
    """Ask for `count` texts in which the label of `topic` is, in the language of `locale`."""
    others = [other for other in topics if other is not topic]
    shown = [topic, *random.sample(others, min(MOST_OTHERS, len(others)))]
    contexts = random.sample(topic.contexts, min(MOST_CONTEXTS, len(topic.contexts)))
    met = [f"Texts that {topic.label} is met in:", *map(_quoted, contexts), ""] if contexts else []
    kinds = ", ".join(random.sample(_KINDS, 3))
    return "\n".join(
        [
            f"Write {count} texts in the language and the manner of {locale}.",
            f"In each of them stands a value of the label {topic.label}.",
            "",
            "The labels:",
            *(_described(each, random) for each in shown),
            "",
            *met,
            "Rules:",
            f"- The texts differ in form, tone and length. Let some be like {kinds}.",
            "- Make up new values in the manner of those shown, and new surroundings.",
            "- In entities, list every value of these labels in the text, to the letter, and nothing else.",
            "- Each listed value stands once in its text, no more.",
            "",
            "Answer in this form:",
            '{"samples": [{"text": "…", "entities": [{"label": "' + topic.label + '", "text": "…"}]}]}',
        ]
    )


def _described(topic: Topic, random: Random) -> str:
    examples = random.sample(topic.examples, min(MOST_EXAMPLES, len(topic.examples)))
    values = f" Values: {'; '.join(example[:MOST_CHARACTERS] for example in examples)}" if examples else ""
    description = f": {topic.description}." if topic.description else ""
    return f"- {topic.label}{description}{values}"


def _quoted(context: str) -> str:
    return f"- {context[:MOST_CHARACTERS]}"
