// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sets of fixed size whose count is near: HyperLogLog.
//!
//! A sketch of precision `p` has 2^p registers of one octet. Each member is hashed to 64 bits: the first `p` of them choose a register, which keeps the
//! largest place of the first 1 among the others. Sketches of several sensors merge by the larger register, in any order and any number of
//! times, into the sketch that one sensor would have made of everything. Flajolet, Fusy, Gandouet, Meunier: HyperLogLog, AofA 2007.
//!
//! The count is Ertl's improved raw estimator (New cardinality estimation algorithms for HyperLogLog sketches, 2017, arXiv:1702.01284, algorithm 6), which needs no
//! table of biases and holds from 0 on. Its relative standard error is at most 1.04 / sqrt(2^p): 1.6 % for `p` = 12, 0.81 % for 14; less for fewer than some ten
//! members a register. What two sketches have
//! in common is not offered: the difference of three near counts is far from near.
//!
//! STORED FORMAT, version 1, content of kind 1: precision (1 octet), fingerprint of the key (8 octets), form (1 octet), registers. Form 0: all registers, an
//! octet each. Form 1: how many are not zero (a number of 7 bits an octet), then for each its place, less the one before and 1 (likewise), and its value
//! (1 octet). The shorter of both is written, form 0 where they are equal.

use forestall_model::Digest;

use crate::estimate::{Estimate, Method, Z};
use crate::frame::{self, FormatError, Kind, Reader};
use crate::sip;
use crate::source::Source;

/// The method of the count.
pub const METHOD: Method = Method {
    name: "HyperLogLog",
    what: "registers of the largest leading zeros of a keyed hash, by Ertl's improved raw estimator",
    source: "Flajolet, Fusy, Gandouet, Meunier, AofA 2007; Ertl, arXiv:1702.01284",
};

/// What it assumes.
pub const ASSUMPTIONS: &[&str] = &["nobody who chooses what is counted knows the key of the sketches"];

/// The least and largest precision: 16 registers, and 256 KiB.
const PRECISIONS: std::ops::RangeInclusive<u8> = 4..=18;

/// No sketch of 64 bits counts further: one that says more was made up.
const MOST: f64 = 18_446_744_073_709_551_616.0;

/// The key of the hash. All sensors whose sketches are to merge have the same one; it is a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct SketchKey([u8; 16]);

impl SketchKey {
    /// Takes a key of 16 octets that nobody can guess.
    #[must_use]
    pub fn new(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// What a sketch keeps of its key, so that those of unlike keys are not merged.
    fn fingerprint(&self) -> [u8; 8] {
        let digest = Digest::of_parts(&[b"forestall sketch key 1\0", &self.0]);
        std::array::from_fn(|i| digest.0[i])
    }
}

impl std::fmt::Debug for SketchKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SketchKey(..)")
    }
}

/// A HyperLogLog sketch.
#[derive(Clone, PartialEq, Eq)]
pub struct Sketch {
    precision: u8,
    fingerprint: [u8; 8],
    registers: Vec<u8>,
}

/// A precision that no sketch has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sketch of precision {0}; expected 4 to 18")]
pub struct PrecisionError(u8);

/// Sketches that do not merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotMerged {
    /// Of unlike precision.
    #[error("sketches of precision {one} and {other} do not merge")]
    Precision {
        /// That of the one.
        one: u8,
        /// That of the other.
        other: u8,
    },
    /// Of unlike keys.
    #[error("sketches that were made with unlike keys do not merge")]
    Key,
}

impl Sketch {
    /// Makes a sketch without members.
    ///
    /// # Errors
    ///
    /// [`PrecisionError`] for less than 4 and more than 18.
    pub fn new(precision: u8, key: &SketchKey) -> Result<Self, PrecisionError> {
        if !PRECISIONS.contains(&precision) {
            return Err(PrecisionError(precision));
        }
        Ok(Self::empty(precision, key))
    }

