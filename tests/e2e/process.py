"""`frontdesk …` as a process of its own: started, listened to, killed."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.e2e.house import OWNER, PASSWORD, free_port

ROOT = Path(__file__).parents[2]
START_S = 30.0


def environment(data: Path, port: int, **more: str) -> dict[str, str]:
    """What the process is given, and nothing of ours beside the path to its programs."""
    given = {
        "PATH": os.environ["PATH"],
        "FRONTDESK_DATA": str(data),
        "FRONTDESK_PORT": str(port),
        "FRONTDESK_ADMIN_EMAIL": OWNER,
        "FRONTDESK_ADMIN_PASSWORD": PASSWORD,
    }
    return given | more


class Served:
    """A running `frontdesk serve`; `said` is all it printed to both streams."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said = ""
        self._listening = asyncio.Event()
        streams = (process.stdout, process.stderr)
        self._tasks = [asyncio.create_task(self._read(stream)) for stream in streams if stream is not None]

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            self.said += line.decode(errors="replace")
            if "Frontdesk listens on" in self.said:
                self._listening.set()
        self._listening.set()

    async def listening(self) -> None:
        async with asyncio.timeout(START_S):
            await self._listening.wait()
        assert "Frontdesk listens on" in self.said, self.said

    async def kill(self) -> None:
        """`kill -9`: nothing is finished, flushed or said goodbye to."""
        self.process.kill()
        await self._end()

    async def stop(self) -> int:
        """SIGTERM; the exit status."""
        if self.process.returncode is None:
            self.process.terminate()
        await self._end()
        assert self.process.returncode is not None
        return self.process.returncode

    async def _end(self) -> None:
        async with asyncio.timeout(START_S):
            await self.process.wait()
            await asyncio.gather(*self._tasks)


async def start(env: Mapping[str, str]) -> Served:
    """As soon as it listens."""
    process = await _spawn("serve", env=env)
    found = Served(process)
    await found.listening()
    return found


async def run(*arguments: str, env: Mapping[str, str]) -> tuple[int, str]:
    """A command to its end: exit status, and what it said on both streams."""
    process = await _spawn(*arguments, env=env)
    async with asyncio.timeout(START_S):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, (out + err).decode()


async def _spawn(*arguments: str, env: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", *arguments,
        cwd=ROOT, env=dict(env), stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


@asynccontextmanager
async def served(data: Path, **more: str) -> AsyncIterator[tuple[Served, str]]:
    """A running one and where it listens; it is stopped in order at the end."""
    port = free_port()
    found = await start(environment(data, port, **more))
    try:
        yield found, f"http://127.0.0.1:{port}"
    finally:
        await found.stop()
