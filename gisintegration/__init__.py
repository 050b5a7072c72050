"""Registerdata för integration: from point registers to safe statistics on the areas and boundaries you choose."""

__version__ = "0.1.0"
