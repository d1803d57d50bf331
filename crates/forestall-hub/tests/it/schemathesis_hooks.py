# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
"""Tells schemathesis how bodies are written that are not JSON."""

import schemathesis


@schemathesis.serializer("application/jsonl", "text/dns")
def as_text(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
