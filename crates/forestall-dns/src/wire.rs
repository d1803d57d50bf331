// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Octets to values and back: the questions that are sent, and what counts as an answer to one.

use std::str::FromStr;

use domain::base::iana::{Class, Opcode, Rtype};
use domain::base::message_builder::MessageBuilder;
use domain::base::name::{Name, ParsedName, ToName};
use domain::base::rdata::ParseRecordData;
use domain::base::wire::ParseError;
use domain::base::{Message, ParsedRecord};
use domain::rdata::{A, Aaaa, Cname, Mx, Ns, Soa, Txt};
use forestall_model::OwnerName;

use crate::answer::{Answer, Data, Kind, Question, Rcode, Record};

/// Octets that a server may send over UDP: what passes every network unfragmented (DNS flag day 2020).
pub(crate) const UDP_SIZE: u16 = 1_232;
const HEADER: usize = 12;

/// A question as it was sent.
#[derive(Debug)]
pub(crate) struct Sent {
    /// The whole message.
    pub(crate) message: Vec<u8>,
    id: u16,
    /// The question section, exactly as sent.
    question: Vec<u8>,
}

/// How a message differs from an answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reject {
    /// It answers something else, or nothing: somebody else may have sent it.
    NotOurs,
    /// It answers the question, but in other letter case.
    CaseChanged,
    /// It answers the question, and its records are broken.
    Malformed,
}

/// What a message says.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) answer: Answer,
    /// Whether the server cut the answer to fit.
    pub(crate) truncated: bool,
}

/// Writes a question. `random` gives the number of the message and the letter case of the name.
pub(crate) fn question(asked: &Question, recursion: bool, edns: bool, mix_case: bool, random: &[u8; 34]) -> Sent {
    let (case, id) = (&random[..32], u16::from_be_bytes([random[32], random[33]]));
    let mut octets = octets_of(&asked.name);
    if mix_case {
        // Lengths of labels are below 64 and hence no letters, so the whole name can be walked.
        for (i, octet) in octets.iter_mut().enumerate() {
            if case[i / 8 % case.len()] & (1 << (i % 8)) != 0 {
                octet.make_ascii_uppercase();
            }
        }
    }
    let name = Name::from_octets(octets).expect("letter case does not change the form of a name");
    let mut builder = MessageBuilder::new_vec();
    builder.header_mut().set_id(id);
    builder.header_mut().set_rd(recursion);
    let mut builder = builder.question();
    builder.push((name, rtype(asked.kind))).expect("a vector takes any question");
    let question = builder.as_slice()[HEADER..].to_vec();
    let mut builder = builder.additional();
    if edns {
        builder
            .opt(|opt| {
                opt.set_udp_payload_size(UDP_SIZE);
                Ok(())
            })
            .expect("a vector takes any record");
    }
    Sent { message: builder.finish(), id, question }
}

/// Reads a message as the answer to `sent`.
pub(crate) fn answer(sent: &Sent, octets: &[u8], over_tcp: bool) -> Result<Received, Reject> {
    let message = Message::from_slice(octets).map_err(|_| Reject::NotOurs)?;
    let header = message.header();
    if !header.qr() || header.id() != sent.id || header.opcode() != Opcode::QUERY {
        return Err(Reject::NotOurs);
    }
    let counts = message.header_counts();
    let repeated = octets.get(HEADER..HEADER + sent.question.len());
    match (counts.qdcount(), repeated) {
        (1, Some(question)) if question == sent.question => {}
        (1, Some(question)) if question.eq_ignore_ascii_case(&sent.question) => return Err(Reject::CaseChanged),
        // A server that did not read as far as the question cannot repeat it.
        (0, _) if counts.ancount() == 0 && counts.nscount() == 0 && header.rcode().to_int() != 0 => {}
        _ => return Err(Reject::NotOurs),
    }
    let sections = || -> Result<(Vec<Record>, Vec<Record>), ParseError> {
        let answers = message.answer()?;
        let authority = message.authority()?;
        Ok((records(answers)?, records(authority)?))
    };
    let (answers, authority) = match sections() {
        Ok(sections) => sections,
        // What was cut off may have been cut inside a record.
        Err(_) if header.tc() => (Vec::new(), Vec::new()),
        Err(_) => return Err(Reject::Malformed),
    };
    let additional = message.additional().and_then(records).unwrap_or_default();
    let answer = Answer {
        rcode: Rcode::from(message.opt_rcode().to_int()),
        authoritative: header.aa(),
        recursion_available: header.ra(),
        over_tcp,
        answers,
        authority,
        additional,
    };
    Ok(Received { answer, truncated: header.tc() })
}

