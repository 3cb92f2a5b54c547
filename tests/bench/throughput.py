"""Messages per second of one process with durable recording, against the bare framework doing one durable insert.

Run: python -m tests.bench.throughput [--seconds 10] [--clients 16]

Both servers run under uvicorn on loopback, one after the other, each in a process of its own, with the same clients (threads with a
kept-open connection each). Generator, server and database share this machine's cores. The bare server is FastAPI with one sync endpoint
that validates the same body and commits one row to SQLite (WAL, synchronous=FULL) under a lock. Ours matches the question, records two
turns with candidates, the conversation, the episode and the outbox row, and answers after the commit.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.bench.latency import SAMPLE

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = [line.split("\t")[0] for line in (SAMPLE / "heldout.tsv").read_text(encoding="utf-8").splitlines()[1:200]]

BARE = """
import sqlite3, sys, threading
from fastapi import FastAPI
from pydantic import BaseModel
import uvicorn

class Ask(BaseModel):
    conversation: str | None = None
    ref: str
    text: str

path, port = sys.argv[1], int(sys.argv[2])
connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
for pragma in ("journal_mode=WAL", "synchronous=FULL"):
    connection.execute(f"PRAGMA {pragma}")
connection.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, conversation TEXT, ref TEXT UNIQUE, text TEXT)")
lock = threading.Lock()
app = FastAPI()

@app.get("/healthz")
def alive():
    return {}

@app.post("/api/chat")
def ask(asked: Ask):
    with lock:
        connection.execute("INSERT INTO message (conversation, ref, text) VALUES (?, ?, ?)", (asked.conversation, asked.ref, asked.text))
    return {"conversation": asked.conversation or asked.ref, "replies": []}

uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)
"""


def main() -> None:
    """Prints both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with _bare(Path(folder)) as port:
            bare = _load(port, options.clients, options.seconds)
        with _ours(Path(folder)) as port:
            ours = _load(port, options.clients, options.seconds)
        turns = (
            sqlite3.connect(Path(folder) / "ours" / "zerolevel.db")
            .execute("SELECT count(*) FROM turn WHERE speaker = 'employee'")
            .fetchone()[0]
        )
    print("| server | messages/s | p50 | p99 | clients |")
    print("|---|---|---|---|---|")
    for name, times in (("bare FastAPI, one durable insert", bare), ("Zerolevel, matched and recorded", ours)):
        rate = len(times) / options.seconds
        print(f"| {name} | {rate:.0f} | {np.percentile(times, 50):.1f} ms | {np.percentile(times, 99):.1f} ms | {options.clients} |")
    print(f"ratio: {len(ours) / len(bare):.2f} of the bare framework; {turns:,} messages recorded, {len(ours):,} acknowledged")


def _load(port: int, clients: int, seconds: float) -> list[float]:
    times: list[list[float]] = [[] for _ in range(clients)]
    until = time.perf_counter() + 1.0 + seconds
    threads = [threading.Thread(target=_client, args=(port, number, times[number], until - seconds, until)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [one for mine in times for one in mine]


def _client(port: int, number: int, times: list[float], counted_from: float, until: float) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    conversation, place = None, number * 17
    while (started := time.perf_counter()) < until:
        asked = {"conversation": conversation, "ref": str(uuid.uuid4()), "text": QUESTIONS[place % len(QUESTIONS)]}
        connection.request("POST", "/api/chat", json.dumps(asked), {"content-type": "application/json"})
        answer = connection.getresponse()
        body = json.loads(answer.read())
        assert answer.status == 200, body
        if started >= counted_from:
            times.append((time.perf_counter() - started) * 1000)
        place += 1
        conversation = body["conversation"] if place % 5 else None


@contextmanager
def _bare(folder: Path) -> Iterator[int]:
    program = folder / "bare.py"
    program.write_text(BARE, encoding="utf-8")
    port = _free_port()
    with _serving([sys.executable, str(program), str(folder / "bare.db"), str(port)], port):
        yield port


@contextmanager
def _ours(folder: Path) -> Iterator[int]:
    port = _free_port()
    with _serving([sys.executable, "-m", "bot", "demo", "--port", str(port), "--data", str(folder / "ours")], port):
        yield port


@contextmanager
def _serving(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    try:
        _wait_for(port)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
