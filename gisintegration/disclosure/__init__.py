"""Disclosure control: policies, primary protection, and what may be published side by side."""

from gisintegration.disclosure.policy import POLICIES, Policy, policy_named
from gisintegration.disclosure.protect import protect

__all__ = ["POLICIES", "Policy", "policy_named", "protect"]