const fn rtype(kind: Kind) -> Rtype {
    match kind {
        Kind::A => Rtype::A,
        Kind::Aaaa => Rtype::AAAA,
        Kind::Cname => Rtype::CNAME,
        Kind::Mx => Rtype::MX,
        Kind::Ns => Rtype::NS,
        Kind::Soa => Rtype::SOA,
        Kind::Txt => Rtype::TXT,
    }
}

fn records(section: domain::base::message::RecordSection<'_, [u8]>) -> Result<Vec<Record>, ParseError> {
    let mut records = Vec::new();
    for record in section {
        let record = record?;
        // A record of another class says nothing about the Internet.
        if record.class() == Class::IN {
            records.push(Record { owner: owner(&record.owner())?, ttl: record.ttl().as_secs(), data: data(&record)? });
        }
    }
    Ok(records)
}

fn data(record: &ParsedRecord<'_, [u8]>) -> Result<Data, ParseError> {
    Ok(match record.rtype() {
        Rtype::A => Data::A(typed::<A>(record)?.addr()),
        Rtype::AAAA => Data::Aaaa(typed::<Aaaa>(record)?.addr()),
        Rtype::CNAME => Data::Cname(owner(typed::<Cname<ParsedName<&[u8]>>>(record)?.cname())?),
        Rtype::NS => Data::Ns(owner(typed::<Ns<ParsedName<&[u8]>>>(record)?.nsdname())?),
        Rtype::MX => {
            let mx = typed::<Mx<ParsedName<&[u8]>>>(record)?;
            Data::Mx { preference: mx.preference(), exchange: owner(mx.exchange())? }
        }
        Rtype::SOA => {
            let soa = typed::<Soa<ParsedName<&[u8]>>>(record)?;
            Data::Soa {
                primary: owner(soa.mname())?,
                contact: owner(soa.rname())?,
                serial: soa.serial().into_int(),
                minimum: soa.minimum().as_secs(),
            }
        }
        Rtype::TXT => Data::Txt(typed::<Txt<&[u8]>>(record)?.text()),
        other => Data::Other(other.to_int()),
    })
}

/// Reads the data of a record whose type was looked at before.
fn typed<'a, D: ParseRecordData<'a, [u8]>>(record: &ParsedRecord<'a, [u8]>) -> Result<D, ParseError> {
    match record.to_record::<D>()? {
        Some(record) => Ok(record.into_data()),
        None => Err(ParseError::form_error("data of another type")),
    }
}

/// Returns a name as the octets of a message, without compression.
pub(crate) fn octets_of(name: &OwnerName) -> Vec<u8> {
    Name::<Vec<u8>>::from_str(name.as_str()).expect("every OwnerName fits on the wire").into_octets()
}

/// Returns a name of a message as a value.
pub(crate) fn owner<N: ToName>(name: &N) -> Result<OwnerName, ParseError> {
    let labels = name.iter_labels().map(|label| label.as_slice()).filter(|label| !label.is_empty());
    OwnerName::from_labels(labels).map_err(|_| ParseError::form_error("name too long"))
}

#[cfg(test)]
mod tests {
    use super::{answer, question};
    use crate::answer::{Kind, Question};
    use forestall_model::OwnerName;

    #[test]
    fn every_name_fits_on_the_wire_and_comes_back() {
        let label: Vec<u8> = (0..63).collect();
        let mut names: Vec<OwnerName> =
            (0..=255_u8).map(|octet| OwnerName::from_labels([&[octet][..]]).unwrap()).collect();
        names.push(OwnerName::root());
        names.push(OwnerName::from_labels([&label[..], &label, &label, &label[..61]]).unwrap());
        for name in names {
            for mix_case in [false, true] {
                let asked = Question { name: name.clone(), kind: Kind::Ns };
                let sent = question(&asked, true, true, mix_case, &[0xA5; 34]);
                // The question itself, turned into an answer without records but its EDNS record.
                let mut reply = sent.message.clone();
                reply[2] |= 0x80;
                let received = answer(&sent, &reply, false).unwrap();
                assert!(received.answer.answers.is_empty());
                let message = domain::base::Message::from_slice(&sent.message).unwrap();
                let written = super::owner(message.first_question().unwrap().qname()).unwrap();
                assert_eq!(written, name);
            }
        }
    }
}
