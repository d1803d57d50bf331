// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Campaigns as a case holds them, written by hand, so that tests of cases need no generator.

use forestall_coord::event::CaseCampaign;
use forestall_model::{Draws, Margin, Params};

use crate::parsed;

/// Returns a verified campaign whose bots ask for the whole list, with the guard margin of Conficker (24 h each side).
///
/// # Panics
///
/// Where `id` is no id of a family.
#[must_use]
#[track_caller]
pub fn campaign(id: &str) -> CaseCampaign {
    let params = Params::new();
    CaseCampaign {
        id: parsed(id),
        family: parsed(id),
        digest: params.digest(id, 1),
        params,
        generator_version: 1,
        verified: true,
        guard: Margin::hours(24, 24).guard(),
        first_day: None,
        draws: vec![draws(None, 1)],
        zones: Vec::new(),
        registries: Vec::new(),
    }
}

/// Returns one reading of how bots draw: `names` in each of `rounds`.
#[must_use]
pub fn draws(names: Option<u32>, rounds: u32) -> Draws {
    Draws { names, rounds, source: "a test".to_owned() }
}

/// Returns Conficker A as published: all 250 names, or 32 of them in each of 8 rounds.
#[must_use]
pub fn conficker_a() -> CaseCampaign {
    CaseCampaign {
        first_day: Some(parsed("2008-11-26")),
        draws: vec![draws(None, 1), draws(Some(32), 8)],
        ..campaign("conficker-a")
    }
}

/// Returns Conficker B as published: all 250 names, or 32 of them in each of 8 or 12 rounds.
#[must_use]
pub fn conficker_b() -> CaseCampaign {
    CaseCampaign {
        first_day: Some(parsed("2009-01-01")),
        draws: vec![draws(None, 1), draws(Some(32), 8), draws(Some(32), 12)],
        ..campaign("conficker-b")
    }
}

/// Returns Conficker C as published, unverified: 500 of 50,000 names.
#[must_use]
pub fn conficker_c() -> CaseCampaign {
    CaseCampaign {
        verified: false,
        first_day: Some(parsed("2009-04-01")),
        draws: vec![draws(Some(500), 1)],
        ..campaign("conficker-c")
    }
}
