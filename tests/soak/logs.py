#!/usr/bin/env python3
"""`logs --follow` on a busy group: no line may be lost, none shown twice, and its memory may not grow.

    cargo build
    python3 tests/soak/logs.py [--lines 100000] [--streams 50] [--rate 1500] [--restarts 2] [--binary target/debug/rollbook]

Starts `rollbook sandbox --state --throttle` in real time and follows one log group with `rollbook logs --follow`.
Meanwhile writers put numbered lines into the group's streams, most of them at once, some up to `--late` seconds after
the time that they carry; somebody else searches the same logs, so that both are throttled; and the server is killed
with -9 and started again on the same port. A batch whose answer was lost is put again: it may then stand in the log
twice. So what was followed is held against what stands in the log at the end, read over plain HTTP: both must hold
the same lines equally often. Then Ctrl-C (SIGINT) must end the follow with exit code 0.

It prints its figures as one JSON document and exits with 1 if a line was lost or repeated. The follower's memory is
VmRSS, read four times a second.
"""

import argparse
import calendar
import collections
import http.client
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

GROUP = "/soak"


class Server:
    """The process; its port stays the same over restarts."""

    def __init__(self, binary, folder):
        self.binary, self.folder, self.port = binary, folder, 0
        self.errors = open(folder / "sandbox.stderr", "wb")

    def start(self):
        began = time.monotonic()
        command = [self.binary, "sandbox", "--port", str(self.port), "--speed", "1", "--throttle"]
        command += ["--state", str(self.folder / "world.json")]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.errors)
        line = self.process.stdout.readline().decode()
        if "listening on" not in line:
            raise SystemExit(f"the sandbox did not start: {Path(self.errors.name).read_text()}")
        self.port = int(line.rsplit(":", 1)[1])
        return time.monotonic() - began

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        self.process.stdout.close()

    def ask(self, operation, **request):
        """The answer; an error's code; nothing if there was no whole answer."""
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            headers = {"X-Amz-Target": f"Logs_20140328.{operation}", "Content-Type": "application/x-amz-json-1.1"}
            connection.request("POST", "/", json.dumps(request), headers)
            answer = connection.getresponse()
            document = json.loads(answer.read() or b"{}")
            return (document, None) if answer.status == 200 else (None, document["__type"])
        except (OSError, http.client.HTTPException, ValueError):
            return None, None
        finally:
            connection.close()

    def must(self, operation, **request):
        while True:
            answer, code = self.ask(operation, **request)
            if answer is not None:
                return answer
            if code not in (None, "ThrottlingException"):
                raise SystemExit(f"{operation}: {code}")
            time.sleep(0.1)

    def now(self):
        """The sandbox's own time, in milliseconds."""
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                connection.request("GET", "/_sandbox/clock")
                text = json.loads(connection.getresponse().read())["now"]
                whole, _, part = text.rstrip("Z").partition(".")
                seconds = time.strptime(whole + "+0000", "%Y-%m-%dT%H:%M:%S%z")
                return calendar.timegm(seconds) * 1000 + int((part + "000")[:3])
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.05)
            finally:
                connection.close()


class Writer(threading.Thread):
    """Puts its share of the lines, in batches, at its share of the rate."""

    BATCH = 50

    def __init__(self, number, server, numbers, options):
        super().__init__(daemon=True)
        self.server, self.numbers, self.options = server, numbers, options
        self.dice = random.Random(number)
        self.put_again = 0
        self.latest = 0

    def run(self):
        began = time.monotonic()
        for start in range(0, len(self.numbers), self.BATCH):
            due = began + start * self.options.writers / self.options.rate
            time.sleep(max(0, due - time.monotonic()))
            self.put(self.numbers[start:start + self.BATCH])

    def put(self, numbers):
        stream = f"ecs/web/{self.dice.randrange(self.options.streams):032x}"
        now = self.server.now()
        events = []
        for number in numbers:
            late = self.dice.uniform(0, self.options.late) if self.dice.random() < 0.15 else self.dice.uniform(0, 1)
            self.latest = max(self.latest, late)
            events.append({"timestamp": now - int(late * 1000), "message": f"line {number} " + "x" * 40})
        events.sort(key=lambda event: event["timestamp"])
        while True:
            answer, code = self.server.ask("PutLogEvents", logGroupName=GROUP, logStreamName=stream, logEvents=events)
            if answer is not None:
                return
            if code is None:
                self.put_again += 1
            time.sleep(0.1)


