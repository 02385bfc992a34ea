//! A socket in another network namespace, and the end of the privileges that it takes.

use std::fs::{File, Metadata};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::thread;

use rustix::io::Errno;
use rustix::thread::{Gid, LinkNameSpaceType, Uid};

/// The network namespace of the thread that asks.
const OWN: &str = "/proc/thread-self/ns/net";

/// Why there is no socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The file is the namespace of the process itself.
    Own,
    Kernel(Errno),
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        Self::Kernel(Errno::from_io_error(&error).unwrap_or(Errno::IO))
    }
}

impl From<Errno> for Refusal {
    fn from(error: Errno) -> Self {
        Self::Kernel(error)
    }
}

/// Makes a socket in the namespace of the file. Only a thread enters it, which ends with that: the process stays in its own.
///
/// # Errors
/// ENOENT: no such file. EACCES, EPERM: the file, or the namespace, takes capabilities. EINVAL: it is no network namespace. Others
/// are those of `make`.
pub fn socket_in(
    path: &str,
    make: impl FnOnce() -> Result<OwnedFd, Errno> + Send,
) -> Result<OwnedFd, Refusal> {
    thread::scope(|scope| {
        let entering = thread::Builder::new().spawn_scoped(scope, || {
            let there = File::open(path)?;
            if is_same(&there.metadata()?, &File::open(OWN)?.metadata()?) {
                return Err(Refusal::Own);
            }
            rustix::thread::move_into_link_name_space(
                there.as_fd(),
                Some(LinkNameSpaceType::Network),
            )?;
            Ok(make()?)
        })?;
        entering.join().unwrap_or(Err(Refusal::Kernel(Errno::IO)))
    })
}

/// If it is root, becomes another user and group for good, with no other groups and no capabilities. There must be no other thread.
///
/// # Errors
/// EPERM without the capabilities SETUID and SETGID.
pub fn become_user(id: u32) -> Result<(), Errno> {
    if rustix::process::geteuid().is_root() {
        let (user, group) = (Uid::from_raw(id), Gid::from_raw(id));
        rustix::thread::set_thread_groups(&[])?;
        rustix::thread::set_thread_res_gid(group, group, group)?;
        // The kernel takes the capabilities away with the last id of root.
        rustix::thread::set_thread_res_uid(user, user, user)?;
    }
    rustix::thread::set_no_new_privs(true)
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}
