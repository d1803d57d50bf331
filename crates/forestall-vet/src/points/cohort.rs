// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the name shares with other predicted names.

use super::{Limit, PointName, Points};
use crate::evidence::{Evidence, told};

/// A hoster serves some share of any set of names; from one in so many on, something else brings them together.
const SHARE: u32 = 20;

pub(crate) fn collect(evidence: &Evidence<'_>, points: &mut Points<'_>) {
    let cohort = evidence.circumstances.cohort;
    let registered = evidence.registered();
    let created = registered.and_then(|look| look.fact.created).map(|created| created.day());
    let before_family =
        created.zip(evidence.circumstances.first_seen).is_some_and(|(created, first_seen)| created < first_seen);
    if let (Some(registered), Some(day)) = (registered, created) {
        let others = cohort.day_and_registrar;
        let registrar = registered.fact.registrar.as_ref().map_or("one registrar", |registrar| registrar.name.as_str());
        let text = format!("registered together with {others} other predicted names on {day} at {registrar}");
        let count = i64::from(others);
        let point = if count < points.limit(Limit::Together) {
            None
        } else if before_family {
            Some(PointName::TogetherBeforeFamily)
        } else if count < points.limit(Limit::Bulk) {
            Some(PointName::RegisteredTogether)
        } else {
            Some(PointName::RegisteredInBulk)
        };
        if let Some(point) = point {
            points.add(point, text, told(registered));
        }
    }
    let many = i64::from(cohort.name_servers) >= points.limit(Limit::SharedServers)
        && cohort.name_servers.saturating_mul(SHARE) >= cohort.among;
    if many && evidence.parking().is_none() && !before_family {
        let text = format!(
            "{} of {} other predicted names with a holder have the same name servers",
            cohort.name_servers, cohort.among
        );
        points.add(PointName::SharedNameServers, text, "");
    }
}
