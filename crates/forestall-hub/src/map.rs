// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The world map of a case: each top-level domain once, as the outline of its country or as a labelled tile.
//!
//! The map is drawn on the server and works without script. It carries classes only, no style of its own, so that it
//! passes a policy without inline styles and follows the page's light or dark scheme; [`STYLE`] is its style sheet. Every
//! domain is a link with a tooltip, reached by the keyboard in the order of the drawing.

mod outlines;
mod tiles;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use forestall_model::Tld;
use forestall_model::directory::Country;
use forestall_model::name::to_unicode;

use outlines::Outline;

/// The style sheet of [`draw`] and [`legend`]: colours of the classes `lvl-0` (nothing covered) to `lvl-4` (everything) and
/// `none` (nothing to cover), for light and dark after the page's `color-scheme`.
pub const STYLE: &str = include_str!("map/map.css");

/// One top-level domain of the map.
#[derive(Clone, Debug)]
pub struct MapEntry {
    /// The domain.
    pub tld: Tld,
    /// The country whose outline it may take; none for a generic domain.
    pub country: Option<Country>,
    /// The class that colours it: `lvl-0` to `lvl-4`, or `none`.
    pub class: &'static str,
    /// What the tooltip says after the domain and its country: "72 % of 431 names a day observed".
    pub label: String,
    /// Where the link leads.
    pub href: String,
}

impl MapEntry {
    /// Returns what is written on the map: the U-label.
    fn name(&self) -> String {
        to_unicode(self.tld.as_str())
    }

    /// Returns the tooltip, which is also the link's name for those who do not see the map.
    fn tooltip(&self) -> String {
        let name = self.name();
        let mut text = format!(".{name}");
        if name != self.tld.as_str() {
            let _ = write!(text, " ({})", self.tld);
        }
        if let Some(country) = self.country {
            let _ = write!(text, ", {country}");
        }
        if !self.label.is_empty() {
            let _ = write!(text, ": {}", self.label);
        }
        text
    }
}

/// Draws the map as an HTML fragment, an `svg` element in a frame that scrolls on narrow screens.
///
/// Each domain of `entries` appears exactly once, whatever the order; of entries with one domain the first counts. A country
/// with several domains gives its outline to the one in Latin letters, the United Kingdom to uk; the others are tiles below
/// the map, like the generic domains and those whose country is too small to point at. All texts are escaped.
#[must_use]
pub fn draw(title: &str, entries: &[MapEntry]) -> String {
    let plan = Plan::of(entries);
    let tiles = tiles::lay_out(&plan.groups);
    let (width, map_height) = outlines::size();
    let height = map_height + tiles.height;
    let mut svg = String::with_capacity(80_000 + entries.len() * 300);
    let _ = write!(
        svg,
        "<div class=\"map-frame\"><svg class=\"map\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         role=\"group\" aria-label=\"{}\">",
        escaped(title)
    );
    // Not role="img": that would hide the links inside from those who do not see them.
    svg.push_str("<g aria-hidden=\"true\">");
    for (class, path) in outlines::background() {
        let _ = write!(svg, "<path class=\"{class}\" d=\"{path}\"/>");
    }
    let land: Vec<&str> =
        outlines::all().iter().filter(|o| !plan.outlined.contains_key(o.alpha2)).map(|o| o.path).collect();
    let _ = write!(svg, "<path class=\"map-land\" d=\"{}\"/></g>", land.concat());
    for (outline, entry) in plan.outlined.values() {
        open_link(&mut svg, entry);
        let _ = write!(svg, "<path d=\"{}\"/>", outline.path);
        let name = entry.name();
        if outline.has_room_for(tiles::text_width(&name)) {
            let (x, y) = (outline.x, outline.y);
            let _ = write!(svg, "<text class=\"map-name\" x=\"{x}\" y=\"{y}\" dy=\".35em\">{}</text>", escaped(&name));
        }
        svg.push_str("</a>");
    }
    for caption in &tiles.captions {
        let y = map_height + caption.y;
        let _ = write!(svg, "<text class=\"map-caption\" x=\"0\" y=\"{y}\">{}</text>", escaped(caption.text));
    }
    for tile in &tiles.tiles {
        open_link(&mut svg, tile.entry);
        let (x, y, w, h) = (tile.x, map_height + tile.y, tile.width, tiles::HEIGHT);
        let _ = write!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"8\"/><text x=\"{}\" y=\"{}\" dy=\".35em\">{}</text></a>",
            x + w / 2,
            y + h / 2,
            escaped(&tile.text)
        );
    }
    svg.push_str("</svg></div>");
    svg
}

/// Draws the legend of a map: classes with what they mean, in order.
#[must_use]
pub fn legend(classes: &[(&str, &str)]) -> String {
    let mut html = String::from("<ul class=\"map-legend\">");
    for (class, meaning) in classes {
        let _ = write!(
            html,
            "<li><svg class=\"map-swatch {}\" viewBox=\"0 0 20 14\" aria-hidden=\"true\"><rect width=\"20\" height=\"14\" \
             rx=\"3\"/></svg> {}</li>",
            escaped(class),
            escaped(meaning)
        );
    }
    html.push_str("</ul>");
    html
}

/// Who gets an outline, and who a tile in which group.
struct Plan<'e> {
    /// By the country's code; drawn in the order of the codes.
    outlined: BTreeMap<&'static str, (&'static Outline, &'e MapEntry)>,
    /// Captions with their entries, empty groups left out.
    groups: Vec<(&'static str, Vec<&'e MapEntry>)>,
}

impl<'e> Plan<'e> {
    fn of(entries: &'e [MapEntry]) -> Self {
        let mut seen = BTreeSet::new();
        let mut sorted: Vec<&MapEntry> = entries.iter().filter(|entry| seen.insert(&entry.tld)).collect();
        // Latin letters before others; gb is delegated and unused, so uk goes before it.
        sorted.sort_by_key(|entry| {
            let tld = entry.tld.as_str();
            (tld.starts_with("xn--"), tld == "gb", tld)
        });
        let mut outlined = BTreeMap::new();
        let (mut generic, mut small, mut further) = (Vec::new(), Vec::new(), Vec::new());
        for entry in sorted {
            match (entry.country, entry.country.and_then(|country| outlines::of(country.alpha2))) {
                (None, _) => generic.push(entry),
                (Some(_), None) => small.push(entry),
                (Some(country), Some(outline)) => match outlined.entry(country.alpha2) {
                    std::collections::btree_map::Entry::Vacant(free) => {
                        free.insert((outline, entry));
                    }
                    std::collections::btree_map::Entry::Occupied(_) => further.push(entry),
                },
            }
        }
        let mut groups = vec![
            ("Domains without a country", generic),
            ("Country codes without an outline", small),
            ("Further domains of a country on the map", further),
        ];
        groups.retain(|(_, entries)| !entries.is_empty());
        Self { outlined, groups }
    }
}

fn open_link(svg: &mut String, entry: &MapEntry) {
    let _ = write!(
        svg,
        "<a class=\"map-tld {}\" href=\"{}\" data-tld=\"{}\"><title>{}</title>",
        escaped(entry.class),
        escaped(&entry.href),
        entry.tld,
        escaped(&entry.tooltip())
    );
}

/// Escapes a text for content and quoted attributes; characters that XML cannot hold become U+FFFD.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}
