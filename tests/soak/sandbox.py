#!/usr/bin/env python3
"""Clients against a sandbox that is killed again and again: nothing it acknowledged may be lost.

    cargo build
    target/tmp/python/bin/python tests/soak/sandbox.py [--seconds 30] [--clients 50] [--binary target/debug/rollbook]

Starts `rollbook sandbox --state` in a folder of its own. Each client registers task definitions, puts versions of
the guide's secrets, updates services, and reads, over plain HTTP. Every few seconds the server is killed (-9, and
every third time TERM) and started again. A write counts as acknowledged when its whole answer came back with 200.
At the end every acknowledged revision must be describable with its own image, every acknowledged secret version
must be listed and hold its own text, and the last acknowledged update of each service must be visible.

It prints its figures as one JSON document and exits with 1 if a single write was lost. Everything but the
interpreter's own library is left out: `python3` does as well.
"""

import argparse
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

CLUSTER = "nest-wallet-cluster"
SERVICES = ["nest-wallet-service", "nest-wallet-service-dev"]
SECRETS = ["nest-wallet-prod-secrets", "nest-wallet-dev-secrets"]
TARGETS = {"ecs": "AmazonEC2ContainerServiceV20141113", "secrets": "secretsmanager"}


class Server:
    """The process, and the port it has now."""

    def __init__(self, binary, folder, speed):
        self.command = [binary, "sandbox", "--port", "0", "--speed", str(speed), "--state", str(folder / "world.json")]
        self.errors = open(folder / "stderr", "wb")
        self.port, self.starts, self.start_seconds = None, 0, 0.0

    def start(self):
        began = time.monotonic()
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.errors)
        line = self.process.stdout.readline().decode()
        if "listening on" not in line:
            raise SystemExit(f"the sandbox did not start again: {Path(self.errors.name).read_text()}")
        self.port = int(line.rsplit(":", 1)[1])
        self.starts += 1
        self.start_seconds = max(self.start_seconds, time.monotonic() - began)

    def end(self, how):
        self.port = None
        self.process.send_signal(how)
        code = self.process.wait(30)
        self.process.stdout.close()
        if how == signal.SIGTERM and code != 0:
            raise SystemExit(f"TERM ended it with {code}")


class Connection:
    """One kept connection, made again when the server went away."""

    def __init__(self, server):
        self.server, self.connection = server, None

    def ask(self, api, operation, /, **request):
        """The answer, an error's code, or None if there was no whole answer."""
        try:
            if self.connection is None:
                if self.server.port is None:
                    time.sleep(0.02)
                    return None, None
                self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
            headers = {"X-Amz-Target": f"{TARGETS[api]}.{operation}", "Content-Type": "application/x-amz-json-1.1"}
            self.connection.request("POST", "/", json.dumps(request), headers)
            answer = self.connection.getresponse()
            document = json.loads(answer.read())
            return (document, None) if answer.status == 200 else (None, document["__type"])
        except (OSError, http.client.HTTPException, ValueError):
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            return None, None


class Client(threading.Thread):
    def __init__(self, number, server, stop):
        super().__init__(daemon=True)
        self.number, self.stop, self.connection = number, stop, Connection(server)
        self.dice = random.Random(number)
        self.revisions, self.versions, self.updates = {}, {}, []
        self.reads = self.down = 0
        self.refused = {}

    def run(self):
        deeds = [self.register, self.register, self.put, self.put, self.update, self.read, self.read, self.read]
        while not self.stop.is_set():
            self.dice.choice(deeds)()

    def ask(self, api, operation, /, **request):
        answer, code = self.connection.ask(api, operation, **request)
        if code:
            self.refused[code] = self.refused.get(code, 0) + 1
        elif answer is None:
            self.down += 1
        return answer

    def register(self):
        image = f"nginx:{self.number}-{self.dice.getrandbits(64):x}"
        container = {"name": "c", "image": image, "essential": True}
        answer = self.ask(
            "ecs", "RegisterTaskDefinition", family=f"soak-{self.number % 10}", networkMode="awsvpc", cpu="256", memory="512",
            requiresCompatibilities=["FARGATE"], executionRoleArn="arn:aws:iam::123456789012:role/soak",
            containerDefinitions=[container])
        if answer:
            self.revisions[answer["taskDefinition"]["taskDefinitionArn"]] = image

    def put(self):
        text, secret = f"{self.dice.getrandbits(64):x}", self.number % 2
        answer = self.ask("secrets", "PutSecretValue", SecretId=SECRETS[secret], SecretString=text)
        if answer:
            self.versions[answer["VersionId"]] = (SECRETS[secret], text)

    def update(self):
        """Each service has one client that updates it, so that the last update is known."""
        if self.number >= len(SERVICES):
            return self.read()
        count = self.dice.randint(1, 4)
        self.updates.append((count, False))
        answer = self.ask("ecs", "UpdateService", cluster=CLUSTER, service=SERVICES[self.number], desiredCount=count)
        if answer:
            self.updates[-1] = (count, True)

    def read(self):
        self.reads += self.ask("ecs", "DescribeServices", cluster=CLUSTER, services=SERVICES) is not None


