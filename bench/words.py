"""The sensitive-word filter, in process: what a message of 200 characters costs with few and with many words."""

import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from bench import vocabulary
from bench.machine import Cores
from bench.options import Options
from bench.outcome import Line, Outcome
from core.fold import fold, views
from core.words import Filter, WordList

SIZES = (10, 10_000, 100_000)
NAIVE_SECONDS = 0.5
"""The naive ways get so long for each figure: at 100,000 words one message costs them milliseconds."""


async def measure(options: Options, cores: Cores) -> Outcome:
    texts = vocabulary.messages(1_000, Random(2))
    lines: list[Line] = []
    for name, sample in vocabulary.SAMPLES.items():
        cost = _cost(lambda text: views(fold(text)), [sample], 0.3)
        lines.append(Line(f"normalising 200 characters, {name}", cost, "µs"))
    normalising = _cost(lambda text: views(fold(text)), texts, 1.0)
    lines.append(Line("normalising 200 characters, several scripts at once", normalising, "µs"))
    ten: float | None = None
    for size in SIZES[:-1] if options.quick else SIZES:
        listed = vocabulary.words(size, Random(1))
        before, began = _resident(), time.perf_counter()
        matcher = Filter.compile([WordList(name="bench", side="customer", action="mask", words=tuple(listed))])
        built, grown = time.perf_counter() - began, _resident() - before
        cost = _cost(_scanning(matcher), texts, 1.0)
        ten = cost if ten is None else ten
        naive, pattern = _naive(listed, texts)
        detail = (
            f"{cost - normalising:.1f} µs above normalising, {cost / ten:.1f} × of ten words; built in {built:.2f} s,"
        )
        detail += f" {grown / 2**20:.0f} MiB; `word in text` {naive:,.0f} µs ({naive / cost:,.0f} ×)"
        if pattern is not None:
            detail += f", one regular expression {pattern:,.0f} µs ({pattern / cost:,.0f} ×)"
        lines.append(Line(f"{size:,} words, one message of 200 characters", cost, "µs", detail=detail))
    return Outcome("words", lines, ["the naive ways leave normalising out (and so find less)."])


def _resident() -> int:
    """Bytes of memory this process has, as the kernel counts them."""
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if sys.platform == "linux" else 0
    return pages * resource.getpagesize()


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
