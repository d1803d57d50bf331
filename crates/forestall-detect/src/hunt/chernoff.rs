// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The bound of Chernoff: of `n` things `k` have something in common that ordinary ones have with some chance; that happens with at most the chance
//! exp(-n D(k/n || chance)), where D is the divergence of two coins.

/// Returns the divergence of a coin that falls with `share` from one that falls with `chance`, in nats.
pub(super) fn divergence(share: f64, chance: f64) -> f64 {
    let part = |share: f64, chance: f64| if share > 0.0 { share * (share / chance).ln() } else { 0.0 };
    part(share, chance) + part(1.0 - share, 1.0 - chance)
}

/// Returns a count as a number for formulas.
pub(super) fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
