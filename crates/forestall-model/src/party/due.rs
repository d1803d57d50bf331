// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Contacts that somebody should try again before they are needed.

use super::Contact;
use crate::UtcDay;

impl Contact {
    /// Days after which the second way counts as untried: desks change their people about once a quarter.
    pub const TEST_DAYS: i32 = 90;

    /// Says whether the second way was not tried within [`Self::TEST_DAYS`] days before `today`, or never.
    #[must_use]
    pub fn needs_test(&self, today: UtcDay) -> bool {
        self.tested.is_none_or(|tested| today.days_since(tested) > Self::TEST_DAYS)
    }
}
