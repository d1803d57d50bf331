// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Examples of settings, of which some lines wait behind a mark of comment until somebody uses them.

/// Returns an example with all lines in use that wait: those that set a value or begin a table of several behind `# `. What is said in comments stays.
#[must_use]
pub fn in_use(example: &str) -> String {
    let line = |line: &str| match line.strip_prefix("# ") {
        Some(waits) if waits.contains(" = ") || waits.starts_with("[[") => format!("{waits}\n"),
        _ => format!("{line}\n"),
    };
    example.lines().map(line).collect()
}
