// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was handed to whom.

use forestall_api::receipts::{Receipt, SentFile};

use crate::desk;

/// Returns a receipt.
#[must_use]
pub fn receipt(receipt: desk::Receipt) -> Receipt {
    let file = |file: forestall_coord::event::SentFile| SentFile { name: file.name, sha256: file.sha256 };
    Receipt {
        slice: receipt.slice,
        list: receipt.list,
        list_sha256: receipt.list_sha256,
        reminder: receipt.reminder,
        at: receipt.at,
        channel: receipt.channel,
        address: receipt.address,
        answer: receipt.answer,
        taken: receipt.taken,
        files: receipt.files.into_iter().map(file).collect(),
        read: receipt.read,
        acknowledged: receipt.acknowledged,
        event: receipt.event,
        leaf: receipt.leaf,
    }
}
