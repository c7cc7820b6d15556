"""The errors that a user can meet. Our own bugs are assertions, never these."""


class MathPalError(Exception):
    """Base of every error whose message is written for the person at the terminal."""


class ConfigError(MathPalError):
    """A composition that cannot run; the message lists every fault found."""


class InfeasibleError(ConfigError):
    """A composition for which no memory here suffices; nothing was loaded."""


class OutOfMemoryError(ConfigError):
    """A composition for which the memory did not suffice when it was tried."""


class DataError(MathPalError):
    """Data that cannot be read, or that would make the run's result untrue."""
