// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The matching of `forestall scan` over a lake of Parquet logs: every question for a listed name, at whatever time, as CSV that `forestall scan --input csv -` reads.
//!
//! Of millions of questions a handful have a listed name. To find them is what costs, and that the cluster does; what they mean of a client is decided by `forestall scan`
//! alone, so that there is one place that decides it. Columns are found by the names that its reader of Parquet understands, and values are handed on as it reads them.

use std::fmt::Write as _;

use datafusion::arrow::datatypes::{DataType, Field, Schema};

use crate::failure::Failure;

/// The table of the logs.
pub(crate) const LOGS: &str = "logs";

/// What a column holds, under the name that it gets, and the names that it may have. As `forestall-detect` has them, for every form of input.
const NAMES: [(&str, &[&str]); 7] = [
    (
        "time",
        &[
            "ts",
            "time",
            "timestamp",
            "@timestamp",
            "epoch",
            "unixtime",
            "datetime",
            "date",
            "dnstap.timestamp-rfc3339ns",
            "dnstap.timestamp",
        ],
    ),
    (
        "client",
        &[
            "client",
            "client_ip",
            "clientip",
            "src",
            "src_ip",
            "srcip",
            "source",
            "source_ip",
            "id.orig_h",
            "ip_src",
            "queryip",
            "query-ip",
            "network.query-ip",
        ],
    ),
    (
        "qname",
        &["qname", "query", "name", "domain", "query_name", "rrname", "dns_qname", "dns.qname", "dns.question.name"],
    ),
    ("qtype", &["qtype", "qtype_name", "type", "query_type", "rrtype", "dns_qtype", "dns.qtype"]),
    ("rcode", &["rcode", "rcode_name", "response_code", "status", "dns_rcode", "dns.rcode"]),
    ("qclass", &["qclass", "class", "dns_qclass", "dns.qclass"]),
    ("operation", &["operation", "dnstap.operation"]),
];

/// The columns in which ENTRADA2 keeps a name that does not stand in one.
const WHOLE_NAME: &str = "dns_qname_full";
const DOMAIN: &str = "dns_domainname";

/// Returns the statement for logs with these columns.
///
/// # Errors
///
/// [`Failure::Environment`] where there is none for time, client or name.
pub(crate) fn statement(schema: &Schema) -> Result<String, Failure> {
    let mut found: Vec<(&str, &Field)> = Vec::new();
    let named = |wanted: &str| schema.fields().iter().find(|field| field.name().eq_ignore_ascii_case(wanted));
    for field in schema.fields() {
        let of = |names: &[&str]| names.iter().any(|name| field.name().eq_ignore_ascii_case(name));
        if let Some((column, _)) = NAMES.iter().find(|(_, names)| of(names))
            && !field.data_type().is_nested()
            && found.iter().all(|(known, _)| known != column)
        {
            found.push((*column, &**field));
        }
    }
    let column = |name: &str| found.iter().find(|(known, _)| *known == name).map(|(_, field)| *field);
    let (Some(time), Some(client), Some(name)) = (column("time"), column("client"), column("qname")) else {
        let names: Vec<&str> = schema.fields().iter().take(30).map(|field| field.name().as_str()).collect();
        return Err(Failure::Environment(format!(
            "the logs have no columns for a time, a client and a name; they have {}",
            names.join(", ")
        )));
    };
    let name = whole_name(name, named(WHOLE_NAME).map(|field| &**field), named(DOMAIN).map(|field| &**field));
    // Line ends cannot stand in a field there; what comes before the listed name is of no matter.
    let one_line = format!("translate({name}, chr(10) || chr(13), '??')");
    let mut columns = format!("{} AS time, {} AS client, {one_line} AS qname", moment(time), text(client));
    for optional in ["qtype", "rcode", "qclass", "operation"] {
        if let Some(field) = column(optional) {
            write!(columns, ", {} AS {optional}", text(field)).expect("a text takes all");
        }
    }
    let mut statement = format!("SELECT {columns} FROM {LOGS} WHERE listed({name}) IS NOT NULL");
    if matches!(time.data_type(), DataType::Timestamp(..)) {
        // The reader takes no time before 1970 from a Parquet file.
        write!(statement, " AND {} >= to_timestamp_seconds(0)", quoted(time)).expect("a text takes all");
    }
    if column("operation").is_some() {
        // A question comes before its answer, as in the file.
        statement.push_str(" ORDER BY time, operation LIKE '%RESPONSE'");
    }
    Ok(statement)
}

fn quoted(field: &Field) -> String {
    format!("\"{}\"", field.name().replace('"', "\"\""))
}

fn text(field: &Field) -> String {
    match field.data_type() {
        DataType::Boolean => format!("CASE WHEN {0} THEN '1' WHEN NOT {0} THEN '0' END", quoted(field)),
        _ => format!("CAST({} AS VARCHAR)", quoted(field)),
    }
}

/// A time as RFC 3339 in microseconds, a number as it is: what it counts is told by its size, there as here.
fn moment(field: &Field) -> String {
    match field.data_type() {
        DataType::Timestamp(..) => format!("arrow_cast({}, 'Timestamp(Microsecond, Some(\"UTC\"))')", quoted(field)),
        _ => quoted(field),
    }
}

/// The rules of ENTRADA2: the whole name where it has a value, else the part before the domain, a dot and the domain, but where the part ends in the domain already.
fn whole_name(name: &Field, whole: Option<&Field>, domain: Option<&Field>) -> String {
    let name = format!("coalesce({}, '')", text(name));
    let mut put_together = name.clone();
    if let Some(domain) = domain {
        let domain = format!("coalesce({}, '')", text(domain));
        let bare = |text: &str| format!("lower(CASE WHEN {text} LIKE '%.' THEN left({text}, -1) ELSE {text} END)");
        let (bare_name, bare_domain) = (bare(&name), bare(&domain));
        put_together = format!(
            "CASE WHEN {bare_domain} = '' OR {bare_name} = {bare_domain} OR ends_with({bare_name}, '.' || {bare_domain}) THEN {name} \
             WHEN {name} = '' OR {name} LIKE '%.' THEN {name} || {domain} ELSE {name} || '.' || {domain} END"
        );
    }
    match whole.map(|whole| format!("coalesce({}, '')", text(whole))) {
        Some(whole) => format!("CASE WHEN {whole} <> '' THEN {whole} ELSE {put_together} END"),
        None => put_together,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(columns: &[(&str, DataType)]) -> Result<String, String> {
        let fields: Vec<Field> = columns.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect();
        statement(&Schema::new(fields)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn logs_of_plain_columns() {
        let text = DataType::Utf8;
        let found = check(&[("Time", DataType::Int64), ("src", text.clone()), ("qname", text.clone()), ("name", text)]);
        assert_eq!(
            found.unwrap(),
            "SELECT \"Time\" AS time, CAST(\"src\" AS VARCHAR) AS client, translate(coalesce(CAST(\"qname\" AS VARCHAR), ''), chr(10) || chr(13), '??') AS qname \
             FROM logs WHERE listed(coalesce(CAST(\"qname\" AS VARCHAR), '')) IS NOT NULL"
        );
    }

    #[test]
    fn logs_without_a_client_are_told() {
        let found = check(&[("time", DataType::Int64), ("qname", DataType::Utf8), ("a\"b", DataType::Utf8)]);
        let expected = "the logs have no columns for a time, a client and a name; they have time, qname, a\"b";
        assert_eq!(found.unwrap_err(), expected);
    }
}
