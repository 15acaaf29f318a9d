"""The sensitive-word filter, in process: what a message of 200 characters costs with few and with many words."""

import re
import time
from collections.abc import Callable
from random import Random

from bench import vocabulary
from bench.machine import Cores
from bench.options import Options
from bench.outcome import Line, Outcome
from core.words import Filter, WordList

SIZES = (10, 10_000, 100_000)
NAIVE_SECONDS = 0.5
"""The naive ways get so long for each figure: at 100,000 words one message costs them milliseconds."""


async def measure(options: Options, cores: Cores) -> Outcome:
    texts = vocabulary.messages(1_000, Random(2))
    lines: list[Line] = []
    for size in SIZES[:-1] if options.quick else SIZES:
        listed = vocabulary.words(size, Random(1))
        began = time.perf_counter()
        matcher = Filter.compile([WordList(name="bench", side="customer", action="mask", words=tuple(listed))])
        built = time.perf_counter() - began
        cost = _cost(_scanning(matcher), texts, 1.0)
        naive, pattern = _naive(listed, texts)
        detail = f"built in {built:.2f} s; `word in text` {naive:,.0f} µs ({naive / cost:,.0f} ×)"
        if pattern is not None:
            detail += f", one regular expression {pattern:,.0f} µs ({pattern / cost:,.0f} ×)"
        lines.append(Line(f"{size:,} words, one message of 200 characters", cost, "µs", detail=detail))
    return Outcome("words", lines, ["with normalising, which the naive ways leave out (and so find less)."])


def _scanning(matcher: Filter) -> Callable[[str], object]:
    return lambda text: matcher.scan(text, "customer")


def _naive(listed: list[str], texts: list[str]) -> tuple[float, float | None]:
    """µs of a loop of `in`, and of an alternation (None where even building it is no use)."""
    loop = _cost(lambda text: [word for word in listed if word in text], texts, NAIVE_SECONDS)
    if len(listed) > 10_000:
        return loop, None
    pattern = re.compile("|".join(map(re.escape, listed)))
    return loop, _cost(pattern.findall, texts, NAIVE_SECONDS)


def _cost(work: Callable[[str], object], texts: list[str], seconds: float) -> float:
    """µs a text; as many texts as fit in the time."""
    work(texts[0])
    done, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds and done < 20_000:
        work(texts[done % len(texts)])
        done += 1
    return spent / max(done, 1) * 1e6
