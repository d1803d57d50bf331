// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the DNS shows: parking, mail, addresses, hosts.

use forestall_model::OwnerName;

use super::{PointName, Points};
use crate::evidence::{Evidence, told};

pub(crate) fn collect(evidence: &Evidence<'_>, points: &mut Points<'_>) {
    if let Some(parking) = evidence.parking() {
        points.add(PointName::Parked, format!("parked with {} ({})", parking.who, parking.value), &parking.list);
    }
    let Some(look) = evidence.in_the_dns() else { return };
    // RFC 7505: a null MX says that the name takes no mail.
    if let Some(host) = look.fact.mail.iter().find(|host| **host != OwnerName::root()) {
        points.add(PointName::TakesMail, format!("{host} takes its mail"), told(look));
    }
    if let Some(address) = look.fact.addresses.iter().find(|address| address.is_ipv6()) {
        points.add(PointName::HasIpv6, format!("it has the address {address}"), told(look));
    }
    if let Some(host) = look.fact.hosts.first() {
        points.add(PointName::HasHosts, format!("{host} was seen below it"), told(look));
    }
}
