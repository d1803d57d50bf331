# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
"""Vidro, a linear congruential generator: as its description reads, in plain Python."""

SUFFIXES = ["dyndns.org", "com", "net"]


def names(seconds, count):
    week = (seconds - 0x4BEFB280) // 604800
    seed = ((week + 1005) * 123456) & 0xFFFFFFFF
    out = []
    for index in range(count):
        state = (seed + index % 100) & 0xFFFFFFFF
        state = (state * 1103515245 + 12345) & 0xFFFFFFFF
        label = ""
        for _ in range(7 + (state >> 10) % 6):
            state = (state * 1103515245 + 12345) & 0xFFFFFFFF
            label += chr(ord("a") + (state >> 10) % 26)
        out.append(label + "." + SUFFIXES[index % 3])
    return out
