// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbered lists as CSV, workbook and page: what another reader finds there, what comes back, and workbooks that mean harm.

use std::io::{Cursor, Write as _};

use calamine::{Data, Reader as _, Xlsx};
use forestall_formats::answers;
use forestall_formats::numbered::{self, Change};
use forestall_formats::received::{self, Stated};
use forestall_formats::sheets::{MAX_UNPACKED, SheetError};
use forestall_formats::wording::Language;
use forestall_formats::{printable, workbook};
use forestall_model::AnswerResult;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use zip::write::SimpleFileOptions;

use crate::papers::{at, csv, heading, line, lines, list_id, released};

fn workbook_of(lines: Vec<numbered::NumberedLine>) -> Vec<u8> {
    let mut out = Vec::new();
    workbook::write(&released(lines), &heading(), Language::best("en"), &mut out).unwrap();
    out
}

/// Makes a workbook of one sheet.
fn made(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

/// Writes texts into the rows of a sheet from the first on.
fn rows(sheet: &mut Worksheet, rows: &[&[&str]]) {
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            sheet.write_string(row, column, *cell).unwrap();
        }
    }
}

#[test]
fn the_numbered_list() {
    insta::assert_snapshot!("numbered", String::from_utf8(csv(&released(lines()))).unwrap());
}

#[test]
fn the_page_to_print() {
    let mut out = Vec::new();
    assert_eq!(printable::write(&released(lines()), &heading(), Language::best("en"), &mut out).unwrap(), 6);
    insta::assert_snapshot!("printed", String::from_utf8(out).unwrap());
    let mut empty = Vec::new();
    assert_eq!(printable::write(&released(Vec::new()), &heading(), Language::best("de"), &mut empty).unwrap(), 0);
    assert!(String::from_utf8(empty).unwrap().contains("Die Liste enthält keinen Namen."));
}

#[test]
fn calamine_finds_a_sheet_a_week_and_text_alone() {
    let octets = workbook_of(lines());
    let mut read: Xlsx<_> = Xlsx::new(Cursor::new(octets.as_slice())).unwrap();
    assert_eq!(
        read.sheet_names(),
        ["At all times", "2009-W09", "2009-W14", "2009-W15", "About this list"],
        "2009-04-05 is a Sunday"
    );
    let sheet = read.worksheet_range("2009-W15").unwrap();
    let header: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(header, workbook::COLUMNS);
    assert_eq!(sheet.height(), 3);
    for row in sheet.rows() {
        assert!(row.iter().all(|cell| matches!(cell, Data::String(_) | Data::Empty)), "{row:?}");
    }
    assert_eq!(sheet.get_value((2, 0)), Some(&Data::String("xn--bcher-kva.be".to_owned())));
    assert_eq!(sheet.get_value((2, 1)), Some(&Data::String("bücher.be".to_owned())));
    for name in read.sheet_names() {
        assert!(read.worksheet_formula(&name).unwrap().is_empty(), "no formula in {name}");
    }
    let about = read.worksheet_range("About this list").unwrap();
    assert!(about.rows().any(|row| row[1] == Data::String(heading().digest.to_string())));
}

#[test]
fn the_same_list_gives_the_same_octets() {
    assert_eq!(workbook_of(lines()), workbook_of(lines()));
    let mut empty: Xlsx<_> = Xlsx::new(Cursor::new(workbook_of(Vec::new()))).unwrap();
    assert_eq!(empty.worksheet_range_at(0).unwrap().unwrap().height(), 1, "an empty list has its header");
}

#[test]
fn a_list_that_is_too_long_is_told_so() {
    let many = vec![line("abcd.be", "2009-04-05", 0, Change::Added); workbook::MAX_LINES + 1];
    let error = workbook::write(&released(many), &heading(), Language::best("en"), &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("send it as CSV"), "{error}");
}

#[test]
fn csv_and_workbook_come_back_alike() {
    let table = received::read(&csv(&released(lines()))).unwrap();
    assert_eq!(table.lists, [list_id()]);
    let expected: Vec<_> = lines().into_iter().map(|line| (line.line.name, line.change)).collect();
    let got: Vec<_> = table.lines.iter().map(|line| (line.name.clone(), line.change.unwrap())).collect();
    assert_eq!(got, expected);
    assert_eq!(
        table.lines[0].window,
        Some(Stated { from: Some(at("2009-04-05T00:00:00Z")), until: Some(at("2009-04-06T00:00:00Z")) })
    );
    assert_eq!(table.lines[4].window, Some(Stated { from: None, until: None }));
    assert_eq!(table.lines[0].id.as_ref().map(|id| id.place), Some(0));
    let mut book = received::read(&workbook_of(lines())).unwrap();
    assert_eq!(book.lines[0].sheet.as_deref(), Some("At all times"));
    let key = |line: &received::ReceivedLine| (line.name.clone(), line.window.and_then(|window| window.from));
    book.lines.sort_by_key(key);
    let mut table = table.lines;
    table.sort_by_key(key);
    for (left, right) in book.lines.iter().zip(&table) {
        assert_eq!(
            (&left.name, left.window, &left.id, left.change),
            (&right.name, right.window, &right.id, right.change)
        );
    }
    let plain = received::read(b"# mine\nabcd.be\nefgh.be\n").unwrap();
    assert_eq!(plain.lines.len(), 2);
    assert_eq!(plain.lines[0].window, None);
}

