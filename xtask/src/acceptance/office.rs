// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! LibreOffice opens what registries receive: the workbook and the CSV have the same cells there, nothing is computed in them, and what a person saves
//! from it is read back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::process::{day, output};
use super::report::Report;
use super::{Ground, fresh};

/// Days of the case.
const DAYS: u32 = 20;
/// A title, and a name of a registry, that a spreadsheet would compute.
const FORMULA: &str = "=2+5";
/// What it would come to.
const COMPUTED: &str = "7";
/// All sheets of a workbook as CSV: separator, quotation mark, UTF-8, from the first line on, cells as they are shown, every sheet into a file of its
/// own (LibreOffice's "Filter Options for CSV").
const ALL_SHEETS: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1";

/// Makes the trial.
pub(super) fn run(ground: &Ground<'_>, report: &mut Report) -> anyhow::Result<()> {
    let office = Office { program: ground.program("soffice")?, home: ground.folder.join("home") };
    report.fact(output(Command::new(&office.program).arg("--version"), &[0])?.trim());
    let data = ground.folder.join("data");
    let forestall = |arguments: &[&str]| output(ground.programs.forestall(&data).args(arguments), &[0]);
    let registry =
        ["party", "add", "registry-com", "--kind", "registry", "--name", FORMULA, "--tld", "com", "--form", "xlsx"];
    forestall(&registry)?;
    let (from, until) = (day(0)?, day(DAYS)?);
    forestall(&[
        "case",
        "open",
        "office",
        "--title",
        FORMULA,
        "--campaign",
        "conficker-b",
        "--from",
        &from,
        "--until",
        &until,
    ])?;
    let settings = ground.folder.join("settings.toml");
    std::fs::write(&settings, settings_text(ground.root))?;
    let papers = ground.folder.join("papers");
    for tld in ["com", "net"] {
        let mut send = ground.programs.forestall(&data);
        send.args(["case", "send", "office", "--action", "monitor", "--tld", tld, "--config"]);
        output(send.arg(&settings).arg("--out").arg(papers.join(tld)), &[0])?;
    }
    workbook(ground, report, &office, &the_file(&papers.join("com"), "xlsx")?)?;
    list(ground, report, &office, &the_file(&papers.join("net"), "csv")?)?;
    for (what, arguments) in
        [("party list", &["party", "list", "--format", "csv"]), ("case list", &["case", "list", "--format", "csv"])]
    {
        let place = ground.folder.join(what.replace(' ', "-")).with_extension("csv");
        std::fs::write(&place, forestall(arguments)?)?;
        let cells = office.cells(&place, &ground.folder)?;
        report.hold(
            !cells.iter().flatten().any(|cell| cell == COMPUTED),
            &format!("`forestall {what} --format csv`: a text that begins with = is not computed"),
        );
    }
    Ok(())
}

/// The workbook of a registry: opened, printed, saved again, read back.
fn workbook(ground: &Ground<'_>, report: &mut Report, office: &Office, file: &Path) -> anyhow::Result<()> {
    let sheets = ground.folder.join("sheets");
    office.convert(file, ALL_SHEETS, &sheets)?;
    let mut names = BTreeSet::new();
    let mut count = 0;
    for sheet in files(&sheets)? {
        let rows = rows(&std::fs::read_to_string(&sheet)?);
        // A sheet that has no column of names holds the words about the list.
        let Some(column) = rows.first().and_then(|heads| heads.iter().position(|head| head == "name")) else {
            continue;
        };
        count += 1;
        names.extend(rows.iter().skip(1).filter_map(|row| row.get(column)).filter(|name| !name.is_empty()).cloned());
    }
    let said = verified(ground, file)?;
    let expected = published(ground, "com")?;
    report.fact(&format!("the workbook has {count} sheets of names, {} names", names.len()));
    report.hold(
        !expected.is_empty() && names == expected,
        "the names of the workbook in LibreOffice are those of the case",
    );
    report
        .hold(said.contains("All that was checked is right"), "`verify-list` finds the workbook right as it was sent");
    let saved = ground.folder.join("saved");
    for (form, extension) in [("xlsx:Calc MS Excel 2007 XML", "xlsx"), ("pdf", "pdf")] {
        office.convert(file, form, &saved)?;
        let size = the_file(&saved, extension)?.metadata()?.len();
        report.hold(size > 1_000, &format!("LibreOffice saves it as {extension}, {size} octets"));
    }
    let said = verified(ground, &the_file(&saved, "xlsx")?)?;
    report.hold(
        said.contains("All that was checked is right"),
        "`verify-list` reads back what LibreOffice saved, and finds it right",
    );
    Ok(())
}

