"""What is wrong with one value, or with our key."""


class Fault(ValueError):
    """A value that cannot be used; the message says the fault and the fix, and never quotes personal data."""


class NoKey(LookupError):
    """There is no usable key for a destination; the message says what to put where, and quotes no key."""
