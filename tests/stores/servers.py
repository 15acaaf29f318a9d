"""A MongoDB-protocol server for tests, from its wheel: started on a free port, killed or stopped when asked."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

STARTS_WITHIN_S = 30.0


class MongoServer:
    """`synced`: what was committed survives a kill."""

    def __init__(self, folder: Path, *, synced: bool = False, alone: bool = False) -> None:
        self._folder, self._flags = folder, ["--sync-on-commit"] * synced + ["--standalone"] * alone
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    def url(self, database: str) -> str:
        return f"mongodb://127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        program = Path(sys.executable).with_name("secantusd-py")
        command = [str(program), "--port", str(self.port), "--storage-path", str(self._folder), *self._flags]
        with self._folder.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--log-level", "ERROR"], stdout=log, stderr=log, env={**os.environ, "TMPDIR": "/tmp"}
            )
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not self._answers():
            assert self._process.poll() is None, self._folder.with_suffix(".log").read_text()
            assert time.monotonic() < deadline, "the server does not answer"

    def _answers(self) -> bool:
        client: MongoClient[dict[str, object]] = MongoClient(
            self.url("admin"), serverSelectionTimeoutMS=200, directConnection=True
        )
        try:
            client.admin.command("ping")
        except PyMongoError:
            return False
        finally:
            client.close()
        return True

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self.running:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
