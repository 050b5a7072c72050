"""How kernels are compiled: for one stated signature, without the interpreter's lock, kept between processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])
# Typed as what kernels may call with any arguments, without the typing context that numba adds.
_intrinsic: Callable[[Any], Callable[..., None]] = intrinsic

FLOAT = types.float64
LONG = types.int64
BOOL = types.boolean


def seen(dtype: Any, dimensions: int = 1, layout: str = "C") -> Any:
    """Type of an array that is only read, which a memory map or a column of a table is."""
    array: Any = types.Array  # its own types ask for literals
    return array(dtype, dimensions, layout, readonly=True)


SEEN_FLOATS = seen(types.float64)
SEEN_VERTICES = seen(types.float64, 2)
SEEN_COLUMN = seen(types.float64, 1, "A")
SEEN_INTS = seen(types.int32)
SEEN_LONGS = seen(types.int64)
SEEN_WORDS = seen(types.uint64)
SEEN_BYTES = seen(types.uint8)
INTS = types.Array(types.int32, 1, "C")
LONG_ROWS = types.Array(types.int64, 2, "C")
LONG_CUBE = types.Array(types.int64, 3, "C")
LONGS = types.Array(types.int64, 1, "C")


@_intrinsic
def prefetch(_typing: Any, array: Any, index: Any) -> Any:
    """Have the processor fetch ``array[index]``, or row ``index`` of two columns, while the kernel goes on."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind, (of, at) = signature.args[0], given
        held = context.make_array(kind)(context, builder, of)
        row = builder.mul(at, ir.Constant(at.type, 1 if kind.ndim == 1 else 2))
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        takes = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [byte], takes)
        to_read, keep_near, data = (ir.Constant(number, value) for value in (0, 3, 1))
        builder.call(fetch, [builder.bitcast(builder.gep(held.data, [row]), byte), to_read, keep_near, data])
        return context.get_dummy_value()

    return types.void(array, index), generate


def helper(function: F) -> F:
    """Compile for kernels of the same module to call."""
    return cast("F", numba.njit(nogil=True)(function))


def kernel(*arguments: Any) -> Callable[[F], F]:
    """Compile for one signature; the code is kept where numba can write, and made anew where it can write nowhere."""

    def compile_(function: F) -> F:
        try:
            return cast("F", numba.njit(arguments, nogil=True, cache=True)(function))
        except (RuntimeError, OSError):  # no folder can be written to: not beside the package, not in the user's cache
            return cast("F", numba.njit(arguments, nogil=True)(function))

    return compile_
