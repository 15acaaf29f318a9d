"""The command line: `frontdesk serve` and its neighbours. Every failure is one sentence and an exit status."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import uvloop

from core.errors import Error
from gateway import config as configuration
from gateway.config import Config

Command = Callable[[Config, argparse.Namespace], Awaitable[int]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 1 could not be done, 2 wrongly called."""
    asked = _parser().parse_args(arguments)
    try:
        config = configuration.read(os.environ)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            status: int = runner.run(asked.command(config, asked))
            return status
    except Error as error:
        print(f"frontdesk: {error}", file=sys.stderr)
        return 1
    except OSError as error:  # a disk that is full, a path that is not there: no news to whoever keeps the machine
        print(f"frontdesk: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="frontdesk", description="A messaging-channel bot gateway with a live-chat desk behind it."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command, help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help)
        made.set_defaults(command=run)
        return made

    add("serve", serve, "run the server, configured by environment (FRONTDESK_…)")
    demo = add("demo", _demo, "run the server with demo data and the channel simulator beside it")
    demo.add_argument("--simulator-port", type=int, default=8081)
    demo.add_argument("--once", action="store_true", help="play the conversations, then stop")
    add("check", check, "look at the configuration, the database and each channel's credentials")
    add("migrate", migrate, "bring the database to this version (serve does it by itself)")
    backup = add("backup", backup_, "write a consistent copy of the database while it is in use; never the secret")
    backup.add_argument("to", type=Path)
    restore = add("restore", restore_, "put a backup in place of a database that is not being served")
    restore.add_argument("source", type=Path)
    export = add("export", export_, "write everything to one file that any other store can be filled from")
    export.add_argument("to", type=Path)
    taking = add("import", import_, "fill an empty store from such a file")
    taking.add_argument("source", type=Path)
    user = add("user", user_, "add an agent, or set their password (FRONTDESK_PASSWORD, or asked for)")
    user.add_argument("email")
    user.add_argument("--name")
    user.add_argument("--role", choices=["agent", "supervisor", "admin", "owner"], default="agent")
    add("rotate-secret", rotate_secret, "seal every stored secret with a new key")
    return parser


async def serve(config: Config, asked: argparse.Namespace) -> int:
    """Until SIGTERM or SIGINT; a second one does not wait. A MongoDB that is away at the start is waited for."""
    from gateway import logs
    from gateway.app import running
    from gateway.process import settle_memory, stopped

    logs.configure(config.log)
    stop = stopped()
    async with running(config, stop=stop) as desk:
        settle_memory()
        print(f"Frontdesk listens on {desk.url}; providers call {config.public_url}", flush=True)
        await stop.wait()
    return 0


async def _demo(config: Config, asked: argparse.Namespace) -> int:
    from gateway.demo import demo

    return await demo(config, asked.simulator_port, once=asked.once)


async def check(config: Config, asked: argparse.Namespace) -> int:
    from gateway.care import check

    return await check(config)


async def migrate(config: Config, asked: argparse.Namespace) -> int:
    from gateway.care import migrate

    return await migrate(config)


async def backup_(config: Config, asked: argparse.Namespace) -> int:
    from gateway.care import backup

    return await backup(config, asked.to)


async def restore_(config: Config, asked: argparse.Namespace) -> int:
    from gateway.care import restore

    return await restore(config, asked.source)


async def export_(config: Config, asked: argparse.Namespace) -> int:
    from gateway.care import export

    return await export(config, asked.to)


async def import_(config: Config, asked: argparse.Namespace) -> int:
    from gateway.care import import_

    return await import_(config, asked.source)


async def user_(config: Config, asked: argparse.Namespace) -> int:
    from gateway.care import user

    return await user(config, asked.email, asked.name, asked.role)


async def rotate_secret(config: Config, asked: argparse.Namespace) -> int:
    from gateway.care import rotate_secret

    return await rotate_secret(config)


if __name__ == "__main__":
    sys.exit(main())
