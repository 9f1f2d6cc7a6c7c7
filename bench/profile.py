"""A profile of our server under load, by py-spy where it is installed."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench.dataset import DataSet
from bench.load import Target, load
from bench.workloads import Workload

SECONDS = 10


def profile(data: DataSet, target: Target, workload: Workload, connections: int) -> Path:
    """Load the server and sample its stacks meanwhile. Returns the flame graph's file."""
    spy = shutil.which("py-spy")
    if spy is None:
        sys.exit("A profile needs py-spy: pip install py-spy")
    flames = data.folder / f"profile-{workload.name}.svg"
    options = ("--duration", str(SECONDS), "--rate", "500", "--output", str(flames), "--pid", str(target.pid))
    sampling = subprocess.Popen([spy, "record", *options], stdout=subprocess.DEVNULL)
    try:
        load(data.folder, target, workload, data.postmaster, connections, SECONDS + 2)
    finally:
        sampling.wait(SECONDS)
    return flames
