# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
"""Measures one port: measure.py FAMILY SECONDS COUNT.

Prints names per second of user CPU time, the best of three runs of a second after a warm-up, and the SHA-256 of the list, each name
followed by a line feed.
"""

import hashlib
import importlib
import os
import sys


def main():
    family, seconds, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    names = importlib.import_module(family).names
    text = "".join(name + "\n" for name in names(seconds, count))
    best = 0.0
    for turn in range(4):
        start, made = os.times().user, 0
        while os.times().user - start < 1.0:
            made += len(names(seconds, count))
        speed = made / (os.times().user - start)
        # The first turn warms a compiler up.
        best = max(best, speed) if turn else 0.0
    print(best, hashlib.sha256(text.encode()).hexdigest())


main()
