// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How a command ends: 0 done; 1 something was found or refused; 2 usage; 3 environment.

use std::process::ExitCode;

use forestall_connect::hub::HubError;
use forestall_dga::ParamError;
use forestall_hub::desk::DeskError;

use crate::output;

/// How a command ends that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done; nothing to say.
    Done,
    /// Done, and it found what it looks for: a store that differs, a list with faults.
    Found,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::Found => Self::from(REFUSED),
        }
    }
}

const REFUSED: u8 = 1;
const USAGE: u8 = 2;
const ENVIRONMENT: u8 = 3;

/// Arguments that cannot be meant so: status 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(pub(crate) String);

/// What was asked for is refused, and nothing was done: status 1.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub(crate) String);

/// Makes an error of usage.
pub(crate) fn usage(text: impl Into<String>) -> anyhow::Error {
    Usage(text.into()).into()
}

/// Makes a refusal.
pub(crate) fn refused(text: impl Into<String>) -> anyhow::Error {
    Refused(text.into()).into()
}

/// Prints the error on standard error, unless it is only that nobody reads standard output any more.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if output::reader_is_gone() {
        return ExitCode::SUCCESS;
    }
    output::note(format_args!("error: {error:#}"));
    ExitCode::from(status(error))
}

fn status(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if cause.is::<Usage>() {
            return USAGE;
        }
        if cause.is::<Refused>() {
            return REFUSED;
        }
        if let Some(hub) = cause.downcast_ref::<HubError>() {
            return of_hub(hub);
        }
        if let Some(desk) = cause.downcast_ref::<DeskError>() {
            return match desk {
                // The command line is right; what it needs is not on this machine.
                DeskError::Param(ParamError::MissingWordList { .. }) => ENVIRONMENT,
                DeskError::NoSuchCase(_)
                | DeskError::NoSuchCampaign { .. }
                | DeskError::NoSuchParty(_)
                | DeskError::NoSuchPerson(_)
                | DeskError::Param(_) => USAGE,
                _ if desk.is_callers() => REFUSED,
                _ => ENVIRONMENT,
            };
        }
    }
    ENVIRONMENT
}

/// A hub that says no is as good as a desk that does; everything else is the way there.
fn of_hub(error: &HubError) -> u8 {
    match error.status() {
        Some(400 | 404 | 405 | 406 | 414 | 415) => USAGE,
        Some(403 | 409 | 412 | 413 | 422) => REFUSED,
        _ if matches!(error, HubError::TooMuch { .. }) => REFUSED,
        _ => ENVIRONMENT,
    }
}
