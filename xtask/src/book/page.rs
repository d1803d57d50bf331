// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One page: Markdown as HTML, with anchors at its headings and links that lead to pages of the book.

use std::collections::BTreeMap;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::paths::{place, relative};
use crate::markdown::{has_scheme, headings, join, percent_decoded};
use crate::tree::{SourceFile, Tree};

/// A page without what stands around it.
#[derive(Debug)]
pub(super) struct Page {
    /// The text of its first heading.
    pub(super) title: String,
    /// Its HTML.
    pub(super) body: String,
    /// The files of the repository that it links to, relative to the root.
    pub(super) leads_to: Vec<String>,
}

/// Renders a file. Links that lead nowhere stay as they are, for the check to find; a link to a folder that has no page becomes text.
pub(super) fn render(source: &SourceFile, tree: &Tree) -> Page {
    let own = place(&source.path, tree);
    let ids: BTreeMap<usize, String> =
        headings(&source.text).into_iter().map(|heading| (heading.line, heading.anchor)).collect();
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut leads_to = Vec::new();
    // Links are open or dropped in pairs.
    let mut kept = Vec::new();
    let mut anchor: Option<String> = None;
    let mut title: Option<String> = None;
    let mut in_title = false;
    let mut in_comment = false;
    let mut events: Vec<Event<'_>> = Vec::new();
    for (event, range) in Parser::new_ext(&source.text, options).into_offset_iter() {
        if in_title && let Event::Text(text) | Event::Code(text) = &event {
            title.get_or_insert_default().push_str(text);
        }
        match event {
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                in_title = level == HeadingLevel::H1 && title.is_none();
                anchor = ids.get(&line_at(&source.text, range.start)).cloned();
                let id = anchor.clone().map(CowStr::from);
                events.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
            }
            Event::End(TagEnd::Heading(level)) => {
                in_title = false;
                if let Some(anchor) = anchor.take().filter(|_| level != HeadingLevel::H1) {
                    let link =
                        format!(" <a class=\"here\" href=\"#{anchor}\" aria-label=\"Link to this heading\">#</a>");
                    events.push(Event::InlineHtml(link.into()));
                }
                events.push(Event::End(TagEnd::Heading(level)));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let target = target(&source.path, &own, &dest_url, tree, &mut leads_to);
                kept.push(target.is_some());
                if let Some(dest_url) = target {
                    events.push(Event::Start(Tag::Link { link_type, dest_url: dest_url.into(), title, id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if kept.pop().unwrap_or(false) {
                    events.push(Event::End(TagEnd::Link));
                }
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let target = target(&source.path, &own, &dest_url, tree, &mut leads_to);
                let dest_url = target.unwrap_or_default().into();
                events.push(Event::Start(Tag::Image { link_type, dest_url, title, id }));
            }
            Event::Start(Tag::Table(alignment)) => {
                events.push(Event::Html("<div class=\"wide\" tabindex=\"0\">".into()));
                events.push(Event::Start(Tag::Table(alignment)));
            }
            Event::End(TagEnd::Table) => {
                events.push(Event::End(TagEnd::Table));
                events.push(Event::Html("</div>\n".into()));
            }
            // A comment comes line by line.
            Event::Html(text) | Event::InlineHtml(text) if in_comment || text.trim_start().starts_with("<!--") => {
                in_comment = !text.contains("-->");
            }
            event => events.push(event),
        }
    }
    let mut body = String::with_capacity(source.text.len() * 2);
    html::push_html(&mut body, events.into_iter());
    // What is wider than the page is moved with the keyboard as well.
    let body = body.replace("<pre>", "<pre tabindex=\"0\">");
    Page { title: title.unwrap_or_else(|| source.path.clone()), body, leads_to }
}

/// Returns the line, from 1, of an offset.
fn line_at(text: &str, offset: usize) -> usize {
    text[..offset].bytes().filter(|&byte| byte == b'\n').count() + 1
}

/// Returns a link's address in the book; none where it leads to a folder without a page.
fn target(from: &str, own: &str, written: &str, tree: &Tree, leads_to: &mut Vec<String>) -> Option<String> {
    if has_scheme(written) || written.starts_with('#') {
        return Some(written.to_owned());
    }
    let (path, anchor) = written.split_once('#').map_or((written, None), |(path, anchor)| (path, Some(anchor)));
    let found = join(from, &percent_decoded(path)).filter(|found| tree.paths.contains(found));
    let Some(mut found) = found else { return Some(written.to_owned()) };
    let page_of_folder = format!("{found}/README.md");
    if tree.paths.contains(&page_of_folder) {
        found = page_of_folder;
    } else if tree.is_folder(&found) {
        return None;
    }
    let mut address = relative(own, &place(&found, tree));
    if let Some(anchor) = anchor {
        address.push('#');
        address.push_str(anchor);
    }
    leads_to.push(found);
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::tree::{SourceFile, Tree};

    fn body(text: &str) -> (String, Vec<String>) {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let paths = ["docs", "docs/a.md", "docs/b.md", "docs/x", "docs/x/README.md", "docs/i.png", "src", "src/y.rs"];
        let files = vec![file("docs/a.md", text), file("docs/b.md", ""), file("src/y.rs", "")];
        let tree = Tree { paths: paths.map(str::to_owned).into(), files };
        let page = render(&tree.files[0], &tree);
        (page.body.trim().to_owned(), page.leads_to)
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(body(text).0, expected, "{text}");
    }

    #[test]
    fn links_lead_to_pages_of_the_book() {
        check("[b](b.md#one)", "<p><a href=\"b.html#one\">b</a></p>");
        check("[x](x)", "<p><a href=\"x/index.html\">x</a></p>");
        check("[y](../src/y.rs)", "<p><a href=\"repository/src/y.rs.txt\">y</a></p>");
        check("[src](../src)", "<p>src</p>");
        check("[web](https://example.org/b.md)", "<p><a href=\"https://example.org/b.md\">web</a></p>");
        check("![i](i.png)", "<p><img src=\"i.png\" alt=\"i\" /></p>");
        assert_eq!(body("[b](b.md) [y](../src/y.rs)").1, ["docs/b.md", "src/y.rs"]);
        // Left for the check.
        check("[gone](gone.md)", "<p><a href=\"gone.md\">gone</a></p>");
    }

    #[test]
    fn headings_have_the_anchors_of_the_check() {
        let here =
            |anchor: &str| format!(" <a class=\"here\" href=\"#{anchor}\" aria-label=\"Link to this heading\">#</a>");
        check("# A `b` c", "<h1 id=\"a-b-c\">A <code>b</code> c</h1>");
        let twice = format!("<h2 id=\"x\">X{}</h2>\n<h2 id=\"x-1\">X{}</h2>", here("x"), here("x-1"));
        check("## X\n## X", &twice);
    }

    #[test]
    fn comments_are_left_out_and_tables_can_be_moved() {
        check("<!-- file: a -->\n\ntext", "<p>text</p>");
        check("- a\n\n  <!-- console\n  $ b\n  -->\n\n  c", "<ul>\n<li>\n<p>a</p>\n<p>c</p>\n</li>\n</ul>");
        assert!(body("| a |\n|---|\n| b |").0.starts_with("<div class=\"wide\" tabindex=\"0\"><table>"));
        assert!(body("```\n<a>\n```").0.starts_with("<pre tabindex=\"0\"><code>&lt;a&gt;"));
    }
}
