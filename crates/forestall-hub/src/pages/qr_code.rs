// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A text as a QR code, drawn into the page: an app reads it from the screen, and nobody types a secret.
//!
//! # Source
//!
//! ISO/IEC 18004: dark on light, with four modules of light around. The light is drawn too, so that a page in dark colours is read as well.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Modules of light around the code.
const QUIET: i32 = 4;
/// How wide a module is on the screen, in pixels of CSS.
const MODULE: i32 = 4;

/// Returns the code of a text as an element `svg`; `label` is what a reader of screens says. `None` where the text is longer than a code holds, some
/// 2,300 octets. The label is written as it is: it holds no markup.
pub(super) fn svg(text: &str, label: &'static str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size() + 2 * QUIET;
    let pixels = side * MODULE;
    let mut svg = format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"{label}\" width=\"{pixels}\" height=\"{pixels}\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\""
    );
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(run).unwrap_or(0);
            if run > 0 {
                let _ = write!(svg, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run + 1;
        }
    }
    svg.push_str("\"/></svg>");
    Some(svg)
}
