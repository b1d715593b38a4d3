"""Starts a program on a pseudo-terminal, again and again: milliseconds from
its start until a prompt stands there, a line each.

usage: start.py TIMES PROGRAM ARGUMENT…
"""

import os
import pty
import sys
import time


def once(program):
    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(program[0], program)
    written = b""
    while "❯".encode() not in written:
        written += os.read(terminal, 65536)
    took = time.perf_counter() - began
    os.write(terminal, b"\x04")
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass
    os.waitpid(child, 0)
    return took


for _ in range(int(sys.argv[1])):
    print(once(sys.argv[2:]) * 1000)