def check(server, clients):
    """What was acknowledged and is not there."""
    connection, lost = Connection(server), []

    def ask(api, operation, /, **request):
        return connection.ask(api, operation, **request)[0] or {}

    for arn, image in ((arn, image) for client in clients for arn, image in client.revisions.items()):
        found = ask("ecs", "DescribeTaskDefinition", taskDefinition=arn).get("taskDefinition", {})
        if [container["image"] for container in found.get("containerDefinitions", [])] != [image]:
            lost.append(f"{arn} with {image}")
    listed = {secret: versions(ask, secret) for secret in SECRETS}
    for version, (secret, text) in ((version, put) for client in clients for version, put in client.versions.items()):
        if version not in listed[secret]:
            lost.append(f"version {version} of {secret}")
        elif ask("secrets", "GetSecretValue", SecretId=secret, VersionId=version).get("SecretString") != text:
            lost.append(f"the text of version {version} of {secret}")
    services = ask("ecs", "DescribeServices", cluster=CLUSTER, services=SERVICES)["services"]
    desired = {service["serviceName"]: service["desiredCount"] for service in services}
    for client, name in zip(clients, SERVICES):
        # What came after the last acknowledged update may have happened or not.
        acknowledged = [place for place, (_, answered) in enumerate(client.updates) if answered]
        possible = [count for count, _ in client.updates[acknowledged[-1]:]] if acknowledged else []
        if possible and desired[name] not in possible:
            lost.append(f"the last update of {name}: {desired[name]} tasks, not one of {possible}")
    return lost


def versions(ask, secret):
    found, token = set(), {}
    while True:
        answer = ask("secrets", "ListSecretVersionIds", SecretId=secret, IncludeDeprecated=True, **token)
        found |= {version["VersionId"] for version in answer.get("Versions", [])}
        if "NextToken" not in answer:
            return found
        token = {"NextToken": answer["NextToken"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--binary", default=str(Path(__file__).resolve().parents[2] / "target/debug/rollbook"))
    options = parser.parse_args()
    dice, stop = random.Random(1), threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(options.binary, Path(folder), options.speed)
        server.start()
        clients = [Client(number, server, stop) for number in range(options.clients)]
        [client.start() for client in clients]
        began, ends = time.monotonic(), {"KILL": 0, "TERM": 0}
        try:
            while (left := began + options.seconds - time.monotonic()) > 0:
                time.sleep(min(left, dice.uniform(1, 4)))
                name = "TERM" if sum(ends.values()) % 3 == 2 else "KILL"
                server.end(getattr(signal, f"SIG{name}"))
                ends[name] += 1
                server.start()
            seconds = time.monotonic() - began
            stop.set()
            [client.join(30) for client in clients]
            # Once more, so that what is checked comes from the files.
            server.end(signal.SIGKILL)
            server.start()
            lost = check(server, clients)
            log_bytes = sum(file.stat().st_size for file in Path(folder).iterdir())
        finally:
            server.process.kill()
    refused = {}
    for code, times in (pair for client in clients for pair in client.refused.items()):
        refused[code] = refused.get(code, 0) + times
    acknowledged = {
        "revisions": sum(len(client.revisions) for client in clients),
        "secret_versions": sum(len(client.versions) for client in clients),
        "updates": sum(answered for client in clients for _, answered in client.updates),
    }
    figures = {
        "seconds": round(seconds, 1), "clients": options.clients, "acknowledged": acknowledged,
        "writes_per_second": round(sum(acknowledged.values()) / seconds), "reads": sum(client.reads for client in clients),
        "refused": refused, "no_answer": sum(client.down for client in clients), "ended": ends,
        "slowest_start_seconds": round(server.start_seconds, 2), "state_bytes": log_bytes, "lost": len(lost),
    }
    print(json.dumps(figures, indent=2))
    print("\n".join(lost[:20]), file=sys.stderr)
    sys.exit(bool(lost))


if __name__ == "__main__":
    main()