/// The CSV of a registry: opened, and saved as CSV, each cell as it was.
fn list(ground: &Ground<'_>, report: &mut Report, office: &Office, file: &Path) -> anyhow::Result<()> {
    let ours = rows(&std::fs::read_to_string(file)?);
    let theirs = office.cells(file, &ground.folder)?;
    let differing: Vec<String> = ours
        .iter()
        .zip(&theirs)
        .flat_map(|(ours, theirs)| ours.iter().zip(theirs))
        .filter(|(ours, theirs)| ours != theirs)
        .map(|(ours, theirs)| format!("'{ours}' became '{theirs}'"))
        .take(3)
        .collect();
    let cells = ours.iter().map(Vec::len).sum::<usize>();
    report.hold(
        ours.len() == theirs.len() && cells == theirs.iter().map(Vec::len).sum::<usize>() && differing.is_empty(),
        &format!(
            "the {cells} cells of {} rows of the CSV are the same in LibreOffice {}",
            ours.len(),
            differing.join(", ")
        ),
    );
    Ok(())
}

/// Returns the names of a slice, as the case has them.
fn published(ground: &Ground<'_>, tld: &str) -> anyhow::Result<BTreeSet<String>> {
    let mut publish = ground.programs.forestall(&ground.folder.join("data"));
    let said = output(publish.args(["publish", "--case", "office", "--as", "plain", "--horizon", "--tld", tld]), &[0])?;
    Ok(said.lines().map(str::to_owned).collect())
}

fn verified(ground: &Ground<'_>, file: &Path) -> anyhow::Result<String> {
    output(ground.programs.forestall(&ground.folder.join("data")).arg("verify-list").arg(file), &[0, 1])
}

/// LibreOffice, with a profile of its own.
struct Office {
    program: PathBuf,
    home: PathBuf,
}

impl Office {
    /// Has it open a file and save it in another form into a folder.
    fn convert(&self, file: &Path, form: &str, folder: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut command = Command::new(&self.program);
        command.arg(format!("-env:UserInstallation=file://{}", self.home.display()));
        command.args(["--headless", "--norestore", "--convert-to", form, "--outdir"]).arg(folder).arg(file);
        output(&mut command, &[0]).map(drop)
    }

    /// Returns the cells of a CSV, after it was opened as UTF-8 with commas and saved again.
    fn cells(&self, file: &Path, scratch: &Path) -> anyhow::Result<Vec<Vec<String>>> {
        let folder = scratch.join("cells");
        fresh(&folder)?;
        let book = folder.join("book");
        let mut command = Command::new(&self.program);
        command.arg(format!("-env:UserInstallation=file://{}", self.home.display()));
        command.args(["--headless", "--norestore", "--infilter=CSV:44,34,76,1", "--convert-to", "ods", "--outdir"]);
        output(command.arg(&book).arg(file), &[0])?;
        self.convert(&the_file(&book, "ods")?, ALL_SHEETS, &folder)?;
        Ok(rows(&std::fs::read_to_string(the_file(&folder, "csv")?)?))
    }
}

/// Returns the files of a folder and of those in it, in order.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { all.extend(files(&path)?) } else { all.push(path) }
    }
    all.sort();
    Ok(all)
}

/// Returns the one file with an extension.
fn the_file(folder: &Path, extension: &str) -> anyhow::Result<PathBuf> {
    let mut all = files(folder)?;
    all.retain(|path| path.extension().is_some_and(|found| found == extension));
    ensure!(all.len() == 1, "{}: expected one file .{extension}, found {}", folder.display(), all.len());
    all.pop().context("there is one")
}

/// Cuts CSV into cells: commas, quotation marks doubled inside, line ends of either kind.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut letters) = (false, text.trim_start_matches('\u{FEFF}').chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    rows
}

/// Returns what a sender has to say of themselves; the key is that of the tests and signs nothing else.
fn settings_text(root: &Path) -> String {
    format!(
        "version = 1\n[send]\norganisation = \"CERT Example\"\nperson = \"Ada Coordinator\"\nphone = \"+1 555 0100\"\nrole = \"coordinator\"\n\
         proof = \"https://cert.example/contact\"\nappeal = \"appeals@cert.example\"\nanswer_to = \"lists@cert.example\"\nkey_file = \"{}\"\n",
        root.join("crates/forestall-cli/tests/it/send/lists.key").display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_csv_into_cells() {
        let text = "\u{FEFF}name,note\r\na.com,\"one, \"\"two\"\"\nthree\"\nb.com,\n";
        let expected = [vec!["name", "note"], vec!["a.com", "one, \"two\"\nthree"], vec!["b.com", ""]];
        assert_eq!(rows(text), expected);
        assert_eq!(rows("a,b"), [vec!["a", "b"]]);
        assert_eq!(rows(""), Vec::<Vec<String>>::new());
    }
}
