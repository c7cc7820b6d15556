"""Errors whose cause lies in the user's configuration, data or machine.

A bug of MathPal itself raises an AssertionError instead.
"""


class MathPalError(Exception):
    """Base of every error whose message is written for the person at the terminal."""


class ConfigError(MathPalError):
    """A configuration that cannot run; the message lists every fault found."""


class InfeasibleError(ConfigError):
    """A configuration that cannot fit into this machine's memory; raised before any loading."""


class OutOfMemoryError(ConfigError):
    """A configuration that ran out of memory when it was tried."""


class DataError(MathPalError):
    """Data that cannot be read, or that would make the run's results wrong."""
