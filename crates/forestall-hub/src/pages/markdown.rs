// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Notes in Markdown as HTML that can do nothing: no markup of the writer's, no picture, no address but of the web and of mail.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// Octets of a note that are rendered; a longer one is shown cut, and is whole in the log.
const MAX_NOTE: usize = 64 << 10;

/// Returns the HTML of a note. Whatever looks like markup of its own stands there as text.
pub(super) fn to_html(note: &str) -> String {
    let note = if note.len() > MAX_NOTE { &note[..note.floor_char_boundary(MAX_NOTE)] } else { note };
    let parser =
        Parser::new_ext(note, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS);
    // Links are open or dropped in pairs.
    let mut kept: Vec<bool> = Vec::new();
    let events = parser.filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock | Tag::Image { .. }) | Event::End(TagEnd::HtmlBlock | TagEnd::Image) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let goes = is_harmless(&dest_url) || link_type == LinkType::Email;
            kept.push(goes);
            goes.then_some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        Event::End(TagEnd::Link) => kept.pop().unwrap_or(false).then_some(Event::End(TagEnd::Link)),
        // Headings of a note stand below those of the page.
        Event::Start(Tag::Heading { .. }) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::Heading(_)) => Some(Event::End(TagEnd::Paragraph)),
        event => Some(event),
    });
    let mut text = String::with_capacity(note.len() + note.len() / 4);
    html::push_html(&mut text, events);
    text
}

/// Says whether an address may be followed: the web's, and mail.
fn is_harmless(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    ["https://", "http://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
        && !lower.contains(|c: char| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::to_html;

    #[track_caller]
    fn check(note: &str, expected: &str) {
        assert_eq!(to_html(note).trim(), expected, "{note}");
    }

    #[test]
    fn writes_what_people_write() {
        check("**three** names of `be`", "<p><strong>three</strong> names of <code>be</code></p>");
        check("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>");
        check("[a page](https://example.org/a?b=c)", "<p><a href=\"https://example.org/a?b=c\">a page</a></p>");
    }

    #[test]
    fn can_do_nothing() {
        check("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;");
        check("a <img src=x onerror=alert(1)> b", "<p>a &lt;img src=x onerror=alert(1)&gt; b</p>");
        check("[x](javascript:alert(1))", "<p>x</p>");
        check("[x](<java\tscript:alert(1)>)", "<p>x</p>");
        check("![x](https://tracker.example/p.png)", "<p>x</p>");
        check("[x](data:text/html;base64,AAAA)", "<p>x</p>");
        check("<a href='vbscript:x'>y</a>", "<p>&lt;a href='vbscript:x'&gt;y&lt;/a&gt;</p>");
        assert!(!to_html("\u{1}\n# <b>").contains("<b>"));
    }

    #[test]
    fn a_long_note_is_cut_and_does_not_hang() {
        let deep = "> ".repeat(200_000);
        assert!(to_html(&deep).len() < 2_000_000);
        let brackets = "[".repeat(200_000);
        assert!(to_html(&brackets).len() < 1_000_000);
    }
}
