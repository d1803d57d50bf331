# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

"""Reads a lake with Spark in local mode, and prints counts by table, day and family, as `forestall lake check` and DuckDB count them.

    python3 -m venv spark && spark/bin/pip install pyspark
    spark/bin/python crates/forestall-lake/tests/spark.py /srv/lake

Needs a Java run-time (Debian: openjdk-17-jre-headless). A test does not: it is 200 MB and more.
"""

import os
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

lake = sys.argv[1]
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
for table in ("dns_hits", "contact_hits"):
    rows = spark.read.parquet(os.path.join(lake, table))
    for row in rows.groupBy("day", "family").count().orderBy("day", "family").collect():
        print(table, row["day"], row["family"], row["count"], sep="\t")
    # Every column is decoded: a value that cannot be read would end the program.
    decoded = rows.select([f.count(column).alias(column) for column in rows.columns]).collect()[0]
    print(table, "columns", len(rows.columns), "values", sum(decoded), sep="\t")
address = ", ".join(f"shiftright(source_v4, {shift}) & 255" for shift in (24, 16, 8, 0))
contacts = spark.read.parquet(os.path.join(lake, "contact_hits"))
first = contacts.where("source_v4 is not null").orderBy("time").selectExpr("time", f"concat_ws('.', {address}) address", "q", "asn")
for row in first.limit(1).collect():
    print("first", row["time"], row["address"], row["q"], row["asn"], sep="\t")
spark.stop()
