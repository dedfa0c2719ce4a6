//! Where tiles are (C2SP tlog-tiles): `tile/<level>/<number>[.p/<width>]` and `tile/entries/<number>[.p/<width>]`,
//! numbers in groups of three digits, all but the last after an `x`.

use std::{path::PathBuf, str::FromStr};

use super::TILE_WIDTH;

/// Why a text is not a tile's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a tile's path such as tile/0/x001/234.p/17")]
pub struct TilePathError;

/// Levels of tiles there can be: 8 bits each.
const MAX_LEVEL: u8 = 7;

/// A tile, or a bundle of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// The tile's level; `None` for a bundle of entries.
    pub level: Option<u8>,
    /// Its number at the level.
    pub number: u64,
    /// Hashes or entries wanted: 1 to 256, 256 being the full tile.
    pub width: u16,
}

impl Tile {
    /// Path of the growing file that holds the tile, below the log's folder.
    pub(super) fn file(level: Option<u8>, number: u64) -> PathBuf {
        let mut path = PathBuf::from("tile");
        match level {
            Some(level) => path.push(level.to_string()),
            None => path.push("entries"),
        }
        path.push(digits(number));
        path
    }
}

impl std::fmt::Display for Tile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.level {
            Some(level) => write!(f, "tile/{level}/{}", digits(self.number))?,
            None => write!(f, "tile/entries/{}", digits(self.number))?,
        }
        if u64::from(self.width) < TILE_WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for Tile {
    type Err = TilePathError;

    fn from_str(text: &str) -> Result<Self, TilePathError> {
        let rest = text.strip_prefix("tile/").ok_or(TilePathError)?;
        let (level, rest) = rest.split_once('/').ok_or(TilePathError)?;
        let level = match level {
            "entries" => None,
            digits => Some(canonical::<u8>(digits).filter(|level| *level <= MAX_LEVEL).ok_or(TilePathError)?),
        };
        let (number, width) = match rest.split_once(".p/") {
            None => (rest, 256),
            Some((number, width)) => {
                let width = canonical::<u16>(width).filter(|width| (1..256).contains(width));
                (number, width.ok_or(TilePathError)?)
            }
        };
        let tile = Self { level, number: parse(number).ok_or(TilePathError)?, width };
        if tile.to_string() == text { Ok(tile) } else { Err(TilePathError) }
    }
}

/// `1234067` as `x001/x234/067`.
fn digits(number: u64) -> String {
    let mut text = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        text = format!("x{:03}/{text}", rest % 1000);
        rest /= 1000;
    }
    text
}

fn parse(text: &str) -> Option<u64> {
    let mut number: u64 = 0;
    for group in text.split('/') {
        let group = group.strip_prefix('x').unwrap_or(group);
        if group.len() != 3 || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        number = number.checked_mul(1000)?.checked_add(group.parse().ok()?)?;
    }
    Some(number)
}

/// A number without sign or leading zeros.
fn canonical<T: FromStr + ToString>(text: &str) -> Option<T> {
    text.parse::<T>().ok().filter(|number| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_they_are_written() {
        let tile = Tile { level: Some(0), number: 1_234_067, width: 256 };
        assert_eq!(tile.to_string(), "tile/0/x001/x234/067");
        assert_eq!(tile.to_string().parse(), Ok(tile));
        let partial = Tile { level: None, number: 8, width: 17 };
        assert_eq!(partial.to_string(), "tile/entries/008.p/17");
        assert_eq!(partial.to_string().parse(), Ok(partial));
        let bad = [
            "",
            "tile/0/8",
            "tile/0/x008",
            "tile/0/x000/008",
            "tile/8/008",
            "tile/00/008",
            "tile/0/008.p/0",
            "tile/0/008.p/256",
            "tile/0/008.p/+7",
            "tile/0/../008",
            "tile/0/008/",
        ];
        for text in bad {
            assert_eq!(text.parse::<Tile>(), Err(TilePathError), "{text}");
        }
    }
}
