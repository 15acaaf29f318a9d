"""A process that is measured: started on one core, asked for its CPU time and memory, and always stopped."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
STOP_S = 20.0
# The product's own environment: beside the test tools it would load some of them (rich, greenlet: about 7 MiB).
SERVING = os.environ.get("BENCH_SERVING_PYTHON", sys.executable)
_TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """Something that was started did not do what it was started for; says what it printed."""


class Process:
    """`python ARGUMENTS` pinned to a core. Its output goes to a file, whose end an error quotes."""

    def __init__(
        self,
        arguments: Sequence[str],
        core: int,
        environment: Mapping[str, str] | None = None,
        *,
        python: str = sys.executable,
    ) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `stop`
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            [python, *arguments],
            cwd=ROOT,
            env={**kept, "PYTHONUNBUFFERED": "1", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        os.sched_setaffinity(self._process.pid, {core})

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far; to 10 ms."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def rss_mib(self) -> float:
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise Failed("the process is gone")

    def said(self) -> str:
        """The end of what it printed."""
        self._output.seek(0)
        return self._output.read().decode(errors="replace")[-4000:]

    def alive(self) -> bool:
        return self._process.poll() is None

    def pause(self) -> None:
        """No share of the core while another one is measured."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        if self.alive():
            self.resume()
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()
        self._output.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


async def answering(process: Process, port: int, path: str = "/", within: float = 60.0) -> float:
    """Wait for a 200 to GET; seconds since the process was started. Raises `Failed`."""
    while (waited := time.perf_counter() - process.began) < within:
        if not process.alive():
            raise Failed(f"it ended by itself:\n{process.said()}")
        if await _status(port, path) == 200:
            return time.perf_counter() - process.began
        await asyncio.sleep(0.005)
    raise Failed(f"no 200 from {path} within {waited:.0f} s:\n{process.said()}")


async def _status(port: int, path: str) -> int | None:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        line = await reader.readline()
        return int(line.split()[1]) if line else None
    except OSError:
        return None
    finally:
        writer.close()
