"""Starts the servers that are compared, and the normal Kaam; each ends when the pipe to its standard input does."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

from client import Server

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


class Transcriber(BaseHTTPRequestHandler):
    """An OpenAI-compatible `/audio/transcriptions` that hears which type the sound has and how long it is."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        boundary = b"--" + self.headers["content-type"].split("boundary=")[1].strip('"').encode()
        for part in body.split(boundary):
            head, _, data = part.partition(b"\r\n\r\n")
            if b'name="file"' in head:
                kind = next(line.split(b":")[1].strip() for line in head.lower().split(b"\r\n") if line.startswith(b"content-type"))
                text = f"{kind.decode()} {len(data) - 2}"
        answer = json.dumps({"text": text}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def transcriber():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Transcriber)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def process(name: str, command: list[str], folder: Path, **environment: str):
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            line = child.stdout.readline()
            if not line:
                log.seek(0)
                raise RuntimeError(f"{name} did not start (exit code {child.wait(10)}):\n{log.read()[-4000:]}")
            yield json.loads(line)
        finally:
            child.stdin.close()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@contextmanager
def reference(name: str = "the reference"):
    with process(name, [sys.executable, "reference.py"], HERE) as said:
        yield Server(name, said["url"], said["control"], said["people"], said["bare"])


@contextmanager
def scripted(binary: str):
    """Kaam with a player of scripts, and beside it the same with the built-in assistant."""
    with transcriber() as url, process("Kaam", [binary], ROOT, AI_TRANSCRIBE_URL=url) as said:
        yield (
            Server("Kaam", said["url"], said["control"], said["people"], said["assistant"]),
            Server("Kaam, with its assistant", said["assistant"], None, said["people"]),
        )


@contextmanager
def normal(binary: str):
    """The binary as people run it, with no key: the built-in assistant answers."""
    folder = Path(tempfile.mkdtemp(prefix="kaam-conformance-"))
    folder.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "KAAM_PG_BIN", "LEPTOS_SITE_ROOT") if name in os.environ}
    environment = {
        **kept,
        "LEPTOS_SITE_ADDR": f"127.0.0.1:{port}",
        "KAAM_PUBLIC_URL": url,
        "KAAM_DATA_DIR": str(folder / "data"),
        "KAAM_MESSAGES_PER_MINUTE": "1000000",
        "KAAM_RUNS_PER_PERSON": "100000",
    }
    log = (folder / "log").open("w")
    child = subprocess.Popen([binary, "serve"], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 40
        while True:
            try:
                if httpx.get(f"{url}/readyz", trust_env=False).is_success:
                    break
            except httpx.TransportError:
                pass
            if child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{binary} did not become ready:\n{(folder / 'log').read_text()[-4000:]}")
            time.sleep(0.05)
        people = {}
        for name in ("one", "two"):
            add = [binary, "user", "add", f"{name}@example.com", "--zone", "Asia/Karachi", "--password-stdin"]
            subprocess.run(add, cwd=folder, env=environment, input="correct horse battery\n", text=True, check=True, capture_output=True)
            add = [binary, "token", "add", f"{name}@example.com", "--name", "conformance"]
            made = subprocess.run(add, cwd=folder, env=environment, text=True, check=True, capture_output=True)
            people[name] = made.stdout.strip()
        yield Server("Kaam, as it is", url, None, people)
    finally:
        child.terminate()
        try:
            child.wait(15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)
