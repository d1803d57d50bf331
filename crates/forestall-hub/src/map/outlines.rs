// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The outlines of countries, projected when the data file was made; here they are only found and joined.

use std::collections::BTreeMap;
use std::sync::OnceLock;

const OUTLINES: &str = include_str!("../../data/outlines.txt");

const SOUND: &str = "the data file of outlines is sound";

/// One outline, in the units of the map.
#[derive(Debug)]
pub(super) struct Outline {
    /// ISO 3166-1 alpha-2, or `-` for land that no domain colours.
    pub(super) alpha2: &'static str,
    /// Where a label goes.
    pub(super) x: u32,
    /// Where a label goes, downwards.
    pub(super) y: u32,
    /// Half the height of the room around that place; its width is 1.7 times as much.
    room: u32,
    /// The path's data.
    pub(super) path: &'static str,
}

impl Outline {
    /// Says whether a label that is so wide on a tile fits into the room, or nearly so.
    pub(super) fn has_room_for(&self, width_on_tile: u32) -> bool {
        // Labels on the map are set smaller than those on tiles: 19 units to 23.
        const SMALLER: f64 = 19.0 / 23.0;
        const HALF_HEIGHT: f64 = 7.0;
        let half_width = f64::from(width_on_tile) * SMALLER / 2.0 / 1.7;
        let room = f64::from(self.room);
        0.8 * (half_width * half_width + HALF_HEIGHT * HALF_HEIGHT) <= room * room
    }
}

struct World {
    size: (u32, u32),
    background: Vec<(&'static str, &'static str)>,
    outlines: Vec<Outline>,
    by_code: BTreeMap<&'static str, usize>,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(read)
}

fn read() -> World {
    let size = OUTLINES.lines().find_map(|line| line.strip_prefix("# size: ")).expect(SOUND);
    let (width, height) = size.split_once(' ').expect(SOUND);
    let number = |text: &str| text.parse().expect(SOUND);
    let mut world = World {
        size: (number(width), number(height)),
        background: Vec::new(),
        outlines: Vec::new(),
        by_code: BTreeMap::new(),
    };
    for line in OUTLINES.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let mut field = || fields.next().expect(SOUND);
        match field() {
            "sea" => world.background.push(("map-sea", line.rsplit('\t').next().expect(SOUND))),
            "grid" => world.background.push(("map-grid", line.rsplit('\t').next().expect(SOUND))),
            alpha2 => {
                if alpha2 != "-" {
                    world.by_code.insert(alpha2, world.outlines.len());
                }
                let (x, y, room) = (number(field()), number(field()), number(field()));
                world.outlines.push(Outline { alpha2, x, y, room, path: field() });
            }
        }
    }
    world
}

/// Returns width and height of the map.
pub(super) fn size() -> (u32, u32) {
    world().size
}

/// Returns what lies behind the land: classes with paths.
pub(super) fn background() -> &'static [(&'static str, &'static str)] {
    &world().background
}

/// Returns all outlines.
pub(super) fn all() -> &'static [Outline] {
    &world().outlines
}

/// Returns the outline of a country.
pub(super) fn of(alpha2: &str) -> Option<&'static Outline> {
    world().by_code.get(alpha2).and_then(|&place| world().outlines.get(place))
}
