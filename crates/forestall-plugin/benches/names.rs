// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.
fn main() {}
