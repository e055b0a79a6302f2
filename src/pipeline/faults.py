"""What is wrong with one value."""


class Fault(ValueError):
    """A value that cannot be used; the message says the fault and the cure, and never quotes personal data."""
