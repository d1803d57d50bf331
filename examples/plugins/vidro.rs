// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The family vidro as a plug-in: 100 names a week, weeks counted from an odd second. It shows the least that a plug-in in Rust needs; the
//! program has the same family built in, and a test compares the two.

#![no_std]

use core::ptr::addr_of_mut;

/// The metadata, which the compiler puts into the custom section of this name.
#[link_section = "forestall"]
#[used]
pub static METADATA: [u8; include_bytes!("vidro.toml").len()] = *include_bytes!("vidro.toml");

const BLOCK_OCTETS: usize = 65_536;

/// Octets of the longest name with its line feed.
const LONGEST: usize = 12 + ".dyndns.org\n".len();

/// 2010-05-16T08:53:20Z, from which weeks are counted, in seconds since 1970-01-01.
const BASE: i64 = 0x4BEF_B280;
const WEEK: i64 = 604_800;
const SUFFIXES: [&[u8]; 3] = [b".dyndns.org\n", b".com\n", b".net\n"];

/// Labels of a week, each of which is taken under one suffix.
const LABELS: u32 = 100;

/// What the instance works on. It has one thread, and the program calls one function at a time.
struct State {
    block: [u8; BLOCK_OCTETS],
    seed: u32,
    next: u32,
    last: u32,
}

static mut STATE: State = State { block: [0; BLOCK_OCTETS], seed: 0, next: 0, last: 0 };

fn state() -> &'static mut State {
    // SAFETY: no function of this module calls another that is exported, so that there is one reference at a time.
    unsafe { &mut *addr_of_mut!(STATE) }
}

/// Returns the address of the block.
#[no_mangle]
pub extern "C" fn forestall_block() -> *mut u8 {
    state().block.as_mut_ptr()
}

/// Takes parameters, of which there are none.
#[no_mangle]
pub extern "C" fn forestall_configure(_octets: i32) -> i32 {
    0
}

/// Begins the list of the week that starts at `period` seconds since 1970.
#[no_mangle]
pub extern "C" fn forestall_begin(period: i64, names: i64) {
    let week = (period - BASE).div_euclid(WEEK);
    let state = state();
    state.seed = week.wrapping_add(1_005).wrapping_mul(123_456) as u32;
    state.next = 0;
    state.last = names.clamp(0, i64::from(LABELS)) as u32;
}

/// Writes the next names and returns their octets.
#[no_mangle]
pub extern "C" fn forestall_next() -> i32 {
    let State { block, seed, next, last } = state();
    let mut octets = 0;
    while *next < *last && octets + LONGEST <= BLOCK_OCTETS {
        let mut random = seed.wrapping_add(*next);
        let mut step = || {
            random = random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            random >> 10
        };
        let length = 7 + step() % 6;
        for _ in 0..length {
            block[octets] = b'a' + (step() % 26) as u8;
            octets += 1;
        }
        let suffix = SUFFIXES[*next as usize % SUFFIXES.len()];
        block[octets..octets + suffix.len()].copy_from_slice(suffix);
        octets += suffix.len();
        *next += 1;
    }
    octets as i32
}

/// A panic stops the list with a trap, which the program reports.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
