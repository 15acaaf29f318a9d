"""What happened, in order, as one hash; and how often."""

import hashlib
from collections import Counter


class Trace:
    """Two runs are the same if every line was: the hash is over all of them, only the last ones are kept."""

    def __init__(self, keep: int = 200_000) -> None:
        self._hash = hashlib.sha256()
        self._lines: list[str] = []
        self._keep = keep
        self.counts: Counter[str] = Counter()

    def note(self, at: float, what: str, *about: object) -> None:
        line = f"{at:.3f} {what} {' '.join(map(str, about))}"
        self._hash.update(line.encode())
        self._hash.update(b"\n")
        self.counts[what] += 1
        self._lines.append(line)
        if len(self._lines) > 2 * self._keep:
            del self._lines[: self._keep]

    def digest(self) -> str:
        return self._hash.hexdigest()

    def last(self, number: int) -> list[str]:
        return self._lines[-number:]

    def about(self, *words: str) -> list[str]:
        """The kept lines that name one of these."""
        return [line for line in self._lines if any(word in line for word in words)]
