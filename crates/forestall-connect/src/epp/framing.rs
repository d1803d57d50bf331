// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Frames over a stream: four octets of length, which counts them, and the XML instance (RFC 5734, section 4).

use std::io;

use forestall_formats::epp::answer::MOST_OCTETS;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::EppError;

/// Octets of the length.
const HEADER: usize = 4;

fn broken(error: &io::Error) -> EppError {
    EppError::Unreachable(error.to_string())
}

/// Writes a frame.
pub(super) async fn write<S: AsyncWrite + Unpin>(stream: &mut S, text: &str) -> Result<(), EppError> {
    let length = u32::try_from(text.len() + HEADER).map_err(|_| EppError::Unexpected("a frame that fits"))?;
    let octets = [&length.to_be_bytes(), text.as_bytes()].concat();
    stream.write_all(&octets).await.map_err(|error| broken(&error))?;
    stream.flush().await.map_err(|error| broken(&error))
}

/// Reads a frame, without its length.
pub(super) async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Result<Vec<u8>, EppError> {
    let mut header = [0; HEADER];
    stream.read_exact(&mut header).await.map_err(|error| broken(&error))?;
    let said = u32::from_be_bytes(header);
    let length = usize::try_from(said).unwrap_or(usize::MAX);
    let most = MOST_OCTETS + HEADER;
    if !(HEADER + 1..=most).contains(&length) {
        return Err(EppError::Length { octets: said, most });
    }
    // It grows as octets come: the length is only a promise.
    let mut octets = Vec::new();
    let expected = length - HEADER;
    let wanted = u64::try_from(expected).unwrap_or(u64::MAX);
    stream.take(wanted).read_to_end(&mut octets).await.map_err(|error| broken(&error))?;
    if octets.len() < expected {
        return Err(broken(&io::Error::from(io::ErrorKind::UnexpectedEof)));
    }
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::{EppError, MOST_OCTETS, read, write};

    #[tokio::test]
    async fn a_frame_survives() {
        let mut octets = Vec::new();
        write(&mut octets, "<epp/>").await.unwrap();
        assert_eq!(octets, b"\0\0\0\x0a<epp/>");
        assert_eq!(read(&mut octets.as_slice()).await.unwrap(), b"<epp/>");
    }

    #[tokio::test]
    async fn lengths_have_limits_and_frames_an_end() {
        for length in [0_u32, 3, 4, u32::try_from(MOST_OCTETS).unwrap() + 5, u32::MAX] {
            let octets = length.to_be_bytes();
            assert!(matches!(read(&mut octets.as_slice()).await, Err(EppError::Length { .. })), "{length}");
        }
        for cut in [&b"\0\0"[..], b"\0\0\0\x0a<epp"] {
            assert!(matches!(read(&mut { cut }).await, Err(EppError::Unreachable(_))), "{cut:?}");
        }
    }
}
