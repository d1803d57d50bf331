// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Pages of `docs/reference`, of which parts are made of what the programs say of themselves.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// The variable with which such a part is written instead of compared.
const WRITE: &str = "FORESTALL_WRITE_GOLDEN";

/// Compares what stands on a page between `<!-- PART: begin -->` and `<!-- PART: end -->` with what was made; with `FORESTALL_WRITE_GOLDEN` in the
/// environment it is written there instead.
///
/// # Panics
///
/// Where the two differ, with the first line that does; where the page or the marks are missing.
#[track_caller]
pub fn agrees(page: &str, part: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(page);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (begin, end) = (format!("<!-- {part}: begin -->\n"), format!("<!-- {part}: end -->"));
    let marks = || panic!("docs/reference/{page} has no marks {} and {end}", begin.trim_end());
    let (head, rest) = text.split_once(&begin).unwrap_or_else(marks);
    let (there, tail) = rest.split_once(&end).unwrap_or_else(marks);
    let made = format!("\n{}\n\n", made.trim_matches('\n'));
    if there == made {
        return;
    }
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, format!("{head}{begin}{made}{end}{tail}"))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        return;
    }
    let differs = there.lines().zip(made.lines()).find(|(there, made)| there != made);
    panic!(
        "docs/reference/{page}, part {part}: the program says otherwise; {WRITE}=1 writes it. The first line that differs, there and made: {differs:?}"
    );
}

/// Makes a table of the metrics in a text as Prometheus reads it: names, types and what they are, in order.
#[must_use]
pub fn metrics_table(text: &str) -> String {
    let mut table = String::from("| metric | type | what |\n|---|---|---|\n");
    let mut help = ("", "");
    for line in text.lines() {
        if let Some((name, what)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            help = (name, what);
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            let what = if help.0 == name { help.1 } else { "" };
            let _ = writeln!(table, "| `{name}` | {kind} | {} |", what.replace('|', "\\|"));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::metrics_table;

    #[test]
    fn a_table_has_a_row_a_metric() {
        let text = "# HELP a_total What a|b is.\n# TYPE a_total counter\na_total{x=\"1\"} 2\n# HELP b Other.\n# TYPE b gauge\nb 1\n";
        let table = "| metric | type | what |\n|---|---|---|\n| `a_total` | counter | What a\\|b is. |\n| `b` | gauge | Other. |\n";
        assert_eq!(metrics_table(text), table);
    }
}
