"""What is made of each answer: right, lacking what it says it lacks, refused in clear words, or wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.faults.served import Answered

DENIED = {"CORE_UNAVAILABLE", "ACCESS_LOG_UNAVAILABLE", "OVERLOADED"}


def verdict(answered: Answered, whole: Any) -> str:
    """One word for it; "wrong" if it is neither the whole answer less the departments that it names, nor an error."""
    errors = answered.body.get("errors", []) if isinstance(answered.body, dict) else None
    if errors is None:
        return "wrong"
    codes = {each["extensions"]["code"] for each in errors}
    if answered.status == 503:
        return " ".join(sorted(codes)) if codes <= DENIED and "data" not in answered.body else "wrong"
    if answered.status != 200:
        return "wrong"
    if codes == {"CORE_UNAVAILABLE"}:
        return "core is down" if answered.body["data"] == {"customer": None} else "wrong"
    missing = {each["extensions"].get("department") for each in errors}
    places = [each["path"] for each in errors]
    lacking = {"customer": {**whole["customer"], **dict.fromkeys(missing, None)}}
    is_so = codes <= {"DEPARTMENT_UNAVAILABLE"} and sorted(places) == sorted(["customer", each] for each in missing)
    if answered.body["data"] != lacking or not is_so:
        return "wrong"
    return "partial" if missing else "whole"


@dataclass
class Tally:
    """All answers of a run, and how long they took by what was going on."""

    verdicts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, answered: Answered, whole: Any, seconds: float, *kinds: str) -> None:
        found = verdict(answered, whole)
        self.verdicts[found] += 1
        if found == "wrong":
            self.wrong.append(f"{kinds}: {answered.status} {answered.body}")
        for kind in ("all", *kinds):
            self.seconds[kind].append(seconds)

    def lines(self, deadline: float) -> list[str]:
        told = [", ".join(f"{word}: {count}" for word, count in self.verdicts.most_common())]
        for kind, taken in sorted(self.seconds.items()):
            ordered = sorted(taken)
            shares = {share: ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99, 0.999)}
            late = sum(each > deadline + 0.05 for each in ordered)
            figures = "  ".join(f"p{share * 100:g} {value:7.1f} ms" for share, value in shares.items())
            told.append(f"{kind:32} {len(ordered):7} answers  {figures}  {late} later than the deadline and 50 ms")
        return told
