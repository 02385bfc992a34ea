//! A table whose keys are never taken for those of what was there before.

/// Key of an entry: its place in the low half, and how often that place was given in the high one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(u32);

/// As a number of JavaScript, positive also where it has 32 bits and a sign.
const GENERATIONS: u16 = 0x8000;

impl Id {
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    fn new(generation: u16, place: u16) -> Self {
        Self(u32::from(generation) << 16 | u32::from(place))
    }

    fn place(self) -> usize {
        usize::from((self.0 & 0xffff) as u16)
    }
}

#[derive(Debug)]
struct Slot<T> {
    generation: u16,
    value: Option<T>,
}

/// Entries by key. The kernel may still tell of a descriptor that was closed, and whose number was given again, in the same batch
/// of events: by its key such news is known to be old.
#[derive(Debug)]
pub struct Slots<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u16>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slots<T> {
    /// `None` where 65,536 entries are there already.
    pub fn insert(&mut self, value: T) -> Option<Id> {
        let place = match self.free.pop() {
            Some(place) => place,
            None => u16::try_from(self.slots.len()).ok()?,
        };
        let at = usize::from(place);
        if at == self.slots.len() {
            self.slots.push(Slot { generation: 0, value: None });
        }
        let slot = &mut self.slots[at];
        slot.generation = (slot.generation + 1) % GENERATIONS;
        slot.value = Some(value);
        Some(Id::new(slot.generation, place))
    }

    #[must_use]
    pub fn get(&self, id: Id) -> Option<&T> {
        let slot = self.slots.get(id.place())?;
        slot.value.as_ref().filter(|_| Id::new(slot.generation, place_of(id)) == id)
    }

    pub fn get_mut(&mut self, id: Id) -> Option<&mut T> {
        self.get(id)?;
        self.slots[id.place()].value.as_mut()
    }

    pub fn remove(&mut self, id: Id) -> Option<T> {
        self.get(id)?;
        self.free.push(place_of(id));
        self.slots[id.place()].value.take()
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| slot.value.as_ref())
    }
}

fn place_of(id: Id) -> u16 {
    (id.bits() & 0xffff) as u16
}
