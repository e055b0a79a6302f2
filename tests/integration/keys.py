"""A keys secret that a client reads, and reads again."""

from pipeline.aws.secrets import SecretUnavailable


class Keys:
    """The keys secret: `now` is remembered, `then` is what reading it again gives; None: out of reach."""

    def __init__(self, now: str | None, then: str | None) -> None:
        self.now, self.then = now, then
        self.rereads = 0

    def text(self) -> str:
        """What is remembered."""
        return self._given(self.now)

    def reread(self) -> str:
        """What is there now."""
        self.rereads += 1
        self.now = self.then
        return self._given(self.then)

    @staticmethod
    def _given(text: str | None) -> str:
        if text is None:
            raise SecretUnavailable("the secret cannot be read: AccessDenied")
        return text
