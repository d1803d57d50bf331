# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
"""Counts the lines of a log whose name is listed or stands below a listed one: set_of_names.py NAMES LOG.

Correct in letter case, final dots and sub-domains; without windows.
"""

import sys


def main():
    with open(sys.argv[1]) as names:
        listed = {name.rstrip("\n") for name in names}
    found = 0
    with open(sys.argv[2]) as log:
        for line in log:
            name = line.split(" ", 3)[2].lower().rstrip(".")
            while True:
                if name in listed:
                    found += 1
                    break
                dot = name.find(".")
                if dot < 0:
                    break
                name = name[dot + 1 :]
    print(found)


main()
