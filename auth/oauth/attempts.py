"""Limits on attempts to sign in: by name and source, by source, and by device. Kept per process."""

from ipaddress import ip_address, ip_network

from auth.rates import OwnBuckets, Rate

# A person may mistype; a guesser gets five attempts, and then one in ten minutes for this name from this source.
PER_NAME_AND_SOURCE = Rate(5, 1 / 600)
# Over all names, against one password tried on many accounts.
PER_SOURCE = Rate(30, 1 / 60)
# A device that signed in before is not locked by the attempts of others.
PER_DEVICE = Rate(5, 1 / 60)


class AttemptLimits:
    """Token buckets. An attempt draws a point from each of its buckets, and a successful one fills them again."""

    def __init__(self, buckets: OwnBuckets | None = None) -> None:
        self._buckets = OwnBuckets() if buckets is None else buckets

    def draw(self, name: str, source: str, device: str | None) -> bool:
        """Whether the attempt is allowed. Called before the password is checked, so that parallel guesses count."""
        drawn = [self._buckets.take(key, 1, rate).is_enough for key, rate in _limits(name, source, device)]
        return all(drawn)

    def restore(self, name: str, source: str, device: str | None) -> None:
        for key, rate in _limits(name, source, device):
            self._buckets.take(key, -rate.capacity, rate)


def _limits(name: str, source: str, device: str | None) -> list[tuple[str, Rate]]:
    if device is not None:
        return [(f"device {device}", PER_DEVICE)]
    network = _network(source)
    limits = [(f"name {network} {name}", PER_NAME_AND_SOURCE)]
    return [*limits, (f"source {network}", PER_SOURCE)] if _is_one_client(source) else limits


def _is_one_client(source: str) -> bool:
    """A private address may be a proxy's, and stand for all clients."""
    try:
        return ip_address(source).is_global
    except ValueError:
        return False


def _network(source: str) -> str:
    """An IPv6 client has a whole /64 of addresses."""
    try:
        address = ip_address(source)
    except ValueError:
        return "unknown"
    return str(ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
