// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The frame of an index file: a head that says what it is, the blocks, the tables, and an end that says that all is there.
//!
//! STORED FORMAT, version 2. The head has 64 octets: [`MAGIC`], the version in four octets, zeros. Blocks follow, each a multiple of 64
//! octets, then the tables. The end has 64 octets: where the tables begin and how long they are, in eight octets each; the length of the file, in
//! eight; [`END`]; SHA-256 over head, tables and the 32 octets of the end before it. Every octet of the file is thus covered: blocks by checksums
//! that stand in the tables, the rest by the digest.

use forestall_model::Digest;

use crate::open::OpenError;

/// How every index begins.
pub(crate) const MAGIC: &[u8; 16] = b"forestall index\n";
/// The version that is written.
pub(crate) const VERSION: u32 = 2;
/// How every index ends, before its digest.
const END: &[u8; 8] = b"endindex";
/// What errors call the tables.
const TABLES: &str = "the tables";
/// Octets of the head, and of the end.
pub(crate) const FRAME: usize = 64;

/// Returns the head.
pub(crate) fn head() -> [u8; FRAME] {
    let mut head = [0; FRAME];
    head[..16].copy_from_slice(MAGIC);
    head[16..20].copy_from_slice(&VERSION.to_le_bytes());
    head
}

/// Checks the first octets of a file.
///
/// # Errors
///
/// Where they are no head of an index, or one of another version.
pub(crate) fn check_head(start: &[u8]) -> Result<(), OpenError> {
    let known = start.len().min(MAGIC.len());
    if start[..known] != MAGIC[..known] || start.is_empty() {
        return Err(OpenError::NotAnIndex { found: start.iter().copied().take(16).collect() });
    }
    let Some(version) = start.get(16..).and_then(<[u8]>::first_chunk) else {
        return Err(OpenError::Cut { octets: start.len() as u64 });
    };
    match u32::from_le_bytes(*version) {
        VERSION => Ok(()),
        version => Err(OpenError::Version { version }),
    }
}

/// Returns the end of a file whose tables begin at `tables_at`.
pub(crate) fn end(tables_at: u64, tables: &[u8]) -> [u8; FRAME] {
    let mut end = [0; FRAME];
    let length = tables_at + tables.len() as u64 + FRAME as u64;
    for (place, value) in end.chunks_exact_mut(8).zip([tables_at, tables.len() as u64, length]) {
        place.copy_from_slice(&value.to_le_bytes());
    }
    end[24..32].copy_from_slice(END);
    let digest = digest(&head(), tables, &end);
    end[32..].copy_from_slice(&digest.0);
    end
}

/// The tables of a file, checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framed<'a> {
    pub(crate) tables: &'a [u8],
    pub(crate) tables_at: usize,
    pub(crate) digest: Digest,
}

/// What the end of a file says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) tables_at: usize,
    pub(crate) tables_length: usize,
}

impl Ended {
    /// Reads the end of a file that has so many octets.
    ///
    /// # Errors
    ///
    /// Where it is the end of no index, or of one of another length.
    pub(crate) fn of(end: &[u8; FRAME], octets: u64) -> Result<Self, OpenError> {
        if &end[24..32] != END || octets < 2 * FRAME as u64 {
            return Err(OpenError::Cut { octets });
        }
        let (numbers, _) = end.as_chunks::<8>();
        let [tables_at, tables_length, length] = [numbers[0], numbers[1], numbers[2]].map(u64::from_le_bytes);
        if length != octets {
            return Err(OpenError::Length { says: length, octets });
        }
        let fits = tables_at >= FRAME as u64 && tables_at.checked_add(tables_length) == Some(octets - FRAME as u64);
        match (usize::try_from(tables_at), usize::try_from(tables_length)) {
            (Ok(tables_at), Ok(tables_length)) if fits => Ok(Self { tables_at, tables_length }),
            _ => Err(OpenError::Altered { part: TABLES }),
        }
    }
}

/// Returns the digest of an index whose head, tables and end fit together.
///
/// # Errors
///
/// Where they do not.
pub(crate) fn checked_digest(head: &[u8], tables: &[u8], end: &[u8; FRAME]) -> Result<Digest, OpenError> {
    let digest = digest(head, tables, end);
    if digest.0[..] == end[32..] { Ok(digest) } else { Err(OpenError::Altered { part: TABLES }) }
}

/// Checks the frame of a whole file.
///
/// # Errors
///
/// Where it is no index, of another version, cut, too long or altered.
pub(crate) fn framed(file: &[u8]) -> Result<Framed<'_>, OpenError> {
    check_head(file)?;
    let octets = file.len() as u64;
    let Some((rest, end)) = file.split_last_chunk::<FRAME>() else { return Err(OpenError::Cut { octets }) };
    let tables_at = Ended::of(end, octets)?.tables_at;
    let tables = rest.get(tables_at..).ok_or(OpenError::Cut { octets })?;
    let digest = checked_digest(&file[..FRAME], tables, end)?;
    Ok(Framed { tables, tables_at, digest })
}

fn digest(head: &[u8], tables: &[u8], end: &[u8]) -> Digest {
    Digest::of_parts(&[head, tables, &end[..32]])
}
