"""How much work the simulator has with 1, 10, 100 and 1,000 services that
deploy together, in instructions: the same on every machine, whatever its
caches. Needs valgrind; takes about three minutes after the build.

usage: python3 benches/simulator/instructions.py
"""

import json
import re
import subprocess
import sys

SIZES = [1, 10, 100, 1000]


def program():
    build = ["cargo", "bench", "--no-run", "--bench", "simulator", "--message-format", "json"]
    lines = subprocess.run(build, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    built = [json.loads(line) for line in lines]
    return next(one["executable"] for one in built if one.get("executable") and one["target"]["name"] == "simulator")


def instructions(program, size, times):
    count = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "deploys", str(size), str(times)]
    said = subprocess.run(count, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    return int(re.search(r"Collected : (\d+)", said).group(1))


def deploys(program, size):
    """Of one round of deploys: what setting the world up takes is in both."""
    return instructions(program, size, 2) - instructions(program, size, 1)


def main():
    bench = program()
    print("services     instructions      of one")
    first = None
    for size in SIZES:
        whole = deploys(bench, size)
        one = whole / size
        first = first or one
        print(f"{size:>8}   {whole:>14,}   {one:>9,.0f}   {one / first:.2f} times that of one alone", flush=True)


if __name__ == "__main__":
    sys.exit(main())
