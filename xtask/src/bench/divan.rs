// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The tree that divan prints, read into figures: it tells the fastest, the slowest and the median of what it ran, and nothing else that a program
//! could read.
//!
//! A leaf gives three figures, which stand for its turns: its time in nanoseconds, with the names on the way to it as an id (`written.stix`), and where
//! it counts items, how many a second, with `.rate` behind that.

use super::figures::Figure;

/// Columns of a name on its branch, in letters.
const STEP: usize = 3;

/// What was read of a tree up to a line.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Where the first figure of a line stands, in letters; the line of the headings says it.
    column: Option<usize>,
    /// The names on the way to the last leaf, the program's own left out.
    way: Vec<String>,
    figures: Vec<Figure>,
}

impl Tree {
    /// Reads the next line.
    pub(super) fn line(&mut self, line: &str) {
        let letters: Vec<char> = line.chars().collect();
        if let Some(at) = line.find("fastest").filter(|_| line.contains("slowest") && line.contains("median")) {
            self.column = Some(line[..at].chars().count());
            self.way.clear();
            return;
        }
        let Some(column) = self.column else { return };
        let (name, rest) = letters.split_at(column.min(letters.len()));
        let rest: String = rest.iter().collect();
        let mut columns = rest.split('│').map(str::trim);
        let [fastest, slowest, median] = [(); 3].map(|()| columns.next().unwrap_or_default());
        if let Some(branch) = name.iter().position(|letter| matches!(letter, '├' | '╰')) {
            let name: String = name[branch..].iter().skip(STEP).collect();
            self.way.truncate(branch / STEP);
            self.way.push(id_of(name.trim()));
            let nanoseconds = [fastest, median, slowest].map(time);
            self.put(&self.way.join("."), nanoseconds, "ns");
        } else if !self.way.is_empty() {
            // The fastest is the one with most a second.
            let rates = [slowest, median, fastest].map(rate);
            self.put(&format!("{}.rate", self.way.join(".")), rates, "items/s");
        }
    }

    fn put(&mut self, id: &str, values: [Option<f64>; 3], unit: &str) {
        let Some(values) = values.into_iter().collect::<Option<Vec<f64>>>() else { return };
        let made = values.into_iter().map(|value| Figure { id: id.to_owned(), value, unit: unit.to_owned() });
        self.figures.extend(made);
    }

    /// Returns the figures of all lines.
    pub(super) fn into_figures(self) -> Vec<Figure> {
        self.figures
    }
}

/// Makes an id of a name or an argument.
fn id_of(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    name.chars().map(letter).collect()
}

/// Reads a time into nanoseconds.
fn time(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    let nanoseconds = match unit {
        "ps" => 1e-3,
        "ns" => 1.0,
        "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3_600e9,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * nanoseconds)
}

/// Reads items a second.
fn rate(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    let times = match unit {
        "item/s" => 1.0,
        "Kitem/s" => 1e3,
        "Mitem/s" => 1e6,
        "Gitem/s" => 1e9,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * times)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As divan 0.1.21 prints it.
    const PRINTED: &str = "\
Timer precision: 20 ns
classify       fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ linear      61.2 µs       │ 90.01 µs      │ 64 µs         │ 65.1 µs       │ 1000    │ 1000
│              16.33 Mitem/s │ 11.1 Mitem/s  │ 15.62 Mitem/s │ 15.3 Mitem/s  │         │
├─ order                     │               │               │               │         │
│  ├─ 20       1.5 ms        │ 2 ms          │ 1.6 ms        │ 1.7 ms        │ 100     │ 100
│  ╰─ 500      12 ms         │ 20 ms         │ 14 ms         │ 15 ms         │ 100     │ 100
├─ left_out    (ignored)
╰─ written                   │               │               │               │         │
   ├─ Stix     43 ms         │ 1.2 s         │ 44.5 ms       │ 50 ms         │ 100     │ 100
   ╰─ KnotDns  999 ns        │ 2.5 µs        │ 1 µs          │ 1 µs          │ 100     │ 100
               1 Kitem/s     │ 10 item/s     │ 2 Gitem/s     │ 1 item/s      │         │
";

    #[test]
    fn reads_leaves_with_their_way_and_their_rates() {
        let mut tree = Tree::default();
        PRINTED.lines().for_each(|line| tree.line(line));
        let figures = tree.into_figures();
        let found: Vec<(String, Vec<f64>, String)> = figures
            .chunks(3)
            .map(|turns| {
                assert!(turns.iter().all(|turn| turn.id == turns[0].id && turn.unit == turns[0].unit));
                let values = turns.iter().map(|turn| turn.value.round()).collect();
                (turns[0].id.clone(), values, turns[0].unit.clone())
            })
            .collect();
        let expected = [
            ("linear", vec![61_200.0, 64_000.0, 90_010.0], "ns"),
            ("linear.rate", vec![11_100_000.0, 15_620_000.0, 16_330_000.0], "items/s"),
            ("order.20", vec![1_500_000.0, 1_600_000.0, 2_000_000.0], "ns"),
            ("order.500", vec![12_000_000.0, 14_000_000.0, 20_000_000.0], "ns"),
            ("written.stix", vec![43_000_000.0, 44_500_000.0, 1_200_000_000.0], "ns"),
            ("written.knotdns", vec![999.0, 1_000.0, 2_500.0], "ns"),
            ("written.knotdns.rate", vec![10.0, 2e9, 1_000.0], "items/s"),
        ];
        assert_eq!(found, expected.map(|(id, values, unit)| (id.to_owned(), values, unit.to_owned())));
    }

    #[test]
    fn lines_without_headings_before_them_say_nothing() {
        let mut tree = Tree::default();
        tree.line("├─ linear      61.2 µs       │ 90.01 µs      │ 64 µs ");
        tree.line("warning: something │ else");
        assert_eq!(tree.into_figures(), []);
    }
}
