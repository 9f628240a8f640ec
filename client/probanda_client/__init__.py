"""Probanda's API from Python, with nothing but the standard library."""

from probanda_client.house import Probanda, Refused, Unreachable

__all__ = ["Probanda", "Refused", "Unreachable"]
