from __future__ import annotations

import pytest
from training.collect import plain, together


@pytest.mark.parametrize(
    ("apart", "whole"),
    [
        (
            "a tactical role @-@ playing game for 1 @,@ 000 people",
            "a tactical role-playing game for 1,000 people",
        ),
        ("( Japanese : 3 , lit . 4 ) , by Sega .", "(Japanese: 3, lit. 4), by Sega."),
        ('the " Nameless " , a unit', 'the "Nameless", a unit'),
        ("The game 's theme was n't sung by May 'n .", "The game's theme wasn't sung by May 'n."),
    ],
)
def test_wikitext_is_put_together_again(apart: str, whole: str) -> None:
    assert list(together(f" = Title = \n \n {apart} \n")) == [whole]


def test_articles_lose_their_markup() -> None:
    markup = "{{Box|a}}\n'''Ada''' wrote of [[Charles Babbage|Babbage]]'s second engine in notes.<ref>x</ref>"
    assert list(plain(markup)) == ["Ada wrote of Babbage's second engine in notes."]
