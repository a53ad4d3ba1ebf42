"""One result, whoever works on it, and whoever dies."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd
import psutil
import pytest

from qualkit.errors import ConflictError, QualkitError, ReadError
from qualkit.scale import counts, run
from qualkit.scale._reading import stretches
from qualkit.scale._run import suggest_part
from qualkit.scale._working import work_through
from tests.scale.material import learned, table

ROWS, COMMENTS = 50, 1_500
DASK = Path(sys.executable).parent / "dask"
SCHEDULER = (DASK, "scheduler", "--no-dashboard", "--idle-timeout", "10 minutes")
WORKER = (DASK, "worker", "--nthreads", "1", "--no-nanny", "--no-dashboard",
          "--death-timeout", "60")  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A table, what was learned, and what one process made of it."""
    folder = tmp_path_factory.mktemp("scale")
    path, taught = table(folder / "comments.csv", COMMENTS), learned()
    taught.save(folder / "learned.npz")
    return path, taught, run(path, taught, folder / "out", rows=ROWS)


def seals(done):
    return [part["sha256"] for part in done.parts]


@contextmanager
def started(*command, **more):
    """A process of its own, ended at last."""
    process = subprocess.Popen(
        [*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(told, seconds=90):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


@contextmanager
def cluster(folder, *, workers=2):
    """The address of a scheduler, and workers, each a process."""
    noted = folder / "scheduler.json"
    with ExitStack() as stack:
        begin = stack.enter_context
        begin(started(*SCHEDULER, "--host", "127.0.0.1", "--port", "0", "--scheduler-file", noted))
        until(noted.exists)
        until(lambda: noted.read_text("utf-8").endswith("}"))
        address = json.loads(noted.read_text("utf-8"))["address"]
        yield address, [begin(started(*WORKER, address, cwd=folder)) for _ in range(workers)]


def test_a_worker_killed_in_mid_run_changes_nothing(whole, tmp_path):
    path, taught, alone = whole
    with cluster(tmp_path) as (address, workers):

        def kill(done, _total, _what):
            if done >= 3 * ROWS:
                workers[0].send_signal(signal.SIGKILL)

        found = run(path, taught, tmp_path / "out", rows=ROWS, scheduler=address, progress=kill)

    assert workers[0].returncode == -signal.SIGKILL
    assert found.made == COMMENTS // ROWS
    assert seals(found) == seals(alone)


def test_two_workers_of_this_machine_make_what_one_process_makes(whole, tmp_path):
    path, taught, alone = whole

    found = run(path, taught, tmp_path, rows=ROWS, scheduler="local", workers=2)

    assert seals(found) == seals(alone)


def test_workers_of_this_machine_end_with_a_run_that_is_killed(whole, tmp_path):
    path, _, _ = whole
    command = [
        sys.executable, "-m", "qualkit", "scale", "suggest", path, path.parent / "learned.npz",
        tmp_path / "out", "--rows", ROWS, "--scheduler", "local", "--workers", 2,
    ]  # fmt: skip
    with started(*command) as process:
        until(lambda: list((tmp_path / "out").glob("part-*.parquet")))
        workers = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)

    assert len(workers) >= 2
    until(lambda: not any(alive(one) for one in workers))


def alive(process):
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def test_what_a_worker_refuses_is_told_as_it_is(whole, tmp_path):
    path, _, alone = whole
    cut = next(stretches(path, text="text", id="id", rows=ROWS))
    settings = json.loads((alone.folder / "manifest.json").read_text("utf-8"))["settings"]

    with pytest.raises(ReadError, match=r"comments\.csv: was changed while it was being read"):
        work_through(
            [replace(cut, sha256="0" * 64)], tmp_path, suggest_part,
            settings | {"path_learned": str(alone.folder / "learned.npz")},
            scheduler="local", workers=1,
        )  # fmt: skip


def test_other_stretches_give_the_same_suggestions(whole, tmp_path):
    path, taught, alone = whole

    other = run(path, taught, tmp_path, rows=333)

    assert len(other.parts) == 5
    assert all_rows(other).equals(all_rows(alone))


def all_rows(done):
    parts = [pd.read_parquet(done.folder / part["file"]) for part in done.parts]
    return pd.concat(parts, ignore_index=True)


def test_a_run_that_was_killed_goes_on_where_it_was(whole, tmp_path):
    path, _, alone = whole
    command = [
        sys.executable, "-m", "qualkit", "scale", "suggest", path, path.parent / "learned.npz",
        tmp_path / "out", "--rows", ROWS,
    ]  # fmt: skip
    with started(*command) as process:
        until(lambda: len(list((tmp_path / "out").glob("part-*.parquet"))) >= 3)
        process.send_signal(signal.SIGKILL)

    found = run(path, whole[1], tmp_path / "out", rows=ROWS)

    assert 0 < found.made < COMMENTS // ROWS
    assert seals(found) == seals(alone)


def test_only_a_part_that_does_not_fit_is_made_again(whole, tmp_path):
    path, taught, alone = whole
    shutil.copytree(alone.folder, tmp_path / "out")
    (tmp_path / "out" / "part-00002.parquet").write_bytes(b"PAR1")
    (tmp_path / "out" / "part-00004.parquet").unlink()

    found = run(path, taught, tmp_path / "out", rows=ROWS)

    assert (found.made, seals(found)) == (2, seals(alone))


def test_a_shorter_table_leaves_no_part_of_the_longer(whole, tmp_path):
    _, taught, alone = whole
    shutil.copytree(alone.folder, tmp_path / "out")

    found = run(table(tmp_path / "few.csv", 60), taught, tmp_path / "out", rows=ROWS)

    names = sorted(path.name for path in (tmp_path / "out").glob("part-*"))
    assert names == ["part-00001.parquet", "part-00002.parquet"]
    assert found.rows == 60


def test_parts_of_something_else_are_left_alone(whole, tmp_path):
    (tmp_path / "part-00001.parquet").write_bytes(b"mine")

    with pytest.raises(ConflictError, match="holds parts of something else"):
        run(whole[0], whole[1], tmp_path)

    assert (tmp_path / "part-00001.parquet").read_bytes() == b"mine"


def test_a_manifest_of_something_else_is_left_alone(whole, tmp_path):
    (tmp_path / "manifest.json").write_text('{"name": "a web page"}')

    with pytest.raises(ConflictError, match=r"manifest\.json: was not written by 'qualkit scale'"):
        run(whole[0], whole[1], tmp_path)


def test_results_do_not_go_among_the_files_of_the_table(whole, tmp_path):
    shutil.copy(whole[0], tmp_path)

    with pytest.raises(ConflictError, match="is the folder of the table"):
        run(tmp_path, whole[1], tmp_path)


def test_a_table_without_rows_has_no_suggestions(whole, tmp_path):
    path = tmp_path / "none.csv"
    path.write_text("id,text\n")

    done = run(path, whole[1], tmp_path / "out")

    assert (done.rows, done.parts, len(counts(done.folder))) == (0, (), 0)


def test_counts_are_those_of_all_parts(whole):
    found = counts(whole[2].folder)

    every = all_rows(whole[2])
    sizes = every.groupby("code").size().sort_values(ascending=False)
    assert dict(zip(found["code"], found["comments"], strict=True)) == sizes.to_dict()
    assert found["share"].tolist() == [n / COMMENTS for n in found["comments"]]


def test_a_scheduler_that_is_not_there_is_named(whole, tmp_path):
    with pytest.raises(QualkitError, match=r"no Dask scheduler answers at no-such://"):
        run(whole[0], whole[1], tmp_path, scheduler="no-such://127.0.0.1:9")


# Several hosts ----------------------------------------------------------------------------------


def ip(words):
    subprocess.run(["ip", *words.split()], check=True, capture_output=True)


@pytest.fixture
def hosts():
    """Three hosts with a network of their own between them, 10.77.0.1 and on."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and the program ip")
    hub, names = f"qh{os.getpid()}", [f"qk{os.getpid()}n{n}" for n in range(3)]
    with ExitStack() as stack:
        try:
            ip(f"netns add {hub}")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here: {error.stderr.decode()}")
        stack.callback(ip, f"netns delete {hub}")
        ip(f"-n {hub} link add bridge type bridge")
        ip(f"-n {hub} link set bridge up")
        for n, name in enumerate(names):
            ip(f"netns add {name}")
            stack.callback(ip, f"netns delete {name}")
            ip(f"-n {hub} link add to{n} type veth peer name eth0 netns {name}")
            ip(f"-n {hub} link set to{n} master bridge up")
            ip(f"-n {name} addr add 10.77.0.{n + 1}/24 dev eth0")
            ip(f"-n {name} link set eth0 up")
            ip(f"-n {name} link set lo up")
        yield [("ip", "netns", "exec", name) for name in names]


def test_workers_on_other_hosts_make_what_one_process_makes(whole, hosts, tmp_path):
    path, taught, alone = whole
    out = tmp_path / "out"
    first, *others = hosts
    with ExitStack() as stack:
        begin = stack.enter_context
        begin(started(*first, *SCHEDULER, "--host", "10.77.0.1"))
        for n, host in enumerate(others, 2):
            begin(started(*host, *WORKER, "tcp://10.77.0.1:8786", "--host", f"10.77.0.{n}",
                          cwd=tmp_path))  # fmt: skip
        subprocess.run(
            [*first, sys.executable, "-m", "qualkit", "scale", "suggest", path,
             path.parent / "learned.npz", out, "--rows", str(ROWS),
             "--scheduler", "tcp://10.77.0.1:8786"],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip

    found = run(path, taught, out, rows=ROWS)
    assert found.made == 0
    assert seals(found) == seals(alone)
