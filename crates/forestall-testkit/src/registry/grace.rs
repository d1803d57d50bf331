// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Grace periods and redemption (RFC 3915), and what time does to names.

use super::answer::{Answer, Outcome, Refusal};
use super::domain::Domain;
use super::element::Element;
use super::fee::{self, Billed};
use super::space::GRACE;
use super::world::{Asking, World, plus_years};
use forestall_model::Instant;

const DAY: i64 = 86_400;
/// How long after its creation, renewal or transfer a deletion brings the fee back.
const GRACE_PERIOD: i64 = 5 * DAY;
/// The same where a name renewed itself.
const AUTO_RENEW: i64 = 45 * DAY;
/// How long a deleted name can be restored.
const REDEMPTION: i64 = 30 * DAY;
/// How long it is still there after that.
const PENDING_DELETE: i64 = 5 * DAY;
/// How long the report on a restoration may take.
const REPORT: i64 = 7 * DAY;

/// Returns the statuses of grace periods.
pub(super) fn statuses(domain: &Domain, now: Instant) -> Vec<&'static str> {
    let within = |since: Option<Instant>, period: i64| since.is_some_and(|since| now < since.plus_seconds(period));
    if let Some(deleted) = domain.deleted {
        let status = match domain.restoring {
            Some(_) => "pendingRestore",
            None if within(Some(deleted), REDEMPTION) => "redemptionPeriod",
            None => "pendingDelete",
        };
        return vec![status];
    }
    let periods = [
        ("addPeriod", Some(domain.created), GRACE_PERIOD),
        ("autoRenewPeriod", domain.renewed_by_itself, AUTO_RENEW),
        ("renewPeriod", domain.renewed, GRACE_PERIOD),
        ("transferPeriod", domain.transferred, GRACE_PERIOD),
    ];
    periods.into_iter().filter(|(_, since, period)| within(*since, *period)).map(|(status, ..)| status).collect()
}

/// Writes the extension of an answer.
pub(super) fn shown(name: &str, statuses: &[&str]) -> String {
    let statuses: String = statuses.iter().map(|status| format!("<rgp:rgpStatus s=\"{status}\"/>")).collect();
    format!("<rgp:{name} xmlns:rgp=\"{GRACE}\">{statuses}</rgp:{name}>")
}

/// Carries out what the extension of an `update` asks: a restoration, or the report on one.
pub(super) fn restore(world: &mut World, asking: &Asking<'_>, mut domain: Domain, extension: &Element) -> Outcome {
    let now = world.now();
    let is = |status: &str| statuses(&domain, now).contains(&status);
    match extension.child("restore").and_then(|restore| restore.attribute("op")) {
        Some("request") if is("redemptionPeriod") => {
            let fee = fee::charge(world, asking, Billed::Restore, &domain.name, 1)?;
            domain.restoring = Some(now);
            let extension = shown("upData", &["pendingRestore"]) + &fee;
            world.domains.insert(domain.name.clone(), domain);
            Ok(Answer { extension, ..Answer::of(1000) }.changed())
        }
        Some("report") if is("pendingRestore") => {
            (domain.deleted, domain.restoring) = (None, None);
            domain.statuses.remove("pendingDelete");
            world.domains.insert(domain.name.clone(), domain);
            Ok(Answer::of(1000).changed())
        }
        Some("request" | "report") => Err(Refusal::new(2304, "the name is not at that point of its redemption")),
        _ => Err(Refusal::new(2001, "there is no such operation")),
    }
}

/// Does to all names what happens by itself until now: names renew themselves, deleted ones go, transfers are approved.
pub(super) fn settle(world: &mut World) {
    let now = world.now();
    world.domains.retain(|_, domain| {
        let goes = domain.deleted.map(|deleted| deleted.plus_seconds(REDEMPTION + PENDING_DELETE));
        domain.restoring.is_some() || goes.is_none_or(|goes| now < goes)
    });
    for domain in world.domains.values_mut() {
        if domain.restoring.is_some_and(|since| now >= since.plus_seconds(REPORT)) {
            domain.restoring = None;
        }
        while domain.deleted.is_none() && domain.expires <= now {
            domain.renewed_by_itself = Some(domain.expires);
            domain.expires = plus_years(domain.expires, 1);
        }
        if let Some(transfer) = domain.transfer.as_mut().filter(|transfer| transfer.state == "pending")
            && transfer.sponsor.1 <= now
        {
            "serverApproved".clone_into(&mut transfer.state);
            domain.transferred = Some(transfer.sponsor.1);
            domain.sponsor.clone_from(&transfer.asked.0);
            domain.statuses.remove("pendingTransfer");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, settle, statuses};
    use crate::registry::domain::Domain;
    use crate::registry::settings::Settings;
    use crate::registry::world::World;

    fn after(days: i64, change: impl Fn(&mut Domain)) -> Option<Domain> {
        let mut world = World::new(Settings::default());
        let mut domain = Domain::new("abcdef.com", Settings::SINKHOLE, world.now());
        change(&mut domain);
        world.domains.insert(domain.name.clone(), domain);
        world.clock.advance(days * DAY);
        settle(&mut world);
        let now = world.now();
        let found = world.domains.remove("abcdef.com")?;
        Some(Domain { statuses: statuses(&found, now).into_iter().map(str::to_owned).collect(), ..found })
    }

    #[test]
    fn a_name_renews_itself_when_its_year_is_over() {
        let found = after(366, |_| ()).unwrap();
        assert_eq!(found.expires.day().to_string(), "2028-11-23");
        assert!(found.statuses.contains("autoRenewPeriod"));
        assert!(after(4, |_| ()).unwrap().statuses.contains("addPeriod"));
        assert!(after(5, |_| ()).unwrap().statuses.is_empty());
    }

    #[test]
    fn a_deleted_name_goes_after_35_days() {
        let deleted = |domain: &mut Domain| domain.deleted = Some(domain.created);
        assert!(after(29, deleted).unwrap().statuses.contains("redemptionPeriod"));
        assert!(after(34, deleted).unwrap().statuses.contains("pendingDelete"));
        assert_eq!(after(35, deleted), None);
    }
}