def memory(process):
    """The resident memory of the process in kilobytes."""
    try:
        text = Path(f"/proc/{process.pid}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0])
    except (OSError, IndexError):
        return 0


def the_log(server):
    """Every line that stands in the group, with how often it does."""
    found, token = collections.Counter(), {}
    while True:
        answer = server.must("FilterLogEvents", logGroupName=GROUP, **token)
        found.update(event["message"] for event in answer["events"])
        if "nextToken" not in answer:
            return found
        token = {"nextToken": answer["nextToken"]}
        time.sleep(0.2)


def followed(path):
    """Every line that was printed, with how often it was."""
    lines = path.read_text().splitlines()
    return collections.Counter(line[line.index("line "):] for line in lines if "line " in line)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--rate", type=float, default=1500, help="lines a second")
    parser.add_argument("--late", type=float, default=15, help="seconds")
    parser.add_argument("--overlap", type=int, default=40, help="seconds; the rest is for a server that is down")
    parser.add_argument("--restarts", type=int, default=2)
    parser.add_argument("--writers", type=int, default=4)
    parser.add_argument("--binary", default=str(Path(__file__).resolve().parents[2] / "target/debug/rollbook"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = soak(options, Path(folder))
    print(json.dumps(figures, indent=2))
    sys.exit(bool(figures["lost"] or figures["repeated"] or figures["exit_code"]))


def follow(options, server, folder):
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}", "AWS_REGION": "ap-northeast-2", "HOME": str(folder),
        "AWS_ACCESS_KEY_ID": "soak", "AWS_SECRET_ACCESS_KEY": "soak", "AWS_EC2_METADATA_DISABLED": "true",
        "ROLLBOOK_STATE": str(folder / "state"),
    }
    command = [options.binary, "logs", "--follow", "--group", GROUP, "--since", "2026-07-01T08:00:00Z"]
    command += ["--overlap", f"{options.overlap}s"]
    with open(folder / "followed", "wb") as out, open(folder / "follow.stderr", "wb") as errors:
        return subprocess.Popen(command, stdout=out, stderr=errors, env=environment, cwd=folder)


def soak(options, folder):
    server = Server(options.binary, folder)
    server.start()
    server.must("CreateLogGroup", logGroupName=GROUP)
    for number in range(options.streams):
        server.must("CreateLogStream", logGroupName=GROUP, logStreamName=f"ecs/web/{number:032x}")
    follower = follow(options, server, folder)
    try:
        return watch(options, server, follower, folder)
    finally:
        follower.kill()
        server.process.kill()


def watch(options, server, follower, folder):
    share = -(-options.lines // options.writers)
    shares = [range(start, min(start + share, options.lines)) for start in range(0, options.lines, share)]
    writers = [Writer(number, server, numbers, options) for number, numbers in enumerate(shares)]
    stop = threading.Event()
    threading.Thread(target=pester, args=(server, stop), daemon=True).start()
    began = time.monotonic()
    [writer.start() for writer in writers]
    seconds = options.lines / options.rate
    kills = [began + seconds * (number + 1) / (options.restarts + 1) for number in range(options.restarts)]
    samples, down = [], []
    while any(writer.is_alive() for writer in writers):
        time.sleep(0.25)
        samples.append(memory(follower))
        if kills and time.monotonic() >= kills[0]:
            kills.pop(0)
            server.kill()
            down.append(round(server.start(), 2))
    wrote = time.monotonic() - began
    stop.set()
    truth = the_log(server)
    while sum(followed(folder / "followed").values()) < sum(truth.values()) and time.monotonic() < began + wrote + 120:
        time.sleep(1)
        samples.append(memory(follower))
    # Whatever it would show twice, it shows within another reading or two.
    for _ in range(20):
        time.sleep(0.5)
        samples.append(memory(follower))
    follower.send_signal(signal.SIGINT)
    code = follower.wait(60)
    shown = followed(folder / "followed")
    said = (folder / "follow.stderr").read_text()
    third = max(1, len(samples) // 3)
    return {
        "lines": sum(truth.values()), "streams": options.streams, "seconds": round(wrote, 1),
        "latest_line_seconds": round(max(writer.latest for writer in writers), 1),
        "batches_put_again": sum(writer.put_again for writer in writers), "restart_seconds": down,
        "followed": sum(shown.values()), "lost": sum((truth - shown).values()), "repeated": sum((shown - truth).values()),
        "throttled": said.count("ThrottlingException"), "warnings": said.count("warning:"),
        "memory_kb": {"first_third_most": max(samples[:third]), "second_third_most": max(samples[third:2 * third]),
                      "last_third_most": max(samples[2 * third:]), "at_the_end": samples[-1]},
        "journal_bytes": sum(file.stat().st_size for file in (folder / "state").rglob("*") if file.is_file()),
        "exit_code": code,
    }


def pester(server, stop):
    """Somebody else who searches, so that the account's five a second do not suffice."""
    while not stop.is_set():
        server.ask("FilterLogEvents", logGroupName=GROUP, limit=1)
        time.sleep(0.12)


if __name__ == "__main__":
    main()
