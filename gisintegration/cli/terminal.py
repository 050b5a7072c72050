"""How the command line speaks: texts and a progress bar for people, one JSON object a line for programs."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import wraps
from types import TracebackType
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console, RenderableType

from gisintegration.errors import GisIntegrationError
from gisintegration.progress import ProgressOption

WIDTH = 120
_STEP = 0.01
P = ParamSpec("P")


class ProgressMode(StrEnum):
    """What ``--progress`` takes."""

    AUTO = "auto"
    JSON = "json"
    NONE = "none"


class Terminal:
    """Where a command says what it does and what came of it.

    Parameters
    ----------
    as_json
        Standard output carries one JSON object a line, the result last; texts for people go to standard error.
    mode
        ``auto``: a bar on a terminal, JSON lines where ``as_json``. ``none``: no progress.
    debug
        Unexpected errors show where in the code they arose.
    """

    def __init__(self, *, as_json: bool = False, mode: ProgressMode = ProgressMode.AUTO, debug: bool = False) -> None:
        self.as_json = as_json or mode is ProgressMode.JSON
        self.mode = mode
        self.debug = debug
        self._last = (-1.0, "")

    @property
    def progress(self) -> ProgressOption:
        """What to pass on as ``progress=``."""
        if self.mode is ProgressMode.NONE:
            return None
        if self.as_json:
            return self._progress_line
        return True if sys.stderr.isatty() else None

    def message(self, text: str) -> None:
        """Say something on the way."""
        if self.as_json:
            self._line({"type": "message", "text": text})
        _console(error=True).print(text, markup=False, highlight=False, soft_wrap=True)

    def show(self, shown: RenderableType) -> None:
        """A table or text for people only; on standard error."""
        _console(error=True).print(shown, markup=False, highlight=False)

    def result(self, data: Mapping[str, Any], *shown: RenderableType) -> None:
        """The outcome: ``data`` for programs, ``shown`` for people."""
        console = _console(error=self.as_json)
        for part in shown:
            console.print(part, markup=False, highlight=False, soft_wrap=isinstance(part, str))
        if self.as_json:
            self._line({"type": "result", "ok": True, **data})

    def failure(self, error: GisIntegrationError) -> None:
        """The one clear message of an error, and every failure for programs."""
        if self.as_json:
            told = {"error": type(error).__name__, "message": error.message, "hint": error.hint}
            self._line({"type": "result", "ok": False, **told, "failures": error.failures})
        _console(error=True).print(f"Error: {error}", markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turn an error of the toolkit's into its text and exit code 1."""
        sys.excepthook = self._unexpected
        try:
            yield
        except GisIntegrationError as error:
            if self.debug:
                raise
            self.failure(error)
            raise typer.Exit(1) from error
        except KeyboardInterrupt as error:
            _console(error=True).print("Stopped. What was there before is untouched.")
            raise typer.Exit(130) from error

    def _unexpected(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """The last resort: a fault of the toolkit's own, or of the machine, as one line instead of a traceback."""
        text = f"{kind.__name__}: {error}"
        if self.as_json:
            self._line({"type": "result", "ok": False, "error": kind.__name__, "message": str(error), "failures": []})
        if self.debug:
            sys.__excepthook__(kind, error, trace)
            return
        _console(error=True).print(
            f"Unexpected error: {text}\nHint: run the same command with --debug and report what it prints.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )

    def _progress_line(self, fraction: float, message: str) -> None:
        before, said = self._last
        if message == said and fraction < 1.0 and fraction - before < _STEP:
            return
        self._last = (fraction, message)
        self._line({"type": "progress", "fraction": round(fraction, 4), "message": message})

    def _line(self, data: Mapping[str, Any]) -> None:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()


VERBS: dict[str, inspect.Signature] = {}
HELPS: dict[str, str] = {}


def verb(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command: a function whose first parameter is the terminal and the rest its options.

    ``--json``, ``--progress`` and ``--debug`` are added, and errors become text and an exit code.

    Parameters
    ----------
    name
        Full name, with the group's before it: ``"areas check"``.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(function, eval_str=True)
        own = list(signature.parameters.values())[1:]

        @wraps(function)
        def command(**given: Any) -> None:
            terminal = Terminal(as_json=given.pop("as_json"), mode=given.pop("progress"), debug=given.pop("debug"))
            with terminal.guard():
                function(terminal, **given)

        keyword_only = inspect.Parameter.KEYWORD_ONLY
        added = [
            inspect.Parameter(key, keyword_only, default=default, annotation=annotation)
            for key, default, annotation in _COMMON
        ]
        parameters = [parameter.replace(kind=keyword_only) for parameter in own] + added
        VERBS[name] = signature.replace(parameters=parameters)
        HELPS[name] = inspect.getdoc(function) or ""
        command.__signature__ = VERBS[name]  # type: ignore[attr-defined]
        command.__annotations__ = {}
        app.command(name.rsplit(maxsplit=1)[-1])(command)
        return function

    return register


_COMMON: tuple[tuple[str, Any, Any], ...] = (
    (
        "as_json",
        False,
        Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output, the result last.")],
    ),
    (
        "progress",
        ProgressMode.AUTO,
        Annotated[ProgressMode, typer.Option(help="auto: a bar on a terminal. json: as --json. none: none.")],
    ),
    ("debug", False, Annotated[bool, typer.Option("--debug", help="Show where in the code an error arose.")]),
)


def _console(*, error: bool) -> Console:
    stream = sys.stderr if error else sys.stdout
    return Console(stderr=error, width=None if stream.isatty() else WIDTH)
