"""Disclosure control: policies, primary protection, and what may be published side by side."""

from gisintegration.disclosure.policy import INTERNAL, POLICIES, SCB_SHARE_RULE, Policy, policy_named
from gisintegration.disclosure.protect import protect

__all__ = ["INTERNAL", "POLICIES", "SCB_SHARE_RULE", "Policy", "policy_named", "protect"]
