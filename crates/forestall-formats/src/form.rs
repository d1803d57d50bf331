// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The forms in which a case's names leave, and the one place that lists them.
//!
//! A form of *lines* says, name by name, what a registry is asked to do. A form of *requests* does so too, and needs to know more: who sponsors
//! a name, which servers it has. A form of *feeds* is for those who block, watch or share. Each form is one file, with what the list of forms says
//! of it; here it is one line in [`Form`], one in [`Form::about`] and one where it is written.

use std::io::{self, Write};

use forestall_model::line::{NameLine, NameList};
use forestall_model::{Released, vocabulary};

use crate::feed::{Feed, Settings};
use crate::request::Request;
use crate::{
    annex, annex_html, bind, csv, dnsmasq, epp, ersr, hosts, intelmq, jsonl, knot_resolver, misp, n6, plain,
    registrar_mail, rpz, stix, suricata, unbound, waiver, xarf, zeek,
};

vocabulary! {
    /// A consumer's form.
    pub enum Form as "a form" {
        /// One name a line.
        Plain = "plain",
        /// Comma-separated values with a header.
        Csv = "csv",
        /// One JSON object a line.
        Jsonl = "jsonl",
        /// A response policy zone.
        Rpz = "rpz",
        /// Zone statements of BIND.
        Bind = "bind",
        /// Local zones of Unbound.
        Unbound = "unbound",
        /// A policy rule of Knot Resolver.
        KnotResolver = "knot-resolver",
        /// Lines of dnsmasq's configuration.
        Dnsmasq = "dnsmasq",
        /// A hosts file.
        Hosts = "hosts",
        /// EPP commands, a frame a line.
        Epp = "epp",
        /// The draft of an Expedited Registry Security Request.
        Ersr = "ersr",
        /// The draft of a registrar's request for a waiver.
        Waiver = "waiver",
        /// An annex of names by top-level domain.
        Annex = "annex",
        /// The annex as a page to be printed.
        AnnexHtml = "annex-html",
        /// A message for each registrar.
        RegistrarMail = "registrar-mail",
        /// Reports to abuse desks.
        Xarf = "xarf",
        /// A STIX 2.1 bundle.
        Stix = "stix",
        /// A MISP event.
        Misp = "misp",
        /// IntelMQ events.
        IntelMq = "intelmq",
        /// Events as n6 gives them out.
        N6 = "n6",
        /// A file of Zeek's intelligence framework.
        Zeek = "zeek",
        /// The Zeek script for it.
        ZeekScript = "zeek-script",
        /// A Suricata dataset.
        Suricata = "suricata",
        /// The Suricata rule for it.
        SuricataRules = "suricata-rules",
    }
}

/// What there is to say of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Who takes it, in words.
    pub consumer: &'static str,
    /// What reads it in the tests, in words.
    pub tested_with: &'static str,
    /// The media type.
    pub media_type: &'static str,
    /// The ending of a file's name, without dot.
    pub extension: &'static str,
    /// Whether the form itself shows, entry by entry, which names come from an unverified family. Whoever hands out another says it beside.
    pub shows_confidence: bool,
    /// Whether the form tells, name by name, what the registry is asked to do. A form that does not holds only names about which something may
    /// be done.
    pub tells_the_action: bool,
}

/// How a request is written: returns how many frames, rows, names or reports there are, as the form says.
pub type RequestWriter = fn(&Released<Request>, &Settings, &mut dyn Write) -> io::Result<u64>;

/// How a feed is written: returns the number of entries, a head not counted.
pub type FeedWriter = fn(&Released<Feed>, &Settings, &mut dyn Write) -> io::Result<u64>;

impl Form {
    /// Returns what there is to say of the form.
    #[must_use]
    pub const fn about(self) -> &'static About {
        match self {
            Self::Plain => &plain::ABOUT,
            Self::Csv => &csv::ABOUT,
            Self::Jsonl => &jsonl::ABOUT,
            Self::Rpz => &rpz::ABOUT,
            Self::Bind => &bind::ABOUT,
            Self::Unbound => &unbound::ABOUT,
            Self::KnotResolver => &knot_resolver::ABOUT,
            Self::Dnsmasq => &dnsmasq::ABOUT,
            Self::Hosts => &hosts::ABOUT,
            Self::Epp => &epp::ABOUT,
            Self::Ersr => &ersr::ABOUT,
            Self::Waiver => &waiver::ABOUT,
            Self::Annex => &annex::ABOUT,
            Self::AnnexHtml => &annex_html::ABOUT,
            Self::RegistrarMail => &registrar_mail::ABOUT,
            Self::Xarf => &xarf::ABOUT,
            Self::Stix => &stix::feed::ABOUT,
            Self::Misp => &misp::ABOUT,
            Self::IntelMq => &intelmq::ABOUT,
            Self::N6 => &n6::ABOUT,
            Self::Zeek => &zeek::ABOUT,
            Self::ZeekScript => &zeek::script::ABOUT,
            Self::Suricata => &suricata::ABOUT,
            Self::SuricataRules => &suricata::rules::ABOUT,
        }
    }

    /// Returns how a feed is written in this form; `None` for a form of lines or requests.
    #[must_use]
    pub fn feed_writer(self) -> Option<FeedWriter> {
        Some(match self {
            Self::Rpz => rpz::write,
            Self::Bind => bind::write,
            Self::Unbound => unbound::write,
            Self::KnotResolver => knot_resolver::write,
            Self::Dnsmasq => dnsmasq::write,
            Self::Hosts => hosts::write,
            Self::Stix => stix::feed::write,
            Self::Misp => misp::write,
            Self::IntelMq => intelmq::write,
            Self::N6 => n6::write,
            Self::Zeek => zeek::write,
            Self::ZeekScript => zeek::script::write,
            Self::Suricata => suricata::write,
            Self::SuricataRules => suricata::rules::write,
            _ => return None,
        })
    }

    /// Returns how a request is written in this form; `None` for a form of lines or feeds.
    #[must_use]
    pub fn request_writer(self) -> Option<RequestWriter> {
        Some(match self {
            Self::Epp => epp::write,
            Self::Ersr => ersr::write,
            Self::Waiver => waiver::write,
            Self::Annex => annex::write,
            Self::AnnexHtml => annex_html::write,
            Self::RegistrarMail => registrar_mail::write,
            Self::Xarf => xarf::write,
            _ => return None,
        })
    }

    /// Says whether [`Form::write`] writes it.
    #[must_use]
    pub fn is_of_lines(self) -> bool {
        self.feed_writer().is_none() && self.request_writer().is_none()
    }

    /// Writes a list of lines and returns the number of rows, a header not counted.
    ///
    /// # Errors
    ///
    /// What the writer reports; [`io::ErrorKind::Unsupported`] for a form of feeds or requests.
    pub fn write<I>(self, list: Released<NameList<I>>, out: &mut dyn Write) -> io::Result<u64>
    where
        I: IntoIterator<Item = NameLine>,
    {
        match self {
            Self::Plain => plain::write(list, out),
            Self::Csv => csv::write(list, out),
            Self::Jsonl => jsonl::write(list, out),
            _ => Err(io::Error::new(io::ErrorKind::Unsupported, format!("{self} is no form of lists"))),
        }
    }
}
