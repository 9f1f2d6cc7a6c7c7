"""How often may be asked again: a share of what is asked, so that retries never make an outage worse."""

SHARE = 0.2
# What may be asked again at once, when little was asked before.
MOST = 10.0


class RetryBudget:
    """Each request earns a part of a retry; a retry takes a whole one."""

    def __init__(self, share: float = SHARE, most: float = MOST) -> None:
        self._share = share
        self._most = self._left = most

    def earn(self) -> None:
        self._left = min(self._left + self._share, self._most)

    def take(self) -> bool:
        if self._left < 1:
            return False
        self._left -= 1
        return True
