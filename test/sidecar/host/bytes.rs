//! Texts as bytes: compared with what Rust's own `str` says of them.

use fargauge_host::bytes::{Encoding, complete_length, decode, encode, find};
use proptest::collection::vec;
use proptest::prelude::*;

fn encoded(text: &[u8], encoding: Encoding) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(text, encoding, &mut bytes);
    bytes
}

/// Bytes that begin, go on with and break characters far more often than chance would.
fn broken_utf8() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<char>().prop_map(|c| c.to_string().into_bytes()),
        vec(any::<u8>(), 1..3),
        prop::sample::select(vec![
            0xc2, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0x80, 0x9f, 0xa0, 0xbf
        ])
        .prop_map(|byte| vec![byte]),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_text_comes_back_from_its_bytes(text in any::<String>()) {
        let bytes = encoded(text.as_bytes(), Encoding::Utf8);
        prop_assert_eq!(decode(&bytes, Encoding::Utf8), text);
    }

    #[test]
    fn bytes_come_back_from_latin1(bytes in vec(any::<u8>(), 0..64)) {
        let text = decode(&bytes, Encoding::Latin1).into_owned();
        prop_assert_eq!(encoded(text.as_bytes(), Encoding::Latin1), bytes);
    }

    #[test]
    fn latin1_is_the_low_byte_of_each_unit_of_a_text(text in any::<String>()) {
        let low: Vec<u8> = text.encode_utf16().map(|unit| unit.to_le_bytes()[0]).collect();
        prop_assert_eq!(encoded(text.as_bytes(), Encoding::Latin1), low);
    }

    #[test]
    fn pieces_decode_as_the_whole_wherever_it_is_cut(bytes in broken_utf8(), cuts in vec(any::<prop::sample::Index>(), 0..6)) {
        let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        places.sort_unstable();
        places.push(bytes.len());
        let (mut text, mut begun, mut from) = (String::new(), Vec::new(), 0);
        for place in places {
            begun.extend_from_slice(&bytes[from..place]);
            from = place;
            let length = complete_length(&begun);
            prop_assert!(begun.len() - length <= 3);
            text.push_str(&decode(&begun[..length], Encoding::Utf8));
            begun.drain(..length);
        }
        text.push_str(&decode(&begun, Encoding::Utf8));
        prop_assert_eq!(text, decode(&bytes, Encoding::Utf8));
    }

    #[test]
    fn what_is_encoded_is_always_a_text(before in any::<String>(), half in 0xd800_u32..0xe000, after in any::<String>()) {
        // As the engine writes half of a surrogate pair.
        let lone = [0xe0 | (half >> 12), 0x80 | (half >> 6 & 0x3f), 0x80 | (half & 0x3f)]
            .map(|byte| u8::try_from(byte).unwrap());
        let bytes = encoded(&[before.as_bytes(), &lone, after.as_bytes()].concat(), Encoding::Utf8);
        prop_assert_eq!(String::from_utf8(bytes).unwrap(), format!("{before}\u{fffd}{after}"));
    }

    #[test]
    fn bytes_that_are_no_text_do_no_harm(bytes in broken_utf8()) {
        for encoding in [Encoding::Utf8, Encoding::Latin1] {
            let text = decode(&encoded(&bytes, encoding), encoding).into_owned();
            prop_assert!(text.len() <= 3 * bytes.len());
        }
    }

    #[test]
    fn a_needle_is_found_where_it_first_is(text in "[ab]{0,20}", needle in "[ab]{0,4}") {
        prop_assert_eq!(find(text.as_bytes(), needle.as_bytes()), text.find(&needle));
    }
}
