// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A curve over days as a drawing: the value, the band of its interval, breaks where a day is missing, and marks at days that count something else.
//!
//! It is drawn on the server and carries classes only. The table below it says the same in numbers.

use std::fmt::Write as _;

use forestall_model::UtcDay;

/// The size of the drawing, in its own units.
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 190.0;
/// What the curve leaves free for the numbers of the axes.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 24.0;

/// A value of a day with its interval; no band where both ends are the value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) day: UtcDay,
    pub(super) value: f64,
    pub(super) low: f64,
    /// Infinite where there is no bound: the band then reaches the top.
    pub(super) high: f64,
}

/// Draws the points of days in order, with marks at the days of `unlike`; empty where there is no point. `words` says what is drawn.
pub(super) fn draw(words: &str, points: &[Point], unlike: &[UtcDay]) -> String {
    let days = points.iter().map(|point| point.day).chain(unlike.iter().copied());
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else { return String::new() };
    if points.is_empty() {
        return String::new();
    }
    let finite = points.iter().flat_map(|point| [point.value, point.high]).filter(|value| value.is_finite());
    let top = round_up(finite.fold(0.0, f64::max));
    let plan = Plan { first, days: f64::from(last.days_since(first).max(1)), top };
    let mut svg = format!(
        "<svg class=\"trend\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
        crate::map::escaped(words)
    );
    for share in [0.0, 0.5, 1.0] {
        let (y, value) = (plan.y(top * share), crate::number::decimal(top * share, usize::from(top < 10.0)));
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 4.0
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{LEFT}\" y=\"{:.1}\">{first}</text><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{last}</text>",
        HEIGHT - 6.0,
        WIDTH - RIGHT,
        HEIGHT - 6.0
    );
    for day in unlike {
        let _ = write!(svg, "<path class=\"unlike\" d=\"M{:.1} {TOP}V{:.1}\"/>", plan.x(*day), HEIGHT - BOTTOM);
    }
    for run in points.chunk_by(|one, next| next.day.days_since(one.day) == 1) {
        plan.run(&mut svg, run);
    }
    svg.push_str("</svg>");
    svg
}

/// Where what stands.
struct Plan {
    first: UtcDay,
    /// Days from the first to the last.
    days: f64,
    /// The value at the top.
    top: f64,
}

impl Plan {
    fn x(&self, day: UtcDay) -> f64 {
        LEFT + f64::from(day.days_since(self.first)) / self.days * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let share = if value.is_finite() { (value / self.top).clamp(0.0, 1.0) } else { 1.0 };
        TOP + (1.0 - share) * (HEIGHT - TOP - BOTTOM)
    }

    /// Draws days in a row.
    fn run(&self, svg: &mut String, run: &[Point]) {
        if run.iter().any(|point| point.low < point.high) {
            let upper = run.iter().map(|point| (self.x(point.day), self.y(point.high)));
            let lower = run.iter().rev().map(|point| (self.x(point.day), self.y(point.low)));
            if let [alone] = run {
                let (x, high, low) = (self.x(alone.day), self.y(alone.high), self.y(alone.low));
                let _ = write!(svg, "<path class=\"whisker\" d=\"M{x:.1} {high:.1}V{low:.1}\"/>");
            } else {
                let _ = write!(svg, "<path class=\"band\" d=\"M{}Z\"/>", path(upper.chain(lower)));
            }
        }
        if let [alone] = run {
            let (x, y) = (self.x(alone.day), self.y(alone.value));
            let _ = write!(svg, "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>");
        } else {
            let line = path(run.iter().map(|point| (self.x(point.day), self.y(point.value))));
            let _ = write!(svg, "<path class=\"line\" d=\"M{line}\"/>");
        }
    }
}

fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    points.map(|(x, y)| format!("{x:.1} {y:.1}")).collect::<Vec<_>>().join("L")
}

/// Returns the next of 1, 2 and 5 times a power of ten.
fn round_up(value: f64) -> f64 {
    let mut step = 1.0;
    loop {
        for times in [1.0, 2.0, 5.0] {
            if value <= step * times || step >= 1e15 {
                return step * times;
            }
        }
        step *= 10.0;
    }
}

#[cfg(test)]
mod tests {
    use super::{Point, draw, round_up};

    fn point(day: &str, value: f64, low: f64, high: f64) -> Point {
        Point { day: day.parse().unwrap(), value, low, high }
    }

    #[test]
    fn a_day_that_is_missing_breaks_the_curve_and_its_band() {
        let points = [
            point("2009-03-01", 90.0, 80.0, 100.0),
            point("2009-03-02", 80.0, 70.0, f64::INFINITY),
            point("2009-03-05", 60.0, 60.0, 60.0),
            point("2009-03-06", 50.0, 50.0, 50.0),
            point("2009-03-09", 40.0, 30.0, 50.0),
        ];
        let svg = draw("Machines & more", &points, &["2009-03-04".parse().unwrap()]);
        let count = |class: &str| svg.matches(&format!("class=\"{class}\"")).count();
        assert_eq!([count("line"), count("band"), count("whisker"), count("dot"), count("unlike")], [2, 1, 1, 1, 1]);
        assert!(svg.contains("aria-label=\"Machines &amp; more\"") && svg.contains(">100</text>"), "{svg}");
        let document = roxmltree::Document::parse(&svg).unwrap();
        assert!(document.root_element().has_tag_name(("http://www.w3.org/2000/svg", "svg")));
        assert!(draw("x", &[], &["2009-03-04".parse().unwrap()]).is_empty());
    }

    #[test]
    fn the_axis_ends_at_a_round_number() {
        let ends = [0.0, 1.0, 1.5, 3.0, 99.0, 101.0, 4_000.0].map(|value| round_up(value).to_string());
        assert_eq!(ends, ["1", "1", "2", "5", "100", "200", "5000"]);
    }
}
