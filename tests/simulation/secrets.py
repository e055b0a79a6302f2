"""A model of Secrets Manager, as a client that the handlers are given."""

from collections.abc import Callable, Mapping

from botocore.exceptions import ClientError

from tests.simulation.sqs import hang
from tests.simulation.world import World

MODES = ("", "down", "slow", "hang", "flaky")


class ModelSecrets:
    """Secrets by name."""

    def __init__(self, world: World, values: Mapping[str, Callable[[], str]], mode: Callable[[], str]) -> None:
        """Each secret's value is asked for when it is read. `mode` says how the service behaves now."""
        self._world, self._values, self._mode = world, values, mode

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803
        """AWS's call."""
        world, mode = self._world, self._mode()
        world.pause(world.random.uniform(0.002, 0.03))
        if mode == "hang":
            hang(world)
        if mode == "slow":
            world.pause(world.random.uniform(0.5, 4.0))
        if mode == "down" or (mode == "flaky" and world.chance(0.5)):
            raise ClientError({"Error": {"Code": "InternalServiceError", "Message": ""}}, "GetSecretValue")
        return {"SecretString": self._values[SecretId]()}
