"""Words that an option takes: an unknown one is refused with the nearest that is known."""

from collections.abc import Iterable
from difflib import get_close_matches

import click


def known(word: str, words: Iterable[str], option: str) -> str:
    listed = sorted(words)
    if word in listed:
        return word
    near = get_close_matches(word, listed, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(listed)}."
    raise click.BadParameter(f"{word!r} is not known. {hint}", param_hint=option)
