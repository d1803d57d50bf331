// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The tables of the lake, column by column. `docs/lake.md` shows the same, and a test holds them together.
//!
//! STORED FORMAT, version 1. A change that a reader of the old form would misread is a new version, which stands in the metadata of every file.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::schema::types::{Type, TypePtr};

/// The version of the schema, under [`VERSION_KEY`] in the metadata of every file.
pub const VERSION: &str = "1";
/// The key of the version.
pub const VERSION_KEY: &str = "forestall.version";
/// The key that says whether addresses are `clear` or `pseudonyms`.
pub const ADDRESSES_KEY: &str = "forestall.addresses";
/// The key of the lists by which addresses were marked as left out of counts.
pub const LEFT_OUT_KEY: &str = "forestall.left_out";

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Microseconds since 1970-01-01T00:00:00Z, UTC.
    Time,
    /// A whole number of that many bits, without sign: 8, 16 or 32.
    Number(u8),
    /// A whole number of 64 bits.
    Long,
    /// Yes or no.
    Flag,
    /// Text in UTF-8.
    Text,
    /// Octets.
    Octets,
    /// 16 octets.
    Sixteen,
}

impl Kind {
    /// Returns the word for it in the documentation.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Time => "timestamp",
            Self::Number(8) => "uint8",
            Self::Number(16) => "uint16",
            Self::Number(_) => "uint32",
            Self::Long => "int64",
            Self::Flag => "boolean",
            Self::Text => "text",
            Self::Octets => "octets",
            Self::Sixteen => "16 octets",
        }
    }
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether a row may be without it.
    pub optional: bool,
    /// Whether few values come again and again, so that a dictionary is worth its time.
    pub repeats: bool,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name, which is that of its folder.
    pub name: &'static str,
    /// Its columns, in the order of its files.
    pub columns: &'static [Column],
    /// Whether its folders are divided by family below the day.
    pub by_family: bool,
}

const fn column(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, optional: false, repeats: true }
}

impl Column {
    const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    const fn unlike(mut self) -> Self {
        self.repeats = false;
        self
    }
}

/// Columns of [`DNS_HITS`].
pub mod dns {
    /// When it came.
    pub const TIME: &str = "time";
    /// Who asked, where it is an IPv4 address in clear.
    pub const RESOLVER_V4: &str = "resolver_v4";
    /// Who asked, where it is an IPv6 address in clear.
    pub const RESOLVER_V6: &str = "resolver_v6";
    /// Who asked, where the address is no longer in clear.
    pub const PSEUDONYM: &str = "pseudonym";
    /// 4 or 6.
    pub const IP_VERSION: &str = "ip_version";
    /// `udp` or `tcp`.
    pub const TRANSPORT: &str = "transport";
    /// Whether the address may be forged.
    pub const SPOOFABLE: &str = "spoofable";
    /// The name that was asked for.
    pub const QNAME: &str = "qname";
    /// The listed name at or above it.
    pub const LISTED: &str = "listed";
    /// The type that was asked for.
    pub const QTYPE: &str = "qtype";
    /// What was answered.
    pub const ANSWER: &str = "answer";
    /// The campaigns.
    pub const CAMPAIGNS: &str = "campaigns";
    /// Their families.
    pub const FAMILIES: &str = "families";
    /// The network.
    pub const ASN: &str = "asn";
    /// The country.
    pub const COUNTRY: &str = "country";
    /// Why it is left out of counts.
    pub const LEFT_OUT: &str = "left_out";
    /// Who saw it.
    pub const SENSOR: &str = "sensor";
    /// The number of the segment.
    pub const SEQUENCE: &str = "sequence";
}

/// Columns of [`CONTACT_HITS`].
pub mod contact {
    pub use super::dns::{ASN, COUNTRY, IP_VERSION, LEFT_OUT, PSEUDONYM, SENSOR, SEQUENCE, TIME};
    /// Who connected, where it is an IPv4 address in clear.
    pub const SOURCE_V4: &str = "source_v4";
    /// Who connected, where it is an IPv6 address in clear.
    pub const SOURCE_V6: &str = "source_v6";
    /// The port, where addresses are in clear.
    pub const SOURCE_PORT: &str = "source_port";
    /// The address that was connected to.
    pub const DESTINATION: &str = "destination";
    /// What came.
    pub const KIND: &str = "kind";
    /// Who it seems to be.
    pub const VERDICT: &str = "verdict";
    /// Why.
    pub const REASON: &str = "reason";
    /// The method.
    pub const METHOD: &str = "method";
    /// The path.
    pub const PATH: &str = "path";
    /// The query.
    pub const QUERY: &str = "query";
    /// The `Host` field.
    pub const HOST: &str = "host";
    /// The `User-Agent` field.
    pub const USER_AGENT: &str = "user_agent";
    /// The name that TLS asked for.
    pub const SERVER_NAME: &str = "server_name";
    /// The count that Conficker tells.
    pub const Q: &str = "q";
}

