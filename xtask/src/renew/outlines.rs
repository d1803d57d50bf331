// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The countries of the world map: projected, simplified and rounded once, so that the console only joins texts.
//!
//! The projection is Equal Earth (Šavrič, Patterson and Jenny, 2018), which keeps areas true: a map that is coloured by
//! coverage should not make a domain look important because its country lies far north. Its middle is 11° east, so that
//! the cut runs through the Bering Strait and leaves no country in two. Antarctica is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::packages::Packages;
use super::{DataFile, today};

/// Width of the whole map, in the units of the file.
const WIDTH: f64 = 2_000.0;
/// The northern and southern edge of the map, in degrees.
const NORTH: f64 = 90.0;
const SOUTH: f64 = -58.0;
/// The middle meridian, in degrees east.
const MIDDLE: f64 = 11.0;
/// A point is left out where the triangle with its neighbours is smaller than this, in square units.
const SMALLEST_TRIANGLE: f64 = 0.6;
/// An island is left out where it is smaller than this, in square units, and not the country's largest part.
const SMALLEST_ISLAND: f64 = 4.0;
/// A country smaller than this, in square units, is drawn as land without a code: nobody could point at it.
const SMALLEST_COUNTRY: f64 = 60.0;
/// ISO 3166-1 numeric code of Antarctica.
const ANTARCTICA: &str = "010";
/// Room for a label is measured with widths divided by this, since labels are wider than high.
const LABEL_ASPECT: f64 = 1.7;

type Point = (f64, f64);
type Spot = (i32, i32);

/// Makes the outlines: `code TAB x TAB y TAB room TAB path`.
pub(super) fn outlines(packages: &Packages) -> anyhow::Result<DataFile> {
    let codes = alpha2_codes(&packages.read_json("i18n-iso-countries", "codes.json")?)?;
    let topology = packages.read_json("world-atlas", "countries-110m.json")?;
    let arcs = arcs(&topology)?;
    let kept: Vec<Vec<Point>> = arcs.iter().map(|arc| simplified(arc)).collect();

    let mut body = String::new();
    writeln!(body, "sea\t0\t0\t0\t{}", path(&[edge()]))?;
    writeln!(body, "grid\t0\t0\t0\t{}", grid())?;
    let mut lines = BTreeSet::new();
    let geometries = topology["objects"]["countries"]["geometries"].as_array();
    for geometry in geometries.context("the topology holds countries")? {
        let id = geometry["id"].as_str().unwrap_or_default();
        if id == ANTARCTICA {
            continue;
        }
        let rings = rings(geometry, &kept)?;
        let size = |ring: &[Spot]| area(ring).abs();
        let Some(largest) = rings.iter().max_by(|a, b| size(a).total_cmp(&size(b))) else {
            continue;
        };
        let too_small = rings.iter().map(|ring| size(ring)).sum::<f64>() < SMALLEST_COUNTRY;
        // Land without a code of its own (disputed, or without recognition) is drawn, and no domain colours it.
        let code = codes.get(id).filter(|_| !too_small).map_or("-", String::as_str);
        let ((x, y), room) = label_place(largest);
        let rings: Vec<Vec<Spot>> =
            rings.iter().filter(|ring| *ring == largest || size(ring) >= SMALLEST_ISLAND).cloned().collect();
        lines.insert(format!("{code}\t{x}\t{y}\t{room}\t{}\n", path(&rings)));
    }
    body.extend(lines);

    Ok(DataFile {
        header: vec![
            "Outlines of the countries for the world map, Equal Earth projection, middle meridian 11 degrees east.".to_owned(),
            "Renewed by `cargo xtask renew outlines`; not edited by hand.".to_owned(),
            format!(
                "source: Natural Earth 1:110m countries (by way of npm world-atlas {}); codes from npm i18n-iso-countries {}",
                packages.version("world-atlas"),
                packages.version("i18n-iso-countries")
            ),
            format!("date: {}", today()),
            "licence: Natural Earth is in the public domain; package world-atlas ISC; package i18n-iso-countries MIT".to_owned(),
            format!("size: {} {}", round(WIDTH), round(height())),
            "form: ISO 3166-1 alpha-2 (or - for land without a code or too small to point at, sea for the map's edge, grid for".to_owned(),
            "meridians), the place of a label and the room around it, path".to_owned(),
        ],
        body,
    })
}

