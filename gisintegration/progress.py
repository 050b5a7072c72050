"""Progress of long work: a callable ``(fraction, message)``, passed down and split into parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from rich.console import Console
from rich.progress import Progress as Bar

Progress = Callable[[float, str], None]
ProgressOption = Progress | Literal[True] | None


def reporter(progress: ProgressOption) -> Progress:
    """The callable behind a ``progress=`` argument.

    Parameters
    ----------
    progress
        None: silent. True: a bar on standard error, if it is a terminal. A callable
        ``(fraction, message)``: called with a fraction in [0, 1] and a short text.

    Examples
    --------
    >>> reporter(lambda fraction, message: print(f"{fraction:.0%} {message}"))(0.5, "half")
    50% half
    """
    if progress is None:
        return lambda _fraction, _message: None
    if progress is True:
        return _terminal_bar()
    return progress


def part(progress: Progress, start: float, end: float) -> Progress:
    """The stretch from ``start`` to ``end`` of a longer progress, as a progress of its own.

    Examples
    --------
    >>> seen = []
    >>> part(lambda fraction, message: seen.append(fraction), 0.5, 1.0)(0.5, "")
    >>> seen
    [0.75]
    """
    return lambda fraction, message: progress(start + (end - start) * fraction, message)


def _terminal_bar() -> Progress:
    bar = Bar(console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=1.0)

    def report(fraction: float, message: str) -> None:
        if not bar.live.is_started:
            bar.start()
        bar.update(task, completed=fraction, description=message)
        if fraction >= 1.0:
            bar.stop()

    return report