/// A resolver asked for a listed name.
pub static DNS_HITS: Table = Table {
    name: "dns_hits",
    by_family: true,
    columns: &[
        column(dns::TIME, Kind::Time).unlike(),
        column(dns::RESOLVER_V4, Kind::Number(32)).optional().unlike(),
        column(dns::RESOLVER_V6, Kind::Sixteen).optional().unlike(),
        column(dns::PSEUDONYM, Kind::Sixteen).optional().unlike(),
        column(dns::IP_VERSION, Kind::Number(8)),
        column("resolver_port", Kind::Number(16)).optional().unlike(),
        column("server", Kind::Text),
        column("server_port", Kind::Number(16)),
        column(dns::TRANSPORT, Kind::Text),
        column(dns::SPOOFABLE, Kind::Flag),
        column(dns::QNAME, Kind::Text),
        column("qname_asked", Kind::Text).optional().unlike(),
        column(dns::LISTED, Kind::Text),
        column(dns::QTYPE, Kind::Number(16)),
        column("recursion_desired", Kind::Flag),
        column("checking_disabled", Kind::Flag),
        column("edns_size", Kind::Number(16)).optional(),
        column("dnssec_ok", Kind::Flag),
        column("nsid", Kind::Flag),
        column("client_subnet", Kind::Flag),
        column("cookie", Kind::Text).optional(),
        column(dns::ANSWER, Kind::Text),
        column(dns::CAMPAIGNS, Kind::Text),
        column(dns::FAMILIES, Kind::Text),
        column(dns::ASN, Kind::Number(32)).optional(),
        column(dns::COUNTRY, Kind::Text).optional(),
        column(dns::LEFT_OUT, Kind::Text).optional(),
        column(dns::SENSOR, Kind::Text),
        column(dns::SEQUENCE, Kind::Long),
    ],
};

/// A machine connected.
pub static CONTACT_HITS: Table = Table {
    name: "contact_hits",
    by_family: true,
    columns: &[
        column(contact::TIME, Kind::Time).unlike(),
        column(contact::SOURCE_V4, Kind::Number(32)).optional().unlike(),
        column(contact::SOURCE_V6, Kind::Sixteen).optional().unlike(),
        column(contact::PSEUDONYM, Kind::Sixteen).optional().unlike(),
        column(contact::IP_VERSION, Kind::Number(8)),
        column(contact::SOURCE_PORT, Kind::Number(16)).optional().unlike(),
        column(contact::DESTINATION, Kind::Text),
        column("destination_port", Kind::Number(16)),
        column(contact::KIND, Kind::Text),
        column("cut", Kind::Flag),
        column(contact::VERDICT, Kind::Text),
        column(contact::REASON, Kind::Text),
        column(contact::METHOD, Kind::Text).optional(),
        column(contact::PATH, Kind::Text).optional(),
        column(contact::QUERY, Kind::Text).optional(),
        column(contact::HOST, Kind::Text).optional(),
        column(contact::USER_AGENT, Kind::Text).optional(),
        column(contact::SERVER_NAME, Kind::Text).optional(),
        column("first_octets", Kind::Octets).optional(),
        column(contact::Q, Kind::Number(32)).optional(),
        column(contact::ASN, Kind::Number(32)).optional(),
        column(contact::COUNTRY, Kind::Text).optional(),
        column(contact::LEFT_OUT, Kind::Text).optional(),
        column(contact::SENSOR, Kind::Text),
        column(contact::SEQUENCE, Kind::Long),
    ],
};

/// What was left out at the sensor, or could not be read of a segment.
pub static LOSSES: Table = Table {
    name: "losses",
    by_family: false,
    columns: &[
        column("kind", Kind::Text).optional(),
        column("cause", Kind::Text),
        column("from", Kind::Time),
        column("until", Kind::Time),
        column("offered", Kind::Long).optional(),
        column("lost", Kind::Long).optional(),
        column("at_least", Kind::Long),
        column("octets", Kind::Long).optional(),
        column("sensor", Kind::Text),
        column("sequence", Kind::Long),
    ],
};

/// What is left of events when their rows are deleted.
pub static AGGREGATES: Table = Table {
    name: "aggregates",
    by_family: true,
    columns: &[
        column("of", Kind::Text),
        column("hour", Kind::Number(8)),
        column("asn", Kind::Number(32)).optional(),
        column("country", Kind::Text).optional(),
        column("verdict", Kind::Text).optional(),
        column("left_out", Kind::Text).optional(),
        column("ip_version", Kind::Number(8)),
        column("events", Kind::Long),
        column("sources", Kind::Long),
        column("sketch", Kind::Octets).unlike(),
        column("sensor", Kind::Text),
        column("sequence", Kind::Long),
    ],
};

/// All tables.
pub static TABLES: [&Table; 4] = [&DNS_HITS, &CONTACT_HITS, &LOSSES, &AGGREGATES];

impl Table {
    /// Returns the place of a column; none where the table has none of that name.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Returns its columns in Parquet's own words.
    ///
    /// # Errors
    ///
    /// Where Parquet does not know such a type; the tables here have none.
    pub(crate) fn parquet(&self) -> parquet::errors::Result<TypePtr> {
        let mut fields = Vec::new();
        for column in self.columns {
            let (physical, logical, length) = match column.kind {
                Kind::Time => {
                    let logical = LogicalType::timestamp(true, TimeUnit::MICROS);
                    (Physical::INT64, Some(logical), -1)
                }
                Kind::Number(bits) => (Physical::INT32, Some(LogicalType::integer(bits.cast_signed(), false)), -1),
                Kind::Long => (Physical::INT64, None, -1),
                Kind::Flag => (Physical::BOOLEAN, None, -1),
                Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String), -1),
                Kind::Octets => (Physical::BYTE_ARRAY, None, -1),
                Kind::Sixteen => (Physical::FIXED_LEN_BYTE_ARRAY, None, 16),
            };
            let repetition = if column.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
            let field = Type::primitive_type_builder(column.name, physical)
                .with_repetition(repetition)
                .with_logical_type(logical)
                .with_length(length);
            fields.push(Arc::new(field.build()?));
        }
        Ok(Arc::new(Type::group_type_builder(self.name).with_fields(fields).build()?))
    }
}
