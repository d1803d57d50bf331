// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A long answer in blocks: written whole, with its digest, before the first octet leaves, and each block let go once it is on its way.
//!
//! A list that breaks off looks like a list that ends, so that nothing leaves before all of it is there.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use forestall_api::header::MAX_PUBLISHED;
use forestall_model::Digest;
use forestall_model::digest::Hasher;
use hyper::body::{Frame, SizeHint};

/// Octets of a block.
const BLOCK: usize = 256 << 10;

/// An answer while it is written.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    full: VecDeque<Bytes>,
    last: Vec<u8>,
    left: u64,
    hash: Hasher,
}

impl Blocks {
    /// Ends the answer, and returns its digest.
    pub(crate) fn finish(mut self) -> (Self, Digest) {
        self.end_block();
        let digest = std::mem::take(&mut self.hash).finish();
        (self, digest)
    }

    fn end_block(&mut self) {
        if !self.last.is_empty() {
            self.full.push_back(Bytes::from(std::mem::take(&mut self.last)));
        }
    }
}

impl Write for Blocks {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.left + octets.len() as u64 > MAX_PUBLISHED as u64 {
            let reason = format!(
                "in this form the names are more than {} MiB: ask for a slice, or for fewer days",
                MAX_PUBLISHED >> 20
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        if self.last.capacity() == 0 {
            self.last.reserve(BLOCK + (BLOCK >> 2));
        }
        self.hash.update(octets);
        self.last.extend_from_slice(octets);
        self.left += octets.len() as u64;
        if self.last.len() >= BLOCK {
            self.end_block();
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl hyper::body::Body for Blocks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let block = self.full.pop_front();
        self.left -= block.as_ref().map_or(0, |block| block.len() as u64);
        Poll::Ready(block.map(|block| Ok(Frame::data(block))))
    }

    fn is_end_stream(&self) -> bool {
        self.full.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl IntoResponse for Blocks {
    fn into_response(self) -> Response {
        Response::new(Body::new(self))
    }
}