#[test]
fn a_workbook_that_was_filled_in_is_an_answer() {
    // As somebody fills it in: the sheet of one week, a date typed as a date, one row left open.
    let octets = made(|sheet| {
        sheet.set_name("2009-W14").unwrap();
        rows(
            sheet,
            &[
                &["Our notes"],
                &[],
                &["Ticket", "line_id", "RESULT ", "name", "done_at", "comment"],
                &["17", "conficker-c/1238889600/be/0", "Done", "abcd.be", "", "by hand"],
                &["18", "conficker-c/1238889600/be/1", "", "efgh.be"],
                &["19", "", "refused", "ijkl.be", "", "no\nground"],
            ],
        );
        let date = Format::new().set_num_format("yyyy-mm-dd");
        let day = ExcelDateTime::from_ymd(2009, 4, 2).unwrap();
        sheet.write_datetime_with_format(3, 4, &day, &date).unwrap();
        let instant = day.and_hms(10, 30, 0).unwrap();
        sheet.write_datetime_with_format(5, 4, &instant, &date).unwrap();
    });
    let read = answers::read_workbook(&octets).unwrap();
    assert_eq!((read.unanswered, read.sheets.as_slice()), (1, ["2009-W14".to_owned()].as_slice()));
    let got: Vec<_> =
        read.lines.iter().map(|line| (line.line, line.result, line.done_at, line.comment.as_str())).collect();
    assert_eq!(
        got,
        [
            (4, AnswerResult::Done, Some(at("2009-04-02T00:00:00Z")), "by hand"),
            (6, AnswerResult::Refused, Some(at("2009-04-02T10:30:00Z")), "no ground"),
        ]
    );
}

#[test]
fn our_own_workbook_goes_out_unanswered() {
    let read = answers::read_workbook(&workbook_of(lines())).unwrap();
    assert_eq!((read.lines.len(), read.unanswered, read.sheets.len()), (0, 6, 4));
}

#[test]
fn faults_name_sheet_row_and_column() {
    let check = |cells: &[&[&str]], message: &str| {
        let error = answers::read_workbook(&made(|sheet| rows(sheet, cells))).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    };
    check(
        &[&["name", "result"], &["abcd.be", "ok"]],
        "sheet \"Sheet1\": line 2, column 2 (result): \"ok\" is not a result",
    );
    check(&[&["name", "result"], &["a\u{1}b.be", "done"]], "is not a domain name");
    check(&[&["name", "result"], &["", "done"]], "expected a line_id or a name");
    check(&[&["name", "result", "result"], &["a.be", "done", "done"]], "the column stands twice in the header");
    check(&[&["name", "status"], &["a.be", "done"]], "no sheet of the workbook has a header with the columns result");
    check(&[&["name", "result"], &["a.be", "done"], &["a.be", "done"]], "stands in line 2 already");
    check(&[&["name", "result"], &["a.be", &"x".repeat(5_000)]], "longer than 4096");
    let mut twice = Workbook::new();
    for name in ["one", "two"] {
        let sheet = twice.add_worksheet();
        sheet.set_name(name).unwrap();
        rows(sheet, &[&["name", "result"], &["a.be", "done"]]);
    }
    let error = answers::read_workbook(&twice.save_to_buffer().unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sheet \"two\", row 2: the name \"a.be\" stands in sheet \"one\" already; expected one row for each"
    );
}

#[test]
fn formulas_give_their_value_and_nothing_runs() {
    let octets = made(|sheet| {
        rows(sheet, &[&["name", "result", "comment"], &["a.be"]]);
        sheet.write_formula(1, 1, Formula::new("=LOWER(\"DONE\")").set_result("done")).unwrap();
        sheet.write_formula(1, 2, Formula::new("=WEBSERVICE(\"https://x.example\")").set_result("value")).unwrap();
    });
    let read = answers::read_workbook(&octets).unwrap();
    assert_eq!((read.lines[0].result, read.lines[0].comment.as_str()), (AnswerResult::Done, "value"));
}

#[test]
fn a_bomb_is_not_unpacked() {
    let mut bomb = zip::ZipWriter::new(Cursor::new(Vec::new()));
    bomb.start_file("xl/worksheets/sheet1.xml", SimpleFileOptions::default()).unwrap();
    let block = vec![b' '; 1 << 20];
    for _ in 0..=MAX_UNPACKED >> 20 {
        bomb.write_all(&block).unwrap();
    }
    let octets = bomb.finish().unwrap().into_inner();
    assert!(octets.len() < 1 << 20, "{} octets that unpack to more than a hundred times as much", octets.len());
    assert!(matches!(answers::read_workbook(&octets), Err(SheetError::UnpacksTooFar)));
    let mut parts = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for part in 0..1_001 {
        parts.start_file(format!("{part}"), SimpleFileOptions::default()).unwrap();
    }
    let octets = parts.finish().unwrap().into_inner();
    assert!(matches!(answers::read_workbook(&octets), Err(SheetError::TooManyParts { found: 1_001 })));
}

#[test]
fn a_far_away_cell_costs_nothing() {
    let octets = made(|sheet| {
        rows(sheet, &[&["name", "result"], &["a.be", "done"]]);
        sheet.write_string(1_048_575, 16_383, "far").unwrap();
        sheet.write_string(1_048_575, 1, "done").unwrap();
        sheet.write_string(1_048_575, 0, "b.be").unwrap();
    });
    let read = answers::read_workbook(&octets).unwrap();
    let got: Vec<u64> = read.lines.iter().map(|line| line.line).collect();
    assert_eq!(got, [2, 1_048_576]);
}

#[test]
fn a_damaged_workbook_is_refused() {
    let whole = workbook_of(lines());
    for cut in [4, 100, whole.len() / 2, whole.len() - 10] {
        assert!(matches!(answers::read_workbook(&whole[..cut]), Err(SheetError::Damaged(_))), "{cut}");
    }
    for at in (0..whole.len()).step_by(37) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        // Refused, or read: never a panic.
        let _ = answers::read_workbook(&changed);
        let _ = received::read(&changed);
    }
}
