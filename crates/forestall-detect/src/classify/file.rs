// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The file of a model: its parts in a fixed order, numbers little-endian, and a digest over all of it.
//!
//! ```text
//! "forestall names 2\n"
//! surprise of the trees' base f32 (version 1 has none, and none is added)
//! linear   scale f32, bias f32, 131,072 weights i8
//! chain    54,872 surprises u8
//! words    count u32; each: octets shared with the one before (high half of an octet), further octets (low half), these, cost u8
//! trees    scale f32, linear part of the base f32; each feature: edges u8, these f32; trees u16; each: nodes u16, these feature u8, bin u8, other u16
//!          (in preorder; at most 512 trees, of 32 leaves each)
//! ordinary one f32 a feature
//! twice    calibration: points u8; each: sum f32, ratio f32 (with the suffix, then without)
//! SHA-256 of all of the above, 32 octets
//! ```

// STORED FORMAT, version 2

use std::collections::BTreeMap;

use forestall_model::Digest;

use super::Model;
use super::alphabet::{EDGE, symbol};
use super::calibration::Calibration;
use super::chain::{Chain, ENTRIES};
use super::features::{FEATURES, Features};
use super::linear::{Linear, PLACES};
use super::trees::{BINS, Base, Node, Trees};
use super::words::{LONGEST_PIECE, Words};

/// What a file of this version begins with.
const BEGINNING: &[u8] = b"forestall names 2\n";

/// What a file of the version before begins with.
const BEFORE: &[u8] = b"forestall names 1\n";

/// Octets of the digest at the end.
const DIGEST: usize = 32;

/// Pieces in a list at most: more would not fit a model of 300 KiB.
const MOST_PIECES: usize = 1 << 16;

/// Why bytes are no model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// They begin otherwise: another file, or another version.
    #[error("not a model of this version: expected it to begin with \"forestall names 2\", or 1")]
    Beginning,
    /// The digest at the end is not that of what stands before it.
    #[error("the model is damaged: its digest does not fit its {octets} octets")]
    Digest {
        /// How long the file is.
        octets: usize,
    },
    /// A part is cut short.
    #[error("the model ends within its {part}, at octet {at}")]
    Cut {
        /// Which part.
        part: &'static str,
        /// Where the part that is missing would begin.
        at: usize,
    },
    /// A part holds what it cannot.
    #[error("the model's {part}, before octet {at}: {wrong}")]
    Part {
        /// Which part.
        part: &'static str,
        /// Where reading stopped.
        at: usize,
        /// What is wrong.
        wrong: &'static str,
    },
}

/// Reads a model.
///
/// # Errors
///
/// Where the bytes are not exactly one whole model of this version.
pub(super) fn read(bytes: &[u8]) -> Result<Model, ModelError> {
    let before = bytes.starts_with(BEFORE);
    if !before && !bytes.starts_with(BEGINNING) {
        return Err(ModelError::Beginning);
    }
    let octets = bytes.len();
    let (text, digest) = bytes.split_at_checked(octets.saturating_sub(DIGEST)).ok_or(ModelError::Beginning)?;
    if Digest::of(text).0.as_slice() != digest {
        return Err(ModelError::Digest { octets });
    }
    let mut reader = Reader { bytes: text, at: BEGINNING.len(), part: "surprise of the base" };
    let surprise = if before { 0.0 } else { reader.float()? };
    let model = Model {
        linear: linear(&mut reader)?,
        chain: chain(&mut reader)?,
        words: words(&mut reader)?,
        trees: trees(&mut reader, surprise)?,
        ordinary: ordinary(&mut reader)?,
        with_suffix: calibration(&mut reader)?,
        label_only: calibration(&mut reader)?,
    };
    if reader.at == text.len() { Ok(model) } else { Err(reader.wrong("something follows it")) }
}

/// Writes a model; [`read`] gives it back.
pub(super) fn write(model: &Model) -> Vec<u8> {
    let mut out = BEGINNING.to_vec();
    put_floats(&mut out, [model.trees.base.surprise]);
    put_floats(&mut out, [model.linear.scale, model.linear.bias]);
    out.extend(model.linear.weights.iter().map(|weight| weight.cast_unsigned()));
    out.extend(&model.chain.0);
    let pieces = model.words.pieces();
    put_u32(&mut out, pieces.len());
    let mut before: &[u8] = &[];
    for (piece, cost) in &pieces {
        let shared = piece.iter().zip(before).take_while(|(a, b)| a == b).count();
        out.push(octet(shared << 4 | (piece.len() - shared)));
        out.extend(&piece[shared..]);
        out.push(*cost);
        before = piece;
    }
    put_floats(&mut out, [model.trees.scale, model.trees.base.linear]);
    for edges in model.trees.edges() {
        out.push(octet(edges.len()));
        put_floats(&mut out, edges.iter().copied());
    }
    let trees = model.trees.trees();
    put_u16(&mut out, trees.len());
    for tree in trees {
        put_u16(&mut out, tree.len());
        for node in tree {
            out.extend([node.feature, node.bin]);
            out.extend(node.other.to_le_bytes());
        }
    }
    put_floats(&mut out, model.ordinary);
    for calibration in [&model.with_suffix, &model.label_only] {
        out.push(octet(calibration.points.len()));
        put_floats(&mut out, calibration.points.iter().flat_map(|(sum, ratio)| [*sum, *ratio]));
    }
    let digest = Digest::of(&out);
    out.extend(digest.0);
    out
}

