"""PostgreSQL and Redis for tests and trials: on loopback, with ports, passwords and a folder of their own.

    scripts/services.py start     start what is not running; print the settings that reach it
    scripts/services.py env       print those settings
    scripts/services.py stop [--remove]

A server that this machine already runs is never touched. Ports are 54329 and 63799, or free ones where these are taken
(SERVICES_POSTGRES_PORT and SERVICES_REDIS_PORT choose others). The address is always 127.0.0.1.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOST = "127.0.0.1"
DATABASE = "probanda"
LINK = Path(__file__).resolve().parent.parent / "var" / "services"
STATE = "services.json"


class Failed(Exception):
    """A service cannot be had; the message is a sentence for the person at the terminal."""


def account() -> str:
    """Return the account that runs the servers: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise Failed("PostgreSQL does not run as root and there is no account named postgres to run it.") from None


def call(*command: str | Path, check: bool = True, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command as the servers' account, in its folder, and say what it said when it fails."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", account(), "--", *words]
    with tempfile.TemporaryFile("w+") as log:  # a file, not a pipe: a server that stays would hold a pipe open
        done = subprocess.run(
            words, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **env}, check=False
        )
        log.seek(0)
        said = log.read()
    if check and done.returncode:
        raise Failed(f"This failed: {' '.join(words)}\n{said.strip()}")
    return subprocess.CompletedProcess(words, done.returncode, said, "")


def program(name: str) -> Path:
    """Find a program of PostgreSQL; Debian keeps them off the path, in a folder for each version."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4].split(".")[0]))
    where = str(found[-1]) if found else shutil.which(name)
    if not where:
        raise Failed(f"The program {name} is not here. Run: make services")
    return Path(where)


def free_port(wanted: int) -> int:
    """Return `wanted` if nothing listens there, else a port that is free now."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return int(probe.getsockname()[1])
    raise Failed(f"No port of {HOST} can be had.")


def folder() -> Path:
    """Return the services' folder, made when new; `var/services` is it or leads to it.

    Started by root, the servers run under another account, which may not be let into a private checkout.
    """
    if LINK.is_symlink() and not LINK.exists():
        LINK.unlink()
    if not LINK.exists():
        LINK.parent.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            made = Path(tempfile.mkdtemp(prefix="probanda-services-", dir="/var/tmp"))
            made.chmod(0o711)
            LINK.symlink_to(made)
        else:
            LINK.mkdir(mode=0o700)
    return LINK.resolve()


def state(place: Path) -> dict[str, str]:
    """Return the password and ports, chosen once."""
    path = place / STATE
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    new = {
        "password": secrets.token_hex(16),
        "postgres": os.environ.get("SERVICES_POSTGRES_PORT", "54329"),
        "redis": os.environ.get("SERVICES_REDIS_PORT", "63799"),
    }
    keep(place, new)
    return new


def keep(place: Path, known: dict[str, str]) -> None:
    with open(os.open(place / STATE, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        json.dump(known, file)


def own_folder(path: Path) -> bool:
    """Make a folder for the servers' account alone; tell whether it is new."""
    if path.exists():
        return False
    path.mkdir(mode=0o700)
    shutil.chown(path, account())
    return True


def postgres_runs(place: Path) -> bool:
    return (place / "postgres").exists() and call(
        program("pg_ctl"), "status", "-D", place / "postgres", check=False
    ).returncode == 0


def start_postgres(place: Path, known: dict[str, str]) -> None:
    """Start PostgreSQL; a pid file that a crash left is pg_ctl's to judge."""
    data = place / "postgres"
    if postgres_runs(place):
        return
    if own_folder(data):
        secret = place / "first-password"
        secret.touch(mode=0o600)
        secret.write_text(known["password"])
        shutil.chown(secret, account())
        try:
            call(
                program("initdb"), "-D", data, "-U", DATABASE, "--auth=scram-sha-256", f"--pwfile={secret}",
                "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
            )  # fmt: skip
        except Failed:
            shutil.rmtree(data)
            raise
        finally:
            secret.unlink()
    known["postgres"] = str(free_port(int(known["postgres"])))
    # These data last as long as the tests do: speed before safety.
    options = f"-p {known['postgres']} -c listen_addresses={HOST} -c unix_socket_directories= -c fsync=off"
    call(program("pg_ctl"), "start", "-w", "-t", "60", "-D", data, "-l", data / "log", "-o", options)
    if DATABASE not in psql(known, "SELECT datname FROM pg_database").split():
        psql(known, f"CREATE DATABASE {DATABASE}")


def psql(known: dict[str, str], statement: str) -> str:
    return call(
        program("psql"), "-h", HOST, "-p", known["postgres"], "-U", DATABASE, "-d", "postgres", "-Atqc", statement,
        PGPASSWORD=known["password"],
    ).stdout  # fmt: skip


def redis(known: dict[str, str], *words: str) -> str:
    return call(
        "redis-cli", "-h", HOST, "-p", known["redis"], *words, check=False, REDISCLI_AUTH=known["password"]
    ).stdout.strip()


def start_redis(place: Path, known: dict[str, str]) -> None:
    if redis(known, "ping") == "PONG":
        return
    data = place / "redis"
    own_folder(data)
    known["redis"] = str(free_port(int(known["redis"])))
    settings = data / "redis.conf"  # a file, because anyone may read a command line and the password is in it
    settings.write_text(
        f"bind {HOST}\nport {known['redis']}\nrequirepass {known['password']}\ndaemonize yes\ndir {data}\n"
        f'logfile {data}/log\npidfile {data}/pid\nsave ""\nappendonly no\n'
    )
    settings.chmod(0o600)
    shutil.chown(settings, account())
    call("redis-server", settings)
    for _ in range(100):
        if redis(known, "ping") == "PONG":
            return
        time.sleep(0.1)
    raise Failed(f"Redis did not answer within 10 seconds; see {data}/log.")


def addresses(known: dict[str, str]) -> str:
    return (
        f"export DATABASE_URL=postgres://{DATABASE}:{known['password']}@{HOST}:{known['postgres']}/{DATABASE}\n"
        f"export CELERY_BROKER_URL=redis://:{known['password']}@{HOST}:{known['redis']}/0"
    )


def start() -> None:
    if (host := os.environ.get("SERVICES_HOST", HOST)) != HOST:
        raise Failed(f"SERVICES_HOST is {host!r}. These services listen on {HOST} alone: unset it.")
    place = folder()
    known = state(place)
    start_postgres(place, known)
    start_redis(place, known)
    keep(place, known)
    print(addresses(known))


def stop(remove: bool) -> None:
    if not LINK.exists():
        return
    place = LINK.resolve()
    if (place / STATE).exists():
        if postgres_runs(place):
            call(program("pg_ctl"), "stop", "-w", "-m", "fast", "-D", place / "postgres")
        redis(state(place), "shutdown", "nosave")
    if remove:
        shutil.rmtree(place)
        if LINK.is_symlink():
            LINK.unlink()


def main(words: list[str]) -> int:
    try:
        match words:
            case ["start"]:
                start()
            case ["env"] if (LINK / STATE).exists():
                print(addresses(state(LINK)))
            case ["env"]:
                raise Failed("The services were never started. Run: make services")
            case ["stop"]:
                stop(remove=False)
            case ["stop", "--remove"]:
                stop(remove=True)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
