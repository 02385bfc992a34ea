//! Signals as bytes of a descriptor, so that the loop waits for them as for all else.

use std::io;
use std::mem::{MaybeUninit, size_of};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

/// A descriptor that tells of signals. Those that it does not trap act as the kernel has it.
pub struct Signals {
    trapped: libc::sigset_t,
    fd: OwnedFd,
}

impl Signals {
    /// # Errors
    /// Of the kernel.
    pub fn new() -> io::Result<Self> {
        let mut trapped = MaybeUninit::uninit();
        // SAFETY: sigemptyset writes the whole set and cannot fail for a valid pointer.
        let trapped = unsafe {
            libc::sigemptyset(trapped.as_mut_ptr());
            trapped.assume_init()
        };
        let fd = signal_descriptor(-1, &trapped)?;
        // SAFETY: the kernel has just given this descriptor to us alone.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Self { trapped, fd })
    }

    #[must_use]
    pub fn fd(&self) -> &OwnedFd {
        &self.fd
    }

    /// From now on this signal is read here and does nothing else.
    ///
    /// # Errors
    /// Of the kernel, such as EINVAL for a number that is no signal.
    pub fn trap(&mut self, signal: i32) -> io::Result<()> {
        // SAFETY: the set is ours and initialized.
        if unsafe { libc::sigaddset(&raw mut self.trapped, signal) } != 0 {
            return Err(io::Error::last_os_error());
        }
        signal_descriptor(self.fd.as_raw_fd(), &self.trapped)?;
        // SAFETY: both sets are valid or null, and there is one thread.
        match unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, &raw const self.trapped, std::ptr::null_mut())
        } {
            0 => Ok(()),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    }

    /// The number of a signal that came, if one did.
    #[must_use]
    pub fn read(&self) -> Option<i32> {
        let mut info = MaybeUninit::<libc::signalfd_siginfo>::uninit();
        let size = size_of::<libc::signalfd_siginfo>();
        // SAFETY: the kernel writes at most `size` bytes to memory of that size.
        let read = unsafe { libc::read(self.fd.as_raw_fd(), info.as_mut_ptr().cast(), size) };
        if usize::try_from(read) != Ok(size) {
            return None;
        }
        // SAFETY: all of it was written.
        let info = unsafe { info.assume_init() };
        i32::try_from(info.ssi_signo).ok()
    }
}

fn signal_descriptor(fd: RawFd, trapped: &libc::sigset_t) -> io::Result<RawFd> {
    // SAFETY: the set is valid for the time of the call.
    match unsafe { libc::signalfd(fd, trapped, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) } {
        -1 => Err(io::Error::last_os_error()),
        fd => Ok(fd),
    }
}
