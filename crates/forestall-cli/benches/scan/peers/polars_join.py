# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
"""Counts the lines of a log whose name is listed: polars_join.py NAMES LOG.

In any letter case, with or without a final dot; names below a listed one are not found, since a join compares whole names.
"""

import sys

import polars


def main():
    names = polars.scan_csv(sys.argv[1], has_header=False, new_columns=["name"])
    columns = ["time", "client", "name", "type", "code"]
    log = polars.scan_csv(sys.argv[2], separator=" ", has_header=False, new_columns=columns, infer_schema=False)
    asked = log.select(polars.col("name").str.to_lowercase().str.strip_chars_end("."))
    found = asked.join(names, on="name", how="semi").select(polars.len())
    print(found.collect(engine="streaming").item())


main()
