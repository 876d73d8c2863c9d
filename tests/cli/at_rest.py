# SPDX-License-Identifier: MIT
"""Looks for what must not be readable.

    at_rest.py files DIR WORD...      in every file below DIR, and in the names of files: WORD whole and in pieces of
                                      eight bytes, as UTF-8 and UTF-16
    at_rest.py memory PID FILE...     in the memory of a process: what each FILE holds

Prints a line for each find; exit status 1: there was one."""
import os
import pathlib
import stat
import sys

PIECE = 8


def pieces(word):
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        data = word.encode(encoding)
        size = PIECE if encoding == "utf-8" else 2 * PIECE
        for at in range(max(1, len(data) - size + 1)):
            yield encoding, data[at : at + size]


def files(directory, words):
    found = False
    for path in sorted(pathlib.Path(directory).rglob("*")):
        content = os.fsencode(path.name)
        if stat.S_ISREG(path.lstat().st_mode):
            content += b"\0" + path.read_bytes()
        for word in words:
            for encoding, piece in pieces(word):
                if piece in content:
                    print(f"{path}: {piece!r} of {word!r} ({encoding})")
                    found = True
                    break
    return found


def memory(pid, secrets):
    found = False
    wanted = {name: pathlib.Path(name).read_bytes().rstrip(b"\n") for name in secrets}
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for line in maps:
            where, rights = line.split()[:2]
            first, last = (int(end, 16) for end in where.split("-"))
            if "r" not in rights or "w" not in rights or last - first > 1 << 30:
                continue
            try:
                mem.seek(first)
                content = mem.read(last - first)
            except OSError:
                continue
            for name, secret in wanted.items():
                at = content.find(secret)
                if at >= 0:
                    print(f"{line.strip()} +{at:#x}: {name}")
                    found = True
    return found


def main():
    what, where, *words = sys.argv[1:]
    look = {"files": files, "memory": memory}[what]
    return 1 if look(where, words) else 0


sys.exit(main())