/// Reads `[["AF", "AFG", "004", ..], ..]` into numeric code -> alpha-2.
fn alpha2_codes(codes: &Value) -> anyhow::Result<BTreeMap<String, String>> {
    let mut map = BTreeMap::new();
    for row in codes.as_array().context("codes.json is a list")? {
        let text = |i: usize| row[i].as_str().context("codes.json holds texts");
        map.insert(text(2)?.to_owned(), text(0)?.to_owned());
    }
    Ok(map)
}

/// Returns the arcs of a quantised topology in degrees.
fn arcs(topology: &Value) -> anyhow::Result<Vec<Vec<Point>>> {
    let number = |value: &Value| value.as_f64().context("a topology holds numbers");
    let transform = &topology["transform"];
    let (sx, sy) = (number(&transform["scale"][0])?, number(&transform["scale"][1])?);
    let (tx, ty) = (number(&transform["translate"][0])?, number(&transform["translate"][1])?);
    let mut arcs = Vec::new();
    for arc in topology["arcs"].as_array().context("a topology holds arcs")? {
        let (mut x, mut y) = (0.0, 0.0);
        let mut points = Vec::new();
        for step in arc.as_array().context("an arc is a list")? {
            x += number(&step[0])?;
            y += number(&step[1])?;
            points.push((x * sx + tx, y * sy + ty));
        }
        arcs.push(continued(&[], &points));
    }
    Ok(arcs)
}

/// Appends points to a line, whole turns added to their longitudes so that it never jumps across the antimeridian.
fn continued(line: &[Point], more: &[Point]) -> Vec<Point> {
    let mut line = line.to_vec();
    for &(mut longitude, latitude) in more {
        if let Some(&(last, _)) = line.last() {
            longitude -= ((longitude - last) / 360.0).round() * 360.0;
        }
        line.push((longitude, latitude));
    }
    line
}

/// Leaves out points that a reader could not see (Visvalingam and Whyatt, 1993).
///
/// Arcs are shared between neighbours, so that both lose the same points and no gap opens. The ends stay.
fn simplified(arc: &[Point]) -> Vec<Point> {
    let mut points = arc.to_vec();
    let closed = points.first() == points.last();
    let fewest = if closed { 4 } else { 2 };
    let triangle = |a: Point, b: Point, c: Point| {
        let (a, b, c) = (projected(a, 0.0), projected(b, 0.0), projected(c, 0.0));
        ((b.0 - a.0) * (c.1 - a.1) - (c.0 - a.0) * (b.1 - a.1)).abs() / 2.0
    };
    while points.len() > fewest {
        let smallest = (1..points.len() - 1)
            .map(|i| (i, triangle(points[i - 1], points[i], points[i + 1])))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        match smallest {
            Some((i, size)) if size < SMALLEST_TRIANGLE => points.remove(i),
            _ => break,
        };
    }
    points
}

/// Returns the rings of a polygon or multipolygon, projected and rounded, without the repeated last point.
fn rings(geometry: &Value, arcs: &[Vec<Point>]) -> anyhow::Result<Vec<Vec<Spot>>> {
    let list = |value: &Value| value.as_array().cloned().context("a geometry holds lists of arcs");
    let polygons = match geometry["type"].as_str() {
        Some("Polygon") => vec![geometry["arcs"].clone()],
        _ => list(&geometry["arcs"])?,
    };
    let mut rings = Vec::new();
    for polygon in polygons {
        for ring in list(&polygon)? {
            let mut points: Vec<Point> = Vec::new();
            for index in list(&ring)? {
                let index = index.as_i64().context("an arc has a number")?;
                // A negative number is the complement of the arc's, which is then walked backwards.
                let position = usize::try_from(if index < 0 { !index } else { index })?;
                let mut arc = arcs.get(position).context("an arc's number lies in the list")?.clone();
                if index < 0 {
                    arc.reverse();
                }
                // An arc begins where the one before it ends.
                points = continued(&points, if points.is_empty() { &arc } else { &arc[1..] });
            }
            ensure!(points.len() >= 4, "a ring has at least three corners");
            points.pop();
            rings.push(placed(&points));
        }
    }
    rings.retain(|ring| ring.len() >= 3);
    Ok(rings)
}

