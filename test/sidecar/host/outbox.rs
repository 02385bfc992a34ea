//! The queue of bytes, beside a plain one.

use std::collections::VecDeque;

use fargauge_host::outbox::Outbox;
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Push(Vec<u8>),
    Take(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        vec(any::<u8>(), 0..6_000).prop_map(Step::Push),
        (0_usize..8_000).prop_map(Step::Take),
    ]
}

proptest! {
    #[test]
    fn holds_what_was_pushed_and_not_yet_taken(steps in vec(step(), 0..40)) {
        let (mut outbox, mut model) = (Outbox::default(), VecDeque::new());
        for step in steps {
            match step {
                Step::Push(bytes) => {
                    outbox.push_with(bytes.len(), |to| to.extend_from_slice(&bytes)).unwrap();
                    model.extend(bytes);
                }
                Step::Take(count) => {
                    outbox.take(count);
                    model.drain(..count.min(model.len()));
                }
            }
            prop_assert_eq!(outbox.waiting(), model.make_contiguous() as &[u8]);
            prop_assert_eq!(outbox.len(), model.len());
            prop_assert_eq!(outbox.is_empty(), model.is_empty());
        }
    }
}

#[test]
fn more_than_there_is_memory_for_is_an_error() {
    let mut outbox = Outbox::default();
    assert!(
        outbox
            .push_with(usize::MAX, |_| unreachable!("nothing is written"))
            .is_err()
    );
}
