//! Bytes that wait for the kernel to take them.

use std::collections::TryReserveError;

/// Memory of an empty outbox is given back where it is more than this. Bytes.
const KEPT: usize = 4_096;

/// A queue of bytes: appended at its end, taken from its beginning.
#[derive(Debug, Default)]
pub struct Outbox {
    bytes: Vec<u8>,
    /// How many of `bytes` are gone already.
    taken: usize,
}

impl Outbox {
    /// Bytes that wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() - self.taken
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What waits, the oldest byte first.
    #[must_use]
    pub fn waiting(&self) -> &[u8] {
        &self.bytes[self.taken..]
    }

    /// Appends what `write` appends.
    ///
    /// # Errors
    /// If there is no memory for `most` more bytes, of which `write` must not append more.
    pub fn push_with(
        &mut self,
        most: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), TryReserveError> {
        if self.taken > self.bytes.len() / 2 {
            self.bytes.drain(..self.taken);
            self.taken = 0;
        }
        self.bytes.try_reserve(most)?;
        write(&mut self.bytes);
        Ok(())
    }

    /// Forgets the oldest bytes, which were taken.
    pub fn take(&mut self, count: usize) {
        self.taken += count.min(self.len());
        if self.taken < self.bytes.len() {
            return;
        }
        self.taken = 0;
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        } else {
            self.bytes.clear();
        }
    }
}
