# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
"""NewGOZ, an MD5 a name: as its description reads, in plain Python; the MD5 is that of the interpreter."""

import hashlib
import struct
from datetime import datetime, timezone

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number):
    digits = ""
    while True:
        digits = DIGITS[number % 36] + digits
        number //= 36
        if number == 0:
            return digits


def names(seconds, count):
    day = datetime.fromtimestamp(seconds, timezone.utc)
    seed = 0x35190501
    out = []
    for index in range(count):
        message = struct.pack("<IHIHIHI", index, day.year, seed, day.month, seed, day.day, seed)
        words = struct.unpack("<4I", hashlib.md5(message).digest())
        label = "".join(base36(word) for word in words)
        if index % 4 == 0:
            suffix = "com"
        elif index % 3 == 0:
            suffix = "org"
        elif index % 2 == 0:
            suffix = "biz"
        else:
            suffix = "net"
        out.append(label + "." + suffix)
    return out
