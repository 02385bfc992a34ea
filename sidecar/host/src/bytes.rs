//! Texts as bytes, as `Buffer` of Node.js has them.

use std::borrow::Cow;

/// How a text is written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// The low byte of each UTF-16 unit.
    Latin1,
}

/// U+FFFD, which stands for what is no character.
const REPLACEMENT: [u8; 3] = [0xef, 0xbf, 0xbd];

/// The text that the bytes stand for. What is no UTF-8 becomes U+FFFD, as the WHATWG's decoder has it:
/// <https://encoding.spec.whatwg.org/#utf-8-decoder>
#[must_use]
pub fn decode(bytes: &[u8], encoding: Encoding) -> Cow<'_, str> {
    match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(bytes),
        Encoding::Latin1 if bytes.is_ascii() => String::from_utf8_lossy(bytes),
        Encoding::Latin1 => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Appends the bytes of a text that the engine gave: UTF-8, but that halves of surrogate pairs may stand alone, three bytes each.
pub fn encode(text: &[u8], encoding: Encoding, to: &mut Vec<u8>) {
    match encoding {
        Encoding::Latin1 if !text.is_ascii() => encode_latin1(text, to),
        _ => {
            let from = to.len();
            to.extend_from_slice(text);
            if !text.is_ascii() {
                replace_surrogates(&mut to[from..]);
            }
        }
    }
}

/// Length of the part that ends with a whole character: what follows it is the beginning of one, which more bytes may complete.
#[must_use]
pub fn complete_length(bytes: &[u8]) -> usize {
    for back in 1..=bytes.len().min(3) {
        let start = bytes.len() - back;
        let expected = match bytes[start] {
            0x80..=0xbf => continue,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        let is_begun = back < expected && is_prefix(&bytes[start..]);
        return if is_begun { start } else { bytes.len() };
    }
    bytes.len()
}

/// Where the needle begins.
#[must_use]
pub fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        return Some(0);
    }
    bytes.windows(needle.len()).position(|part| part == needle)
}

/// Whether some character begins with these bytes.
fn is_prefix(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // Nothing is wrong but that it ends too early.
        Err(error) => error.error_len().is_none(),
    }
}

fn replace_surrogates(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|&byte| byte == 0xed) {
        at += found;
        if bytes.len() < at + 3 {
            return;
        }
        if bytes[at + 1] >= 0xa0 {
            bytes[at..at + 3].copy_from_slice(&REPLACEMENT);
        }
        at += 3;
    }
}

/// The low bytes of the UTF-16 units, also of halves of pairs.
fn encode_latin1(text: &[u8], to: &mut Vec<u8>) {
    let low = |unit: u32| unit.to_le_bytes()[0];
    let mut bytes = text.iter();
    while let Some(&first) = bytes.next() {
        let (more, start) = match first {
            0..0x80 => (0, first),
            0x80..0xe0 => (1, first & 0x1f),
            0xe0..0xf0 => (2, first & 0xf),
            0xf0.. => (3, first & 7),
        };
        let character = bytes
            .by_ref()
            .take(more)
            .fold(u32::from(start), |bits, &byte| bits << 6 | u32::from(byte & 0x3f));
        // Of a pair each half has ten bits.
        if let Some(pair) = character.checked_sub(0x1_0000) {
            to.push(low(pair >> 10));
        }
        to.push(low(character));
    }
}
