// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! EPP: what a case asks for is planned as a batch, approved, run, and recorded.
//!
//! What may go out is decided by [`forestall_coord::epp`]; here are its facts: the case, the journal of the store, looks at the registry, the time.

mod approve;
mod plan;
mod recorded;
mod run;
mod standing;
mod wanted;

use forestall_connect::epp::EppSettings;
use forestall_coord::epp::Rules;
use forestall_formats::epp::Account;
use forestall_model::Tld;

pub use approve::{Approved, Approver};
pub use plan::{EppWish, Planned};
pub use recorded::sight_of;
pub use run::{EppTold, RunEnd, RunReport};
pub use standing::{EppStanding, KeptBatch};

/// An account at a registry.
#[derive(Clone, Debug)]
pub struct EppAccount {
    /// What the settings call it.
    pub name: String,
    /// The top-level domains for which it is.
    pub tlds: Vec<Tld>,
    /// Where the registry answers.
    pub settings: EppSettings,
    /// What names are registered with.
    pub account: Account,
    /// The limits.
    pub rules: Rules,
}
