"""A process that has imported the bot, and forks itself into the commands that tests start.

Importing takes most of the CPU time of a short command. Each command is a process of its own all the same:
its folder, environment, output, signals and exit code are those of `python -m mjbot`.

The argument is the descriptor of a socket. Each message on it carries two descriptors: a connection, on which
the command arrives as a line of JSON and its process id and exit code go back, and the file for its output.
The server ends when the other end of the socket is closed.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys

from mjbot.__main__ import main

with contextlib.suppress(ImportError):
    importlib.import_module("uvloop")  # the command imports it when it runs


def serve(descriptor: int) -> None:
    """Return in each process that is to become a command, ready for it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the processes that report
    with socket.socket(fileno=descriptor) as requests:
        while True:
            _, descriptors, _, _ = socket.recv_fds(requests, 1, 2)
            if not descriptors:
                sys.exit()
            if os.fork() == 0:
                break
            for each in descriptors:
                os.close(each)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    become(*descriptors)


def become(connection: int, output: int) -> None:
    """Return in the process that runs the command; this one reports how it goes, and ends with it."""
    with socket.socket(fileno=connection) as client, client.makefile("r", encoding="utf-8") as lines:
        command = json.loads(lines.readline())
        pid = os.fork()
        if pid:
            client.sendall(b"%d\n" % pid)
            _, status = os.waitpid(pid, 0)
            with contextlib.suppress(OSError):  # the test may have ended
                client.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
            os._exit(0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["environment"])
    if (max_file := command["max_file"]) is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (max_file, max_file))
    sys.argv = ["mjbot", *command["arguments"]]


if __name__ == "__main__":
    gc.freeze()  # or each command would copy the pages of all modules when it collects and ends
    serve(int(sys.argv[1]))
    main(prog_name="mjbot")