/// Projects a ring as a whole, turned by 360 degrees where most of it lies beyond the map's cut.
fn placed(ring: &[Point]) -> Vec<Spot> {
    let (west, east) =
        ring.iter().fold((f64::MAX, f64::MIN), |(west, east), point| (west.min(point.0), east.max(point.0)));
    let shift = if f64::midpoint(west, east) < MIDDLE - 180.0 { 360.0 } else { 0.0 };
    let mut spots: Vec<Spot> = ring
        .iter()
        .map(|&point| {
            let (x, y) = projected(point, shift);
            (round(x), round(y))
        })
        .collect();
    spots.dedup();
    while spots.len() > 1 && spots.first() == spots.last() {
        spots.pop();
    }
    spots
}

/// Projects degrees to units of the map, y downwards from its northern edge.
fn projected((longitude, latitude): Point, shift: f64) -> Point {
    let scale = WIDTH / 2.0 / equal_earth(180.0, 0.0).0;
    let (x, y) = equal_earth(longitude + shift - MIDDLE, latitude);
    let top = equal_earth(0.0, NORTH).1;
    (WIDTH / 2.0 + x * scale, (top - y) * scale)
}

fn height() -> f64 {
    projected((MIDDLE, SOUTH), 0.0).1
}

/// The Equal Earth projection on the unit sphere; degrees in.
fn equal_earth(longitude: f64, latitude: f64) -> Point {
    const A: [f64; 4] = [1.340_264, -0.081_106, 0.000_893, 0.003_796];
    let root3 = 3_f64.sqrt();
    let t = (root3 / 2.0 * latitude.to_radians().sin()).asin();
    let (t2, t6) = (t * t, t.powi(6));
    let slope = 9.0 * A[3] * t6 * t2 + 7.0 * A[2] * t6 + 3.0 * A[1] * t2 + A[0];
    let x = 2.0 * root3 * longitude.to_radians() * t.cos() / (3.0 * slope);
    (x, t * (A[0] + A[1] * t2 + t6 * (A[2] + A[3] * t2)))
}

#[expect(clippy::cast_possible_truncation, reason = "coordinates lie within a few thousand units")]
fn round(value: f64) -> i32 {
    value.round() as i32
}

/// Returns the area of a ring in square units, negative where it runs the other way.
fn area(ring: &[Spot]) -> f64 {
    let turn = |(a, b): (&Spot, &Spot)| f64::from(a.0) * f64::from(b.1) - f64::from(b.0) * f64::from(a.1);
    ring.iter().zip(ring.iter().cycle().skip(1)).map(turn).sum::<f64>() / 2.0
}

/// Returns the point of a ring that lies farthest from its edge, and how far; searched on finer and finer grids.
fn label_place(ring: &[Spot]) -> (Spot, i32) {
    const STEPS: i32 = 24;
    let narrow: Vec<Point> = ring.iter().map(|&(x, y)| (f64::from(x) / LABEL_ASPECT, f64::from(y))).collect();
    let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
    for &(x, y) in &narrow {
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x), high.1.max(y));
    }
    let mut best = (low, f64::MIN);
    for _ in 0..3 {
        let size = ((high.0 - low.0) / f64::from(STEPS), (high.1 - low.1) / f64::from(STEPS));
        for i in 0..=STEPS {
            for j in 0..=STEPS {
                let point = (low.0 + size.0 * f64::from(i), low.1 + size.1 * f64::from(j));
                let depth = depth(point, &narrow);
                if depth > best.1 {
                    best = (point, depth);
                }
            }
        }
        low = (best.0.0 - size.0, best.0.1 - size.1);
        high = (best.0.0 + size.0, best.0.1 + size.1);
    }
    ((round(best.0.0 * LABEL_ASPECT), round(best.0.1)), round(best.1.max(0.0)))
}

/// Returns the distance of a point from a ring's edge, negative outside.
fn depth((x, y): Point, ring: &[Point]) -> f64 {
    let mut inside = false;
    let mut nearest = f64::MAX;
    for (&(ax, ay), &(bx, by)) in ring.iter().zip(ring.iter().cycle().skip(1)) {
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            inside = !inside;
        }
        let (dx, dy) = (bx - ax, by - ay);
        let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        nearest = nearest.min((x - ax - along * dx).hypot(y - ay - along * dy));
    }
    if inside { nearest } else { -nearest }
}

