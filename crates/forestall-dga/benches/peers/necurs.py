# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
"""Necurs, a mixing function of 64 bits: as its description reads, in plain Python."""

from datetime import datetime, timezone

MASK = 0xFFFFFFFFFFFFFFFF
SUFFIXES = (
    "tj in jp tw ac cm la mn so sh sc nu nf mu ms mx ki im cx cc tv bz me eu de ru co su pw kz sx us ug ir to ga com net "
    "org biz xxx pro bit"
).split()


def mix(start):
    value = start
    for turn in range((start & 127) + 21):
        turned = ((value * 7) & MASK) ^ ((value << 15) & MASK)
        value = (value + turned + 8 * turn - (value >> 5)) & MASK
    return value


def names(seconds, count):
    day = datetime.fromtimestamp(seconds, timezone.utc)
    out = []
    for index in range(count):
        n = mix(day.year)
        n = mix((n + day.month + 43690) & MASK)
        n = mix((n + day.day // 4) & MASK)
        n = mix((n + index) & MASK)
        n = mix((n + 9) & MASK)
        label = ""
        for place in range(n % 15 + 7):
            n = mix((n + place) & MASK)
            label += chr(ord("a") + n % 25)
            n = mix((n + 0xABBEDF) & MASK)
        out.append(label + "." + SUFFIXES[n % 43])
    return out
