//! From bytes to text by byte order mark and XML declaration (XML 1.0 appendix F).

use super::ImportError;

/// Decodes a document: UTF-8, UTF-16, US-ASCII, ISO 8859-1, ISO 8859-15 and Windows-1252.
pub(super) fn decode(bytes: &[u8]) -> Result<String, ImportError> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0, b'<', ..] => utf16(bytes, u16::from_be_bytes),
        [b'<', 0, ..] => utf16(bytes, u16::from_le_bytes),
        _ => match declared(bytes).as_deref() {
            None | Some("utf-8" | "utf8" | "us-ascii" | "ascii") => utf8(bytes),
            Some("iso-8859-1" | "latin1" | "iso8859-1" | "iso_8859-1") => {
                Ok(bytes.iter().copied().map(char::from).collect())
            }
            Some("iso-8859-15" | "latin9" | "iso8859-15") => Ok(bytes.iter().copied().map(latin9).collect()),
            Some("windows-1252" | "cp1252") => Ok(bytes.iter().copied().map(windows_1252).collect()),
            Some(other) => Err(ImportError::Encoding(super::printable(other))),
        },
    }
}

fn utf8(bytes: &[u8]) -> Result<String, ImportError> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| ImportError::Encoding("UTF-8".to_owned()))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ImportError> {
    let wrong = || ImportError::Encoding("UTF-16".to_owned());
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong());
    }
    char::decode_utf16(pairs.iter().copied().map(unit)).collect::<Result<String, _>>().map_err(|_| wrong())
}

/// The encoding named in an XML declaration, in lower case.
fn declared(bytes: &[u8]) -> Option<String> {
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    let head = bytes.get(start..)?.strip_prefix(b"<?xml")?;
    let head = head.get(..head.len().min(200))?;
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(head.get(..end)?).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, _) = value.get(1..)?.split_once(quote)?;
    Some(name.to_ascii_lowercase())
}

/// ISO 8859-15: eight places differ from ISO 8859-1.
fn latin9(byte: u8) -> char {
    match byte {
        0xA4 => '€',
        0xA6 => 'Š',
        0xA8 => 'š',
        0xB4 => 'Ž',
        0xB8 => 'ž',
        0xBC => 'Œ',
        0xBD => 'œ',
        0xBE => 'Ÿ',
        other => char::from(other),
    }
}

/// Windows-1252: 0x80 to 0x9F hold characters where ISO 8859-1 has controls.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    byte.checked_sub(0x80).and_then(|index| HIGH.get(usize::from(index)).copied()).unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_mark_and_declaration() {
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain("<é/>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(&utf16).unwrap(), "<é/>");
        assert_eq!(decode(b"\xEF\xBB\xBF<a/>").unwrap(), "<a/>");
        let latin = |name: &str, byte: u8| {
            let mut bytes = format!("<?xml version='1.0' encoding='{name}'?><a>").into_bytes();
            bytes.push(byte);
            decode(&bytes).unwrap().chars().last().unwrap()
        };
        assert_eq!(latin("ISO-8859-1", 0xE9), 'é');
        assert_eq!(latin("iso-8859-15", 0xA4), '€');
        assert_eq!(latin("windows-1252", 0x80), '€');
        assert_eq!(latin("windows-1252", 0xFC), 'ü');
        assert!(decode(b"<?xml version='1.0' encoding='ebcdic-cp-fr'?><a/>").is_err());
        assert!(decode(b"<a>\xE9</a>").is_err());
    }
}
