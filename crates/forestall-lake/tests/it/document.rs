// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The documentation shows the tables as they are.

use forestall_lake::schema::TABLES;

#[test]
fn the_document_has_every_column_with_its_type_in_order() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/lake.md")).unwrap();
    for table in TABLES {
        let heading = format!("### `{}`", table.name);
        let (_, part) = document.split_once(&heading).unwrap_or_else(|| panic!("no {heading}"));
        let part = part.split("\n#").next().unwrap();
        let rows: Vec<&str> = part.lines().filter(|line| line.starts_with("| `")).collect();
        let expected: Vec<String> = table
            .columns
            .iter()
            .map(|column| {
                let optional = if column.optional { ", or none" } else { "" };
                format!("| `{}` | {}{optional} |", column.name, column.kind.word())
            })
            .collect();
        for (row, expected) in rows.iter().zip(&expected) {
            assert!(row.starts_with(expected.as_str()), "{}: {row}; expected {expected}", table.name);
            assert!(row.len() > expected.len() + 8, "{row} says nothing");
        }
        assert_eq!(rows.len(), expected.len(), "{}", table.name);
    }
}
