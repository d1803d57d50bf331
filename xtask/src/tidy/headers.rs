// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The copyright line with which every source file begins.

use crate::problem::Problem;
use crate::tree::{SourceFile, Tree};

/// The line, without its comment signs.
const LINE: &str = "Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.";

/// Reports source files that do not begin with the line; a script may have its `#!` line first.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.files.iter().filter_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Option<Problem> {
    let mut lines = file.text.lines();
    let mut first = lines.next().unwrap_or_default();
    let mut number = 1;
    let script = first.starts_with("#!") && !first.starts_with("#![");
    if script {
        first = lines.next().unwrap_or_default();
        number = 2;
    }
    let forms = comment_forms(file, script);
    let expected = forms.first()?;
    if forms.iter().any(|(open, close)| is_line(first, open, close)) {
        return None;
    }
    let message = format!("expected the line '{}{LINE}{}' here", expected.0, expected.1);
    Some(Problem::new(&file.path, number, message))
}

/// Returns the ways to write a comment in this file, the usual one first; none for files that need no header.
fn comment_forms(file: &SourceFile, script: bool) -> &'static [(&'static str, &'static str)] {
    // Templates are comments of the template language, so that the line is not sent with every page.
    const TEMPLATE: &[(&str, &str)] = &[("{# ", " #}"), ("{#- ", " -#}"), ("{#- ", " #}"), ("{# ", " -#}")];
    const HASH: &[(&str, &str)] = &[("# ", "")];
    const SLASHES: &[(&str, &str)] = &[("// ", "")];
    const BLOCK: &[(&str, &str)] = &[("/* ", " */")];
    const DASHES: &[(&str, &str)] = &[("-- ", "")];
    if file.path.contains("/templates/") {
        return TEMPLATE;
    }
    match file.extension() {
        Some("rs" | "js" | "mjs" | "c" | "h") => SLASHES,
        Some("toml" | "sh" | "py") => HASH,
        Some("css") => BLOCK,
        Some("html") => TEMPLATE,
        Some("sql") => DASHES,
        _ if script => HASH,
        _ => &[],
    }
}

fn is_line(line: &str, open: &str, close: &str) -> bool {
    line.trim_end().strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) == Some(LINE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str) -> Option<String> {
        check_file(&SourceFile { path: path.to_owned(), text: text.to_owned() }).map(|problem| problem.to_string())
    }

    #[test]
    fn accepts_the_line_in_each_language() {
        for (path, open, close) in [
            ("crates/a/src/lib.rs", "// ", ""),
            ("Cargo.toml", "# ", ""),
            ("crates/h/assets/style.css", "/* ", " */"),
            ("crates/h/assets/map.js", "// ", ""),
            ("crates/h/templates/case.html", "{# ", " #}"),
            ("crates/h/templates/base.html", "{#- ", " -#}"),
            ("crates/h/templates/brief.txt", "{# ", " #}"),
            ("crates/s/migrations/0001.sql", "-- ", ""),
        ] {
            assert_eq!(check(path, &format!("{open}{LINE}{close}\nrest")), None, "{path}");
            assert!(check(path, "rest\n").is_some(), "{path}");
            assert!(check(path, "").is_some(), "{path} when empty");
        }
    }

    #[test]
    fn names_the_line_after_the_interpreter() {
        let found = check(".ci/run", "#!/usr/bin/env bash\nset -e\n").unwrap();
        assert!(found.starts_with(".ci/run:2: "), "{found}");
        assert_eq!(check(".ci/run", &format!("#!/usr/bin/env bash\n# {LINE}\n")), None);
    }

    #[test]
    fn an_inner_attribute_is_no_interpreter() {
        let found = check("a.rs", &format!("#![no_std]\n// {LINE}\n")).unwrap();
        assert!(found.starts_with("a.rs:1: "), "{found}");
    }

    #[test]
    fn refuses_an_altered_line() {
        assert!(
            check("a.rs", "// Copyright 2026 the Forestall authors. Licensed under MIT OR Apache-2.0.\n").is_some()
        );
    }

    #[test]
    fn leaves_prose_and_data_alone() {
        assert_eq!(check("README.md", "# Forestall\n"), None);
        assert_eq!(check("data/names.csv", "name\n"), None);
    }
}
