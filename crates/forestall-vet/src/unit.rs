// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The unit of action: who could act on a name without touching others', and what nobody may ask for.
//!
//! In June 2014 a court handed 23 domains of a dynamic-DNS provider to a third party because of 22,000 host names below them; nearly five million
//! others went dark with them. The unit is the registrable name, and below the zone of a provider it is
//! the customer's name: the registry is no party to that.
//!
//! # Source
//!
//! Public suffix list with its private section, through the model; No-IP's statement of 10 July 2014.

use forestall_model::name::icann_suffix;
use forestall_model::{Action, DomainName};
use serde::{Deserialize, Serialize};

/// What an action on a name would take hold of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "unit")]
pub enum Unit {
    /// The name is registrable at a registry, and it alone is touched.
    Registrable {
        /// The name.
        name: DomainName,
    },
    /// The name lies below a registrable one: that one is vetted, and an action on it touches all names below it.
    Below {
        /// The registrable name.
        registrable: DomainName,
    },
    /// The name is a customer's below a provider's zone: the provider can act on it, a registry only on the whole zone.
    AtProvider {
        /// The customer's name.
        name: DomainName,
        /// The zone.
        zone: DomainName,
    },
    /// The name is a zone below which third parties have names: nobody may ask for an action on it.
    SharedZone {
        /// The zone.
        zone: DomainName,
    },
    /// The name is a public suffix of registries: nobody may ask for an action on it.
    PublicSuffix {
        /// The suffix.
        suffix: DomainName,
    },
}

/// Why no action may be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnitError {
    /// It would touch everybody's names under a suffix.
    #[error("{suffix} is a public suffix: an action on it would touch every name below it")]
    PublicSuffix {
        /// The suffix.
        suffix: DomainName,
    },
    /// It would touch the names of third parties.
    #[error("{zone} is a zone below which third parties have names: an action on it would touch them all")]
    SharedZone {
        /// The zone.
        zone: DomainName,
    },
    /// It would be asked of the wrong one.
    #[error("{name} is a customer's name below {zone}: ask its provider; a registry can only act on {zone} as a whole")]
    AtProvider {
        /// The customer's name.
        name: DomainName,
        /// The provider's zone.
        zone: DomainName,
    },
    /// It would touch more than what is meant.
    #[error("{asked} lies below the registrable name {registrable}: an action on that one needs a decision about it")]
    AboveTheName {
        /// What was asked for.
        asked: DomainName,
        /// What would be touched.
        registrable: DomainName,
    },
}

impl Unit {
    /// Returns the unit of a name.
    #[must_use]
    pub fn of(name: &DomainName) -> Self {
        let text = name.as_str();
        let Some(own) = name.registrable() else {
            let is_icann = icann_suffix(text) == Some(text);
            let itself = name.clone();
            return if is_icann { Self::PublicSuffix { suffix: itself } } else { Self::SharedZone { zone: itself } };
        };
        let suffix = own.split_once('.').map_or(own, |(_, suffix)| suffix);
        let at_registry = icann_suffix(own) == Some(suffix);
        let own: DomainName = match own.parse() {
            Ok(own) => own,
            // A part of a name with a dot in it is a name; were it not, nothing below could be acted on either.
            Err(_) => return Self::SharedZone { zone: name.clone() },
        };
        if at_registry {
            return if own == *name { Self::Registrable { name: own } } else { Self::Below { registrable: own } };
        }
        match suffix.parse() {
            Ok(zone) => Self::AtProvider { name: own, zone },
            Err(_) => Self::SharedZone { zone: own },
        }
    }

    /// Returns the name that is vetted; none where there is nothing to vet.
    #[must_use]
    pub const fn vetted(&self) -> Option<&DomainName> {
        match self {
            Self::Registrable { name } | Self::AtProvider { name, .. } => Some(name),
            Self::Below { registrable } => Some(registrable),
            Self::SharedZone { .. } | Self::PublicSuffix { .. } => None,
        }
    }
}

/// Says whether a registry may be asked for an action on a name, as far as others' names go.
///
/// What changes nothing, `monitor` and `exclude`, may be asked for every registrable name at or above the given one.
///
/// # Errors
///
/// [`UnitError`] for a public suffix, a shared zone, a name below one, and a name deeper than the registrable one.
pub fn permit(action: Action, name: &DomainName) -> Result<DomainName, UnitError> {
    match Unit::of(name) {
        Unit::Registrable { name } => Ok(name),
        Unit::Below { registrable } if matches!(action, Action::Monitor | Action::Exclude) => Ok(registrable),
        Unit::Below { registrable } => Err(UnitError::AboveTheName { asked: name.clone(), registrable }),
        Unit::AtProvider { name, zone } => Err(UnitError::AtProvider { name, zone }),
        Unit::SharedZone { zone } => Err(UnitError::SharedZone { zone }),
        Unit::PublicSuffix { suffix } => Err(UnitError::PublicSuffix { suffix }),
    }
}
