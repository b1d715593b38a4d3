"""A program on a pseudo-terminal: what it writes goes to standard output, and
standard input says, a line of JSON each, what is typed, how large the terminal
is now, and which signal comes. Its exit code is the program's, or 97 where that
leaves the terminal in another state than it was found in.

usage: drive.py ROWS COLUMNS PROGRAM ARGUMENT…
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def obey(terminal, child, order):
    if "keys" in order:
        os.write(terminal, order["keys"].encode())
    if "size" in order:
        resize(terminal, *order["size"])
        os.kill(child, signal.SIGWINCH)
    if "signal" in order:
        os.kill(child, order["signal"])


def is_as_found(terminal):
    """Whether what is typed next is shown and read by lines."""
    wanted = termios.ECHO | termios.ICANON
    return termios.tcgetattr(terminal)[3] & wanted == wanted


def main():
    rows, columns, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(program[0], program)
    resize(terminal, rows, columns)
    waiting, orders = [terminal, 0], b""
    while terminal in waiting:
        for ready in select.select(waiting, [], [])[0]:
            try:
                read = os.read(ready, 65536)
            except OSError:
                read = b""
            if not read:
                waiting.remove(ready)
            elif ready == terminal:
                os.write(1, read)
            else:
                *lines, orders = (orders + read).split(b"\n")
                for line in lines:
                    obey(terminal, child, json.loads(line))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.exit(code if is_as_found(terminal) else 97)


main()
