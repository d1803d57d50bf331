// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Text for machines: a head of comments, then records name by name, handed on block by block, so that a feed never stands in memory twice.

use std::io::{self, Write};

use super::Feed;
use crate::flood::one_line;
use crate::json_text::put;

/// Octets that are written at a time.
const BLOCK: usize = 64 << 10;
/// Characters of a title, at most: readers of configuration cut lines, dnsmasq's after 1,024 octets, Suricata's after 8,191, and take the rest for lines
/// of their own.
const TITLE: usize = 200;

/// The word that stands in a comment behind a name of unverified families alone.
pub(crate) const UNVERIFIED: &str = "UNVERIFIED";

/// A form's text on its way out.
pub(crate) struct Text<'o> {
    out: &'o mut dyn Write,
    octets: Vec<u8>,
}

impl<'o> Text<'o> {
    pub(crate) fn new(out: &'o mut dyn Write) -> Self {
        Self { out, octets: Vec::with_capacity(BLOCK + (BLOCK >> 2)) }
    }

    /// Writes pieces, one after another.
    pub(crate) fn push(&mut self, pieces: &[&str]) -> io::Result<()> {
        self.fill(|octets| put(octets, pieces))
    }

    /// Writes what `fill` puts behind the octets that it is given.
    pub(crate) fn fill(&mut self, fill: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        fill(&mut self.octets);
        if self.octets.len() < BLOCK {
            return Ok(());
        }
        self.out.write_all(&self.octets)?;
        self.octets.clear();
        Ok(())
    }

    /// Writes what people have to know of the file, in lines of comment that begin with `mark`: what it is, who may have it, from when until when it
    /// holds, and what of it is unverified.
    pub(crate) fn head(&mut self, mark: &str, feed: &Feed) -> io::Result<()> {
        let (from, until) = (feed.span.from, feed.span.until);
        self.push(&[mark, " ", &title(feed), "\n", mark, " ", &feed.marked(), "\n"])?;
        self.push(&[
            mark,
            " Names that a domain generation algorithm makes, predicted: candidates of a botnet, not its servers.\n",
        ])?;
        let days = format!("{from} until {until}");
        self.push(&[mark, " Holds from ", &days, ": the names whose windows, margins included, meet this time.\n"])?;
        for campaign in &feed.campaigns {
            self.push(&[mark, " campaign ", campaign.id.as_str(), " of ", campaign.family.as_str()])?;
            if !campaign.verified {
                self.push(&[", ", UNVERIFIED, ": its names were not checked against the botnet's own"])?;
            }
            self.push(&["\n"])?;
        }
        Ok(())
    }

    /// Writes each name once, in order, as `each` does with the end of its lines: a comment that begins with `mark` where only unverified families make
    /// the name, and a line feed. Returns how many names there are.
    pub(crate) fn names(
        &mut self,
        mark: &str,
        feed: &Feed,
        mut each: impl FnMut(&mut Self, &str, &str) -> io::Result<()>,
    ) -> io::Result<u64> {
        let unverified_end = format!(" {mark} {UNVERIFIED}\n");
        let mut names = 0;
        if feed.campaigns.iter().all(|campaign| campaign.verified) {
            // The usual feed, of which no window has to be looked at.
            for name in feed.entries.names() {
                each(self, name, "\n")?;
                names += 1;
            }
            return Ok(names);
        }
        for (name, unverified) in feed.names() {
            each(self, name, if unverified { &unverified_end } else { "\n" })?;
            names += 1;
        }
        Ok(names)
    }

    /// Hands on what is left.
    pub(crate) fn end(self) -> io::Result<()> {
        self.out.write_all(&self.octets)?;
        self.out.flush()
    }
}

/// Returns the title of a feed as a comment has room for it, on one line.
pub(crate) fn title(feed: &Feed) -> String {
    one_line(&feed.title).chars().take(TITLE).collect()
}

/// Returns the error of a form that has no words for what is asked of it.
pub(crate) fn unsayable(reason: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason.into())
}
