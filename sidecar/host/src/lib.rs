//! The sidecar's host: what of Node.js the sidecar needs, for a small JavaScript engine.
//!
//! The engine runs `sidecar/` as it is. `js/` holds the modules that stand in for those of Node.js, and all that they cannot do
//! themselves is here: bytes, sockets, signals and the loop that waits for them.

pub mod bytes;
pub mod kernel;
pub mod namespace;
pub mod outbox;
pub mod signals;
pub mod slots;
