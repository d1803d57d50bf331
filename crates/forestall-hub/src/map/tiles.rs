// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lays out labelled tiles in rows below the map.

use super::{MapEntry, outlines};

/// Height of a tile.
pub(super) const HEIGHT: u32 = 46;
/// Space between tiles.
const GAP: u32 = 8;
/// Space on both sides of a tile's text.
const PADDING: u32 = 14;
/// Narrowest tile, so that the many two-letter tiles stand in columns.
const NARROWEST: u32 = 72;
/// Space above a caption, and from its line to the tiles.
const ABOVE_CAPTION: u32 = 46;
const BELOW_CAPTION: u32 = 14;
/// Longest text on a tile, in characters; the tooltip has it whole.
const LONGEST_TEXT: usize = 24;

/// Tiles and captions, y from the top of their area.
pub(super) struct Tiles<'e> {
    pub(super) tiles: Vec<Tile<'e>>,
    pub(super) captions: Vec<Caption>,
    /// Height of the area; 0 without a tile.
    pub(super) height: u32,
}

/// One tile.
pub(super) struct Tile<'e> {
    pub(super) entry: &'e MapEntry,
    pub(super) text: String,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
}

/// The line above a group of tiles; y is the text's base line.
pub(super) struct Caption {
    pub(super) text: &'static str,
    pub(super) y: u32,
}

/// Places groups below each other, each in rows as wide as the map.
pub(super) fn lay_out<'e>(groups: &[(&'static str, Vec<&'e MapEntry>)]) -> Tiles<'e> {
    let (row_width, _) = outlines::size();
    let mut laid = Tiles { tiles: Vec::new(), captions: Vec::new(), height: 0 };
    for (caption, entries) in groups {
        let base = laid.height + ABOVE_CAPTION;
        laid.captions.push(Caption { text: caption, y: base });
        let (mut x, mut y) = (0, base + BELOW_CAPTION);
        for &entry in entries {
            let text = shortened(entry.name());
            let width = (text_width(&text) + 2 * PADDING).max(NARROWEST);
            if x > 0 && x + width > row_width {
                x = 0;
                y += HEIGHT + GAP;
            }
            laid.tiles.push(Tile { entry, text, x, y, width });
            x += width + GAP;
        }
        // One unit more than the tile, for the lower half of its edge.
        laid.height = y + HEIGHT + 1;
    }
    laid
}

/// Estimates the width of a text on a tile, generously: no font is at hand on the server.
pub(super) fn text_width(text: &str) -> u32 {
    text.chars()
        .map(|c| match c {
            'f' | 'i' | 'j' | 'l' | 'r' | 't' | '-' => 10,
            'm' | 'w' => 23,
            // East Asian scripts are as wide as high.
            '\u{1100}'.. => 25,
            _ => 15,
        })
        .sum()
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