fn linear(reader: &mut Reader<'_>) -> Result<Linear, ModelError> {
    reader.part = "linear weights";
    let (scale, bias) = (reader.float()?, reader.float()?);
    let weights = reader.take(PLACES)?.iter().map(|octet| octet.cast_signed()).collect();
    Ok(Linear { weights, scale, bias })
}

fn chain(reader: &mut Reader<'_>) -> Result<Chain, ModelError> {
    reader.part = "chain of letters";
    Ok(Chain(reader.take(ENTRIES)?.to_vec()))
}

fn words(reader: &mut Reader<'_>) -> Result<Words, ModelError> {
    reader.part = "words";
    let count = usize::try_from(u32::from_le_bytes(reader.array()?)).unwrap_or(usize::MAX);
    if count > MOST_PIECES {
        return Err(reader.wrong("more than 65,536 pieces"));
    }
    let mut pieces = BTreeMap::new();
    let mut piece: Vec<u8> = Vec::new();
    for _ in 0..count {
        let [head] = reader.array()?;
        let (shared, more) = (usize::from(head >> 4), usize::from(head & 15));
        if shared > piece.len() || more == 0 || shared + more > LONGEST_PIECE {
            return Err(reader.wrong("a piece that is empty, too long, or shares more than there is"));
        }
        let before = piece.clone();
        piece.truncate(shared);
        piece.extend(reader.take(more)?);
        if piece <= before {
            return Err(reader.wrong("pieces out of order"));
        }
        if piece.iter().any(|octet| symbol(*octet) == EDGE) {
            return Err(reader.wrong("a piece with other octets than letters in lower case, digits and hyphens"));
        }
        let [cost] = reader.array()?;
        pieces.insert(piece.clone(), cost);
    }
    Ok(Words::new(&pieces))
}

fn trees(reader: &mut Reader<'_>, surprise: f32) -> Result<Trees, ModelError> {
    reader.part = "trees";
    let (scale, linear) = (reader.float()?, reader.float()?);
    let mut edges = Vec::with_capacity(FEATURES);
    for _ in 0..FEATURES {
        let [count] = reader.array()?;
        let of_one: Vec<f32> = (0..count).map(|_| reader.float()).collect::<Result<_, _>>()?;
        if of_one.len() > BINS - 2 || !of_one.is_sorted_by(|a, b| a < b) {
            return Err(reader.wrong("more than 62 edges, or edges that do not rise"));
        }
        edges.push(of_one);
    }
    let count = u16::from_le_bytes(reader.array()?);
    let (mut nodes, mut roots) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let length = u16::from_le_bytes(reader.array()?);
        roots.push(nodes.len());
        for _ in 0..length {
            let [feature, bin, low, high] = reader.array()?;
            nodes.push(Node { feature, bin, other: u16::from_le_bytes([low, high]) });
        }
    }
    Trees::new(edges, nodes, roots, scale, Base { linear, surprise }).map_err(|wrong| reader.wrong(wrong))
}

fn ordinary(reader: &mut Reader<'_>) -> Result<Features, ModelError> {
    reader.part = "ordinary features";
    let mut features = [0.0; FEATURES];
    for feature in &mut features {
        *feature = reader.float()?;
    }
    Ok(features)
}

fn calibration(reader: &mut Reader<'_>) -> Result<Calibration, ModelError> {
    reader.part = "calibration";
    let [count] = reader.array()?;
    let points: Vec<(f32, f32)> =
        (0..count).map(|_| Ok((reader.float()?, reader.float()?))).collect::<Result<_, ModelError>>()?;
    if points.is_empty() || !points.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1) {
        return Err(reader.wrong("no points, or points that do not rise"));
    }
    Ok(Calibration { points })
}

/// Bytes, and how far they are read.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    part: &'static str,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], ModelError> {
        let end = self.at.checked_add(count);
        let found = end.and_then(|end| self.bytes.get(self.at..end));
        let found = found.ok_or(ModelError::Cut { part: self.part, at: self.at })?;
        self.at += count;
        Ok(found)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let at = self.at;
        self.take(N)?.try_into().map_err(|_| ModelError::Cut { part: self.part, at })
    }

    fn float(&mut self) -> Result<f32, ModelError> {
        let value = f32::from_le_bytes(self.array()?);
        if value.is_finite() { Ok(value) } else { Err(self.wrong("a number that is not finite")) }
    }

    fn wrong(&self, wrong: &'static str) -> ModelError {
        ModelError::Part { part: self.part, at: self.at, wrong }
    }
}

fn put_floats(out: &mut Vec<u8>, values: impl IntoIterator<Item = f32>) {
    for value in values {
        out.extend(value.to_le_bytes());
    }
}

fn put_u16(out: &mut Vec<u8>, value: usize) {
    out.extend(u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes());
}

fn put_u32(out: &mut Vec<u8>, value: usize) {
    out.extend(u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes());
}

fn octet(value: usize) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}
