"""Limits on attempts to sign in: by name and source, by source, and by device. Kept per process."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from auth.rates import OwnBuckets, Rate

# A person may mistype; a guesser gets five attempts, and then one in ten minutes for this name from this source.
PER_NAME_AND_SOURCE = Rate(5, 1 / 600)
# Over all names, against one password tried on many accounts.
PER_SOURCE = Rate(30, 1 / 60)
# A device that signed in before is not locked by the attempts of others.
PER_DEVICE = Rate(5, 1 / 60)


class AttemptLimits:
    """Token buckets. An attempt draws a point from each of its buckets."""

    def __init__(self, buckets: OwnBuckets | None = None) -> None:
        self._buckets = OwnBuckets() if buckets is None else buckets

    def draw(self, name: str, source: str, device: str | None) -> bool:
        """Whether the attempt is allowed. Called before the password is checked, so that parallel guesses count."""
        drawn = [self._buckets.take(key, 1, rate).is_enough for key, rate in _limits(name, source, device)]
        return all(drawn)

    def restore(self, name: str, source: str, device: str | None) -> None:
        """After a success the bucket of the name or device is full again.

        The source gets back one point only, or signing in to one account would pay for guesses at others.
        """
        for key, rate in _limits(name, source, device):
            self._buckets.take(key, -1 if rate is PER_SOURCE else -rate.capacity, rate)


def _limits(name: str, source: str, device: str | None) -> list[tuple[str, Rate]]:
    if device is not None:
        return [(f"device {device}", PER_DEVICE)]
    address = _address(source)
    network = _network(address)
    limits = [(f"name {network} {name}", PER_NAME_AND_SOURCE)]
    # A private address may be a proxy's, and stand for all clients.
    return [*limits, (f"source {network}", PER_SOURCE)] if address is not None and address.is_global else limits


def _address(source: str) -> IPv4Address | IPv6Address | None:
    """The address, of IPv4 also where a socket for both reports it as one of IPv6."""
    try:
        address = ip_address(source)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _network(address: IPv4Address | IPv6Address | None) -> str:
    """An IPv6 client has a whole /64 of addresses."""
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), 64), strict=False))
    return str(address)