    /// Makes a sketch of a precision that there is.
    pub(crate) fn empty(precision: u8, key: &SketchKey) -> Self {
        Self { precision, fingerprint: key.fingerprint(), registers: vec![0; 1 << precision] }
    }

    /// Adds an address. The key must be the one that the sketch was made with: another one makes two members of one address.
    pub fn insert(&mut self, key: &SketchKey, source: Source) {
        self.insert_octets(key, &source.octets());
    }

    /// Adds a pair of address and User-Agent.
    pub fn insert_pair(&mut self, key: &SketchKey, source: Source, agent: &[u8]) {
        let mut octets = source.octets().to_vec();
        octets.extend_from_slice(agent);
        self.insert_octets(key, &octets);
    }

    fn insert_octets(&mut self, key: &SketchKey, octets: &[u8]) {
        let hash = sip::hash(&key.0, octets);
        let place = usize::try_from(hash >> (64 - self.precision)).unwrap_or(0);
        // The first 1 after the place, counted from 1; a bit beyond the last stands for all zeros.
        let rest = hash << self.precision | 1 << (self.precision - 1);
        let rank = u8::try_from(rest.leading_zeros() + 1).unwrap_or(u8::MAX);
        if let Some(register) = self.registers.get_mut(place) {
            *register = rank.max(*register);
        }
    }

    /// Adds what another sketch has.
    ///
    /// # Errors
    ///
    /// [`NotMerged`] where precision or key are not the same; this one then stays as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), NotMerged> {
        if self.precision != other.precision {
            return Err(NotMerged::Precision { one: self.precision, other: other.precision });
        }
        if self.fingerprint != other.fingerprint {
            return Err(NotMerged::Key);
        }
        for (register, other) in self.registers.iter_mut().zip(&other.registers) {
            *register = (*register).max(*other);
        }
        Ok(())
    }

    /// Returns the relative standard error of large counts; smaller ones err less.
    #[must_use]
    pub fn relative_error(&self) -> f64 {
        1.04 / f64::from(1_u32 << self.precision).sqrt()
    }

    /// Returns how many members there are.
    #[must_use]
    pub fn count(&self) -> Estimate {
        let value = self.raw();
        let registers = f64::from(1_u32 << self.precision);
        let share = self.relative_error().min((loss(value / registers) / registers).sqrt());
        let interval = (value / (1.0 + Z * share), value / (1.0 - Z * share));
        Estimate::new(value, share * value, interval, METHOD, ASSUMPTIONS)
    }

    /// Ertl's improved raw estimator.
    fn raw(&self) -> f64 {
        // How many registers hold each value, 0 to q + 1.
        let q = usize::from(64 - self.precision);
        let mut holding = vec![0.0; q + 2];
        for register in &self.registers {
            holding[usize::from(*register).min(q + 1)] += 1.0;
        }
        let m = f64::from(1_u32 << self.precision);
        let mut z = m * tau(1.0 - holding[q + 1] / m);
        for value in holding[1..=q].iter().rev() {
            z = 0.5 * (z + value);
        }
        z += m * sigma(holding[0] / m);
        // 1 / (2 ln 2)
        (m * m / (2.0 * std::f64::consts::LN_2 * z)).min(MOST)
    }

    /// Returns the sketch in octets.
    #[must_use]
    pub fn to_octets(&self) -> Vec<u8> {
        let mut sparse = Vec::new();
        let filled = self.registers.iter().filter(|register| **register > 0).count();
        frame::write_number(&mut sparse, filled as u64);
        let mut next = 0;
        for (place, register) in (0_u64..).zip(&self.registers).filter(|(_, register)| **register > 0) {
            frame::write_number(&mut sparse, place - next);
            sparse.push(*register);
            next = place + 1;
        }
        let mut content = vec![self.precision];
        content.extend_from_slice(&self.fingerprint);
        if sparse.len() < self.registers.len() {
            content.push(1);
            content.extend_from_slice(&sparse);
        } else {
            content.push(0);
            content.extend_from_slice(&self.registers);
        }
        frame::framed(Kind::Sketch, &content)
    }

    /// Reads a sketch.
    ///
    /// # Errors
    ///
    /// [`FormatError`] where the octets are anything but what [`Self::to_octets`] writes.
    pub fn from_octets(octets: &[u8]) -> Result<Self, FormatError> {
        let content = frame::content(Kind::Sketch, octets)?;
        let mut reader = Reader::new(content);
        let precision = reader.octet()?;
        if !PRECISIONS.contains(&precision) {
            return Err(reader.fault("a precision that is not 4 to 18"));
        }
        let mut sketch = Self { precision, fingerprint: [0; 8], registers: vec![0; 1 << precision] };
        sketch.fingerprint.copy_from_slice(reader.octets(8)?);
        match reader.octet()? {
            0 => {
                let registers = reader.octets(sketch.registers.len())?;
                sketch.registers.copy_from_slice(registers);
            }
            1 => sketch.read_sparse(&mut reader)?,
            _ => return Err(reader.fault("a form of registers that is not 0 or 1")),
        }
        reader.end()?;
        if sketch.registers.iter().any(|register| *register > 65 - precision) {
            return Err(reader.fault("a register with a value that no hash has"));
        }
        // One form only: where the other one were shorter, it was not one of our writers.
        if sketch.to_octets() != octets {
            return Err(reader.fault("a form that is not the shorter one"));
        }
        Ok(sketch)
    }

    fn read_sparse(&mut self, reader: &mut Reader<'_>) -> Result<(), FormatError> {
        let filled = reader.number()?;
        if filled > self.registers.len() as u64 {
            return Err(reader.fault("more registers than there are"));
        }
        let mut next = 0_u64;
        for _ in 0..filled {
            let place = next.saturating_add(reader.number()?);
            let value = reader.octet()?;
            let register = usize::try_from(place).ok().and_then(|place| self.registers.get_mut(place));
            let Some(register) = register.filter(|_| value > 0) else {
                return Err(reader.fault("a register that is none, or empty"));
            };
            *register = value;
            next = place + 1;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Sketch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sketch of precision {}: {}", self.precision, self.count())
    }
}

