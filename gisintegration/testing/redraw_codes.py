"""Codes for new areas, written as their division's codes are."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np


class NewCodes:
    """Gives codes that no area has or had.

    Examples
    --------
    >>> codes = NewCodes("deso", ["0114C1060", "0114C1070"])
    >>> codes.of_parts("0114C1060", 2), codes.next_to("0114C1060"), codes.other_letter("0114C1060")
    (['0114C1061', '0114C1062'], '0114C1080', '0114A1060')
    """

    def __init__(self, division: str, taken: Collection[str]) -> None:
        self._division = division
        self._taken = set(taken)

    def of_parts(self, code: str, number: int) -> list[str]:
        """Codes for the parts of an area: for DeSO the next free ninth digits, else as :meth:`next_to`."""
        if self._division != "deso":
            return [self.next_to(code) for _ in range(number)]
        free = [f"{code[:8]}{digit}" for digit in range(int(code[8]) + 1, 10)]
        free = [text for text in free if text not in self._taken][:number]
        self._taken.update(free)
        return free if len(free) == number else [self.next_to(code) for _ in range(number)]

    def next_to(self, code: str) -> str:
        """The next free code after one, in its kommun and category."""
        return self._first(_following(self._division, code))

    def other_letter(self, code: str) -> str:
        """The same digits in another category, as when DeSO are recoded; for other divisions as :meth:`next_to`."""
        if self._division == "deso":
            for letter in "ABC":
                text = f"{code[:4]}{letter}{code[5:]}"
                if text not in self._taken:
                    return self._first(iter([text]))
        return self.next_to(code)

    def _first(self, candidates: Iterator[str]) -> str:
        found = next(text for text in candidates if text not in self._taken)
        self._taken.add(found)
        return found


def _following(division: str, code: str) -> Iterator[str]:
    if division == "deso":
        serials = (*range(int(code[5:8]) + 1, 1000), *range(1, 1000))
        return (f"{code[:4]}{letter}{serial:03d}0" for letter in (code[4], *"ABC") for serial in serials)
    if division == "regso":
        return (f"{code[:5]}{serial:03d}" for serial in (*range(int(code[5:]) + 1, 1000), *range(1, 1000)))
    if division == "kommun":
        return (f"{code[:2]}{serial:02d}" for serial in (*range(int(code[2:]) + 1, 100), *range(100)))
    if division == "lan":
        return (f"{serial:02d}" for serial in range(99, 0, -1))
    return (f"{code}-{number}" for number in range(1, 1_000_000))


def shuffled(rng: np.random.Generator, items: Collection[int]) -> list[int]:
    """Numbers in an order drawn, the same whatever order they came in.

    Examples
    --------
    >>> sorted(shuffled(np.random.default_rng(1), {3, 1, 2}))
    [1, 2, 3]
    """
    ordered = sorted(items)
    return [ordered[i] for i in rng.permutation(len(ordered))]
