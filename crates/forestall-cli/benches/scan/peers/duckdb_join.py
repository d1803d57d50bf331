# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
"""Counts the lines of a log whose name is listed: duckdb_join.py NAMES LOG.

In any letter case, with or without a final dot; names below a listed one are not found, since a join compares whole names.
"""

import sys

import duckdb


def main():
    print(
        duckdb.execute(
            """
            SELECT count(*)
            FROM read_csv(?, delim=' ', header=false,
                          columns={'time': 'VARCHAR', 'client': 'VARCHAR', 'name': 'VARCHAR', 'type': 'VARCHAR', 'code': 'VARCHAR'})
            WHERE rtrim(lower(name), '.') IN
                (SELECT name FROM read_csv(?, header=false, delim=' ', columns={'name': 'VARCHAR'}))
            """,
            [sys.argv[2], sys.argv[1]],
        ).fetchone()[0]
    )


main()
