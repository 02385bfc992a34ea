//! Keys, of which an old one never opens what is new.

use fargauge_host::slots::{Id, Slots};
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_key_opens_its_entry_until_that_is_removed(steps in vec((any::<bool>(), any::<prop::sample::Index>()), 1..200)) {
        let mut slots = Slots::default();
        let mut given: Vec<(Id, Option<usize>)> = Vec::new();
        for (number, (inserts, index)) in steps.into_iter().enumerate() {
            if inserts || given.is_empty() {
                given.push((slots.insert(number).unwrap(), Some(number)));
            } else {
                let at = index.index(given.len());
                let (id, value) = &mut given[at];
                prop_assert_eq!(slots.remove(*id), value.take());
            }
            for (id, value) in &given {
                prop_assert_eq!(slots.get(*id), value.as_ref());
            }
            prop_assert_eq!(slots.values().count(), given.iter().filter(|(_, value)| value.is_some()).count());
        }
    }

    #[test]
    fn a_number_that_is_no_key_opens_nothing(bits in any::<u32>()) {
        let mut slots = Slots::default();
        let id = slots.insert(()).unwrap();
        prop_assert_eq!(slots.get_mut(Id::from_bits(bits)).is_some(), bits == id.bits());
    }
}

#[test]
fn keys_are_positive_as_numbers_of_32_bits() {
    let mut slots = Slots::default();
    for _ in 0..0x1_0000 {
        let id = slots.insert(()).unwrap();
        assert!(i32::try_from(id.bits()).is_ok());
        slots.remove(id);
    }
}

#[test]
fn a_full_table_takes_nothing_more() {
    let mut slots = Slots::default();
    let ids: Vec<_> = (0..0x1_0000).map(|_| slots.insert(()).unwrap()).collect();
    assert!(slots.insert(()).is_none());
    slots.remove(ids[7]);
    assert!(slots.insert(()).is_some());
}