/// Returns the square of the relative standard error, times the registers, at a load of so many members a register.
///
/// It is the bound of Cramer and Rao for registers that are maxima of a Poisson number of members, less what the number itself adds, which is fixed here. With nothing
/// but empty and filled registers it would be the error of linear counting (Whang, Vander-Zanden, Taylor, ACM TODS 15, 1990). The estimator comes near it.
fn loss(load: f64) -> f64 {
    if load <= 0.0 {
        return 0.0;
    }
    // P(register <= k) = exp(-load / 2^k); what its logarithm moves by with that of the load.
    let (mut below, mut moved_below, mut information) = (0.0, 0.0, 0.0);
    for k in 0..64 {
        let rate = load * f64::from(-k).exp2();
        let (upto, moved) = ((-rate).exp(), -rate * (-rate).exp());
        let share = upto - below;
        if share > 1e-300 {
            information += (moved - moved_below) * (moved - moved_below) / share;
        }
        (below, moved_below) = (upto, moved);
    }
    if information > 0.0 { (information.recip() - load.recip()).max(0.0) } else { f64::INFINITY }
}

/// Ertl's sigma: what empty registers add.
fn sigma(share: f64) -> f64 {
    if share >= 1.0 {
        return f64::INFINITY;
    }
    let (mut x, mut y, mut z) = (share, 1.0, share);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z <= before {
            return z;
        }
    }
}

/// Ertl's tau: what full registers take away.
fn tau(share: f64) -> f64 {
    if share <= 0.0 || share >= 1.0 {
        return 0.0;
    }
    let (mut x, mut y, mut z) = (share, 1.0, 1.0 - share);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if z >= before {
            return z / 3.0;
        }
    }
}
