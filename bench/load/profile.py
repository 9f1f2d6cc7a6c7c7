"""A profile of our server under load, taken by py-spy."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench.load.run import Target, load
from bench.workloads.dataset import DataSet
from bench.workloads.operations import Workload

SAMPLING_SECONDS = 10


def profile(data: DataSet, target: Target, workload: Workload, connections: int) -> Path:
    """Load the server and sample its stacks. Returns the path of the flame graph."""
    spy = shutil.which("py-spy")
    if spy is None:
        sys.exit("--profile needs py-spy: pip install py-spy")
    flames = data.folder / f"profile-{workload.name}.svg"
    options = ("--duration", str(SAMPLING_SECONDS), "--rate", "500", "--output", str(flames), "--pid", str(target.pid))
    sampling = subprocess.Popen([spy, "record", *options], stdout=subprocess.DEVNULL)
    try:
        load(data.folder, target, workload, data.postmaster, connections, SAMPLING_SECONDS + 2)
    finally:
        sampling.wait(SAMPLING_SECONDS)
    return flames
