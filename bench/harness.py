"""What the benchmark programs share: where things lie, and how one run of `vigie scan` is started and measured."""
import contextlib
import dataclasses
import fcntl
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("BENCH_DATA") or os.path.join(tempfile.gettempdir(), "bench-peers")
VIGIE = os.path.join(HERE, "..", "target", "release", "vigie")
CONFIG = os.path.join(HERE, "vigie.toml")


class BenchError(Exception):
    """The benchmark cannot go on; the message says what is needed."""


def path(name):
    """A file of the work folder that setup.sh filled."""
    return os.path.join(DATA, name)


def needed(file):
    """`file`, or an error that says how to get it."""
    if not os.path.exists(file):
        raise BenchError(f"{file} is missing: run bench/setup.sh")
    return file


def peer_module(name):
    """Imports a module of the rivals from the work folder."""
    needed(path(name + ".py"))
    if DATA not in sys.path:
        sys.path.insert(0, DATA)
    return importlib.import_module(name)


def sentences(language):
    """The corpus as `gen_posts.main` reads it."""
    with open(needed(path(f"corpus.{language}.txt")), encoding="utf-8") as lines:
        return [line.strip() for line in lines if line.strip()]


def count_lines(file):
    """Line feeds in a file: the number of posts in it."""
    count = 0
    with open(file, "rb") as source:
        while block := source.read(1 << 20):
            count += block.count(b"\n")
    return count


def cpu_model():
    """The processor's name, as far as the kernel tells it."""
    with open("/proc/cpuinfo") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown processor"


def machine():
    """The machine in one line, with the load that tells a quiet run from a noisy one."""
    return f"{cpu_model()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def pinned(cores, command):
    """`command` held to the processors named as in `taskset -c` ("0", "0,1")."""
    return ["taskset", "-c", cores, *command]


@dataclasses.dataclass(frozen=True)
class Run:
    """One ended process: seconds, and its peak resident memory in bytes."""

    cpu: float
    wall: float
    peak: int
    stdout: bytes


def run(command):
    """Runs a command to its end. CPU seconds are user + system of the whole process, start-up included."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            raise BenchError(f"{' '.join(command)}: exit {process.returncode}\n{err.read()[-2000:].decode(errors='replace')}")
        return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024, out.read())


class Vigie:
    """The program under test. Each scan starts from an empty data folder."""

    def __init__(self, binary, config):
        self.binary, self.config = os.path.abspath(binary), os.path.abspath(config)
        if not os.access(self.binary, os.X_OK):
            raise BenchError(f"{self.binary} is missing: cargo build --release -p vigie, or name it with --vigie")
        with open(self.config, "rb") as file:
            self.data = own_folder(tomllib.load(file).get("data"), self.config)

    @contextlib.contextmanager
    def alone(self):
        """Keeps a second benchmark from emptying the data folder of this one; removes the folder at the end."""
        lock = self.data + ".lock"
        with open(lock, "w") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BenchError(f"another benchmark holds {lock}") from None
            try:
                yield
            finally:
                shutil.rmtree(self.data, ignore_errors=True)

    def command(self, posts, threads):
        """The command line of a scan."""
        return [self.binary, "--config", self.config, "scan", posts, "--format", "json", "--threads", str(threads)]

    def scan(self, posts, count, cores, threads):
        """Scans a file of `count` posts and checks that as many were read."""
        shutil.rmtree(self.data, ignore_errors=True)
        ended = run(pinned(cores, self.command(posts, threads)))
        check_count(ended.stdout, count)
        return ended


def own_folder(data, config):
    """The data folder, which is emptied before each run: so only one in the temporary folder is accepted."""
    if not data:
        raise BenchError(f"{config}: data is missing")
    folder = os.path.realpath(data)
    allowed = {os.path.realpath(place) for place in ("/tmp", tempfile.gettempdir())}
    if os.path.dirname(folder) not in allowed or not os.path.basename(folder).startswith("vigie-bench"):
        raise BenchError(f"{config}: data must be a folder {min(allowed)}/vigie-bench…, since it is emptied, but is {data}")
    return folder


def check_count(stdout, count):
    """Fails unless the program's summary says that every post was read."""
    try:
        read = json.loads(stdout)["posts_read"]
    except (ValueError, KeyError, TypeError) as error:
        raise BenchError(f"vigie printed no summary with posts_read: {error!r}") from None
    if read != count:
        raise BenchError(f"vigie read {read} posts of {count}")


def add_vigie_options(parser):
    """The options that name the program under test."""
    parser.add_argument("--vigie", default=VIGIE, help="the program under test (default: target/release/vigie)")
    parser.add_argument("--config", default=CONFIG, help="its settings (default: bench/vigie.toml)")


def guarded(main):
    """Runs a program's main function; a BenchError ends it with its message alone."""
    try:
        main()
    except BenchError as error:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {error}")