/// Writes rings as a path: an absolute start, then relative lines.
fn path(rings: &[Vec<Spot>]) -> String {
    let mut text = String::new();
    for ring in rings {
        text.push_str(&line(ring));
        text.push('z');
    }
    text
}

fn line(spots: &[Spot]) -> String {
    let mut text = String::new();
    let mut last: Option<Spot> = None;
    for &(x, y) in spots {
        let (mark, x_step, y_step) = match last {
            None => ("M", x, y),
            Some((lx, ly)) => ("", x - lx, y - ly),
        };
        text.push_str(mark);
        push_number(&mut text, x_step);
        push_number(&mut text, y_step);
        if last.is_none() {
            text.push('l');
        }
        last = Some((x, y));
    }
    text
}

/// Writes a number with a blank in front where the text would run together with the number before.
fn push_number(text: &mut String, number: i32) {
    if number >= 0 && text.ends_with(|c: char| c.is_ascii_digit()) {
        text.push(' ');
    }
    text.push_str(&number.to_string());
}

/// Returns the edge of the map.
fn edge() -> Vec<Spot> {
    let west = meridian(MIDDLE - 180.0);
    let mut east = meridian(MIDDLE + 180.0);
    east.reverse();
    west.into_iter().chain(east).collect()
}

/// Returns a meridian from north to south.
fn meridian(longitude: f64) -> Vec<Spot> {
    let mut latitudes: Vec<f64> = (-11..=17).rev().map(|step| f64::from(step) * 5.0).collect();
    latitudes.insert(0, NORTH);
    latitudes.push(SOUTH);
    let spot = |latitude| {
        let (x, y) = projected((longitude, latitude), 0.0);
        (round(x), round(y))
    };
    latitudes.into_iter().map(spot).collect()
}

/// Returns meridians and parallels, 30 degrees apart.
fn grid() -> String {
    let mut text = String::new();
    for step in -5..=5 {
        text.push_str(&line(&meridian(MIDDLE + f64::from(step) * 30.0)));
    }
    for step in -1..=2 {
        let spot = |longitude| {
            let (x, y) = projected((longitude, f64::from(step) * 30.0), 0.0);
            (round(x), round(y))
        };
        text.push_str(&line(&[spot(MIDDLE - 180.0), spot(MIDDLE + 180.0)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{continued, equal_earth, label_place, line, placed};

    #[test]
    fn projects_as_published() {
        // The pole of Equal Earth lies at 1.3173627591574 on the unit sphere (d3-geo, PROJ).
        assert!((equal_earth(0.0, 90.0).1 - 1.317_362_759_157_4).abs() < 1e-6);
        assert!((equal_earth(180.0, 0.0).0 - 2.706_629_984_2).abs() < 1e-6);
    }

    #[test]
    fn keeps_a_ring_whole_across_the_antimeridian() {
        let ring = [(170.0, 60.0), (180.0, 60.0), (-170.0, 65.0), (170.0, 65.0)];
        let joined = continued(&ring[..2], &ring[2..]);
        assert_eq!(joined[2], (190.0, 65.0));
        let xs: Vec<i32> = placed(&joined).iter().map(|spot| spot.0).collect();
        assert!(xs.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 200), "{xs:?}");
    }

    #[test]
    fn moves_what_lies_west_of_the_cut_to_the_east() {
        let west = placed(&[(-179.0, 66.0), (-171.0, 66.0), (-175.0, 68.0)]);
        assert!(west.iter().all(|spot| spot.0 > 1_000), "{west:?}");
        let alaska = placed(&[(-168.0, 66.0), (-150.0, 66.0), (-160.0, 68.0)]);
        assert!(alaska.iter().all(|spot| spot.0 < 1_000), "{alaska:?}");
    }

    #[test]
    fn places_a_label_in_the_widest_part() {
        let ((x, y), room) = label_place(&[(0, 0), (400, 0), (400, 100), (100, 100), (100, 900), (0, 900)]);
        assert!(x > 0 && y > 0 && room >= 29, "{x} {y} {room}");
    }

    #[test]
    fn writes_short_paths() {
        assert_eq!(line(&[(5, -3), (6, 4), (2, 4)]), "M5-3l1 7-4 0");
    }
}
