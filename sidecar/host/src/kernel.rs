//! Sockets, signals and the two outputs over one `epoll`. Nothing here waits but `wait`.
//!
//! An error is its number, as the kernel gives it.

use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SendFlags, Shutdown, SocketFlags, SocketType, ipproto, sockopt};

use crate::namespace::{Refusal, socket_in};
use crate::outbox::Outbox;
use crate::signals::Signals;
use crate::slots::{Id, Slots};

/// Connections that the kernel keeps until they are accepted: as Node.js asks.
const BACKLOG: i32 = 511;

/// Events of one wait: with more, the others come with the next one.
const BATCH: usize = 64;

/// A pipe that has room at all has room for this. Bytes, by pipe(7).
const PIPE_BUF: usize = 4_096;

/// What became of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// There is something to read, or a connection to accept.
    Readable = 0,
    /// The kernel took all that was to be written.
    Flushed = 1,
    /// The connection stands, or the number of the error says why not.
    Connected = 2,
    /// Writing failed.
    Failed = 3,
    Signal = 4,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: Id,
    pub what: What,
    /// The number of the error or of the signal, or 0.
    pub value: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Connecting,
    Stream,
    Listener,
    /// Standard output or error, which others may write to as well.
    Output,
    Signals,
}

#[derive(Debug)]
struct Channel {
    fd: OwnedFd,
    kind: Kind,
    reading: bool,
    /// Whether the kernel takes no more for now.
    blocked: bool,
    /// Whether it waits for its turn to be flushed.
    dirty: bool,
    outbox: Outbox,
    registered: epoll::EventFlags,
}

pub struct Kernel {
    epoll: OwnedFd,
    channels: Slots<Channel>,
    signals: Signals,
    /// Channels with bytes that nobody has offered to the kernel yet.
    dirty: Vec<Id>,
    /// What flushing came to, for the next turn.
    flushed: Vec<Event>,
    /// A descriptor to give up where there are no more, so that a connection can be refused.
    spare: Option<OwnedFd>,
}

type Result<T> = std::result::Result<T, Errno>;

impl Kernel {
    /// # Errors
    /// Of the kernel.
    ///
    /// # Panics
    /// Never: an empty table has room.
    pub fn new() -> std::io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let signals = Signals::new()?;
        let mut channels = Slots::default();
        let mut channel = Channel::new(signals.fd().try_clone()?, Kind::Signals);
        channel.reading = true;
        let signals_id = channels.insert(channel).expect("an empty table has room");
        let spare = spare();
        let mut kernel =
            Self { epoll, channels, signals, dirty: Vec::new(), flushed: Vec::new(), spare };
        kernel.register(signals_id)?;
        Ok(kernel)
    }

    /// A channel for an output that was open when the process began.
    ///
    /// # Errors
    /// Of the kernel.
    pub fn output(&mut self, fd: impl AsFd) -> std::io::Result<Id> {
        let fd = fd.as_fd().try_clone_to_owned()?;
        Ok(self.insert(Channel::new(fd, Kind::Output))?)
    }

    /// # Errors
    /// Of the kernel.
    pub fn trap(&mut self, signal: i32) -> std::io::Result<()> {
        self.signals.trap(signal)
    }

    /// Listens on the address, or on all of both families.
    ///
    /// # Errors
    /// Of the kernel.
    pub fn listen(&mut self, host: Option<IpAddr>, port: u16) -> Result<Id> {
        self.insert_listener(match host {
            Some(host) => listener(host, port)?,
            None => listener_of_both(port)?,
        })
    }

    /// Listens on all addresses of another network namespace.
    ///
    /// # Errors
    /// As of `socket_in`, or of the kernel.
    pub fn listen_in(&mut self, namespace: &str, port: u16) -> std::result::Result<Id, Refusal> {
        let fd = socket_in(namespace, || listener_of_both(port))?;
        Ok(self.insert_listener(fd)?)
    }

    /// Begins to connect. An event tells when it stands.
    ///
    /// # Errors
    /// Of the kernel, where it knows at once.
    pub fn connect(&mut self, to: SocketAddr) -> Result<Id> {
        let fd = socket(to.ip())?;
        match rustix::net::connect(&fd, &to) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(error) => return Err(error),
        }
        let id = self.insert(Channel::new(fd, Kind::Connecting))?;
        self.register(id)?;
        Ok(id)
    }

    /// The next connection, if there is one.
    ///
    /// # Errors
    /// Of the kernel.
    pub fn accept(&mut self, id: Id) -> Result<Option<Id>> {
        let listener = self.channels.get(id).ok_or(Errno::BADF)?;
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        match rustix::net::accept_with(&listener.fd, flags) {
            Ok(fd) => self.insert(Channel::new(fd, Kind::Stream)).map(Some),
            Err(Errno::AGAIN | Errno::CONNABORTED) => Ok(None),
            Err(Errno::MFILE | Errno::NFILE) => {
                // What is not accepted would be told of again and again.
                self.spare = None;
                drop(rustix::net::accept_with(&listener.fd, flags));
                self.spare = spare();
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// # Errors
    /// Of the kernel.
    pub fn local_address(&self, id: Id) -> Result<SocketAddr> {
        let channel = self.channels.get(id).ok_or(Errno::BADF)?;
        rustix::net::getsockname(&channel.fd)?.try_into()
    }

    /// # Errors
    /// Of the kernel, such as ENOTCONN once the connection is gone.
    pub fn peer_address(&self, id: Id) -> Result<SocketAddr> {
        let channel = self.channels.get(id).ok_or(Errno::BADF)?;
        rustix::net::getpeername(&channel.fd)?.ok_or(Errno::NOTCONN)?.try_into()
    }

    /// Whether events tell that there is something to read.
    pub fn watch(&mut self, id: Id, reading: bool) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        channel.reading = reading;
        // What cannot be registered any more is told by reading or writing.
        let _ = self.register(id);
    }

    /// Reads what is there. 0: the other side has ended.
    ///
    /// # Errors
    /// Of the kernel, such as EAGAIN where there is nothing.
    pub fn read(&self, id: Id, into: &mut [u8]) -> Result<usize> {
        let channel = self.channels.get(id).ok_or(Errno::BADF)?;
        rustix::io::read(&channel.fd, into)
    }

    /// Appends to what is written at the end of this turn, or as soon as the kernel takes it.
    ///
    /// # Errors
    /// Where there is no memory for `most` bytes, or no such channel.
    pub fn write(
        &mut self,
        id: Id,
        most: usize,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<usize> {
        let channel = self.channels.get_mut(id).ok_or(Errno::BADF)?;
        channel.outbox.push_with(most, write).map_err(|_| Errno::NOMEM)?;
        if !channel.dirty {
            channel.dirty = true;
            self.dirty.push(id);
        }
        Ok(channel.outbox.len())
    }

    /// Offers to the kernel what was written in this turn.
    pub fn flush(&mut self) {
        for id in std::mem::take(&mut self.dirty) {
            if let Some(channel) = self.channels.get_mut(id) {
                channel.dirty = false;
                self.flush_one(id);
            }
        }
    }

    /// Writes what waits for an output until the moment given, and once where that is over.
    pub fn drain(&mut self, id: Id, until: Instant) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        while !channel.outbox.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            let timeout = timespec(i64::try_from(left.as_millis()).unwrap_or(i64::MAX));
            let mut fds = [PollFd::new(&channel.fd, PollFlags::OUT)];
            let is_ready = matches!(poll(&mut fds, Some(&timeout)), Ok(1..));
            if !is_ready || channel.write().is_err() || left.is_zero() {
                return;
            }
        }
    }

    /// Tells the other side that nothing more will come.
    ///
    /// # Errors
    /// Of the kernel, such as ENOTCONN.
    pub fn shutdown(&mut self, id: Id) -> Result<()> {
        let channel = self.channels.get(id).ok_or(Errno::BADF)?;
        rustix::net::shutdown(&channel.fd, Shutdown::Write)
    }

    /// Closes a channel, whatever waits. With `reset` the other side sees that something is missing.
    pub fn close(&mut self, id: Id, reset: bool) {
        let Some(channel) = self.channels.remove(id) else { return };
        if !channel.registered.is_empty() {
            let _ = epoll::delete(&self.epoll, &channel.fd);
        }
        if reset {
            let _ = sockopt::set_socket_linger(&channel.fd, Some(Duration::ZERO));
        }
    }

    /// Whether anything can still happen by itself.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.flushed.is_empty()
            || self.channels.values().any(|channel| match channel.kind {
                Kind::Connecting | Kind::Stream | Kind::Listener => true,
                Kind::Output => !channel.outbox.is_empty(),
                Kind::Signals => false,
            })
    }

    /// Waits until something happens, for so many milliseconds at most; below 0 for as long as it takes.
    ///
    /// # Errors
    /// Of the kernel.
    pub fn wait(&mut self, milliseconds: i64) -> Result<Vec<Event>> {
        let told = std::mem::take(&mut self.flushed);
        let timeout = match milliseconds {
            _ if !told.is_empty() => Some(timespec(0)),
            ..0 => None,
            _ => Some(timespec(milliseconds)),
        };
        let mut ready = Vec::with_capacity(BATCH);
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut ready), timeout.as_ref())
        {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
        let mut events = told;
        // What was closed meanwhile is told of no more.
        events.retain(|event| self.channels.get(event.id).is_some());
        for epoll::Event { flags, data } in ready {
            if let Ok(bits) = u32::try_from(data.u64()) {
                self.note(Id::from_bits(bits), flags, &mut events);
            }
        }
        Ok(events)
    }

    /// Adds what the flags mean for the channel.
    fn note(&mut self, id: Id, flags: epoll::EventFlags, events: &mut Vec<Event>) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        let broken = flags.intersects(epoll::EventFlags::ERR | epoll::EventFlags::HUP);
        let (kind, reading) = (channel.kind, channel.reading);
        if broken || flags.contains(epoll::EventFlags::OUT) {
            if kind == Kind::Connecting {
                let value = match sockopt::socket_error(&channel.fd) {
                    Ok(Ok(())) => 0,
                    Ok(Err(error)) | Err(error) => error.raw_os_error(),
                };
                channel.kind = Kind::Stream;
                events.push(Event { id, what: What::Connected, value });
                let _ = self.register(id);
                self.flush_one(id);
                return;
            }
            if channel.blocked {
                channel.blocked = false;
                self.flush_one(id);
            }
        }
        if kind == Kind::Signals {
            while let Some(value) = self.signals.read() {
                events.push(Event { id, what: What::Signal, value });
            }
        } else if reading && (broken || flags.contains(epoll::EventFlags::IN)) {
            events.push(Event { id, what: What::Readable, value: 0 });
        }
    }

    fn flush_one(&mut self, id: Id) {
        let Some(channel) = self.channels.get_mut(id) else { return };
        if channel.kind == Kind::Connecting || channel.blocked || channel.outbox.is_empty() {
            return;
        }
        match channel.write() {
            Ok(()) if channel.outbox.is_empty() => {
                self.flushed.push(Event { id, what: What::Flushed, value: 0 });
            }
            Ok(()) => channel.blocked = true,
            Err(error) => {
                channel.outbox = Outbox::default();
                self.flushed.push(Event { id, what: What::Failed, value: error.raw_os_error() });
            }
        }
        let _ = self.register(id);
    }

    /// Tells the kernel what is awaited of a channel. Of one that awaits nothing it must not tell that it broke, again and again.
    fn register(&mut self, id: Id) -> Result<()> {
        let Some(channel) = self.channels.get_mut(id) else { return Ok(()) };
        let wanted = channel.wanted();
        if wanted == channel.registered {
            return Ok(());
        }
        let data = epoll::EventData::new_u64(u64::from(id.bits()));
        if wanted.is_empty() {
            epoll::delete(&self.epoll, &channel.fd)?;
        } else if channel.registered.is_empty() {
            epoll::add(&self.epoll, &channel.fd, data, wanted)?;
        } else {
            epoll::modify(&self.epoll, &channel.fd, data, wanted)?;
        }
        channel.registered = wanted;
        Ok(())
    }

    fn insert_listener(&mut self, fd: OwnedFd) -> Result<Id> {
        let mut channel = Channel::new(fd, Kind::Listener);
        channel.reading = true;
        let id = self.insert(channel)?;
        self.register(id)?;
        Ok(id)
    }

    fn insert(&mut self, channel: Channel) -> Result<Id> {
        self.channels.insert(channel).ok_or(Errno::MFILE)
    }
}

impl Channel {
    fn new(fd: OwnedFd, kind: Kind) -> Self {
        let registered = epoll::EventFlags::empty();
        Self {
            fd,
            kind,
            reading: false,
            blocked: false,
            dirty: false,
            outbox: Outbox::default(),
            registered,
        }
    }

    fn wanted(&self) -> epoll::EventFlags {
        let mut flags = epoll::EventFlags::empty();
        let is_connecting = self.kind == Kind::Connecting;
        flags.set(epoll::EventFlags::IN, self.reading && !is_connecting);
        flags.set(epoll::EventFlags::OUT, self.blocked || is_connecting);
        flags
    }

    /// Writes until nothing is left or the kernel takes no more.
    fn write(&mut self) -> Result<()> {
        while !self.outbox.is_empty() {
            let waiting = self.outbox.waiting();
            let written = if self.kind == Kind::Output {
                write_output(&self.fd, waiting)
            } else {
                rustix::net::send(&self.fd, waiting, SendFlags::NOSIGNAL)
            };
            match written {
                Ok(count) => self.outbox.take(count),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// To make an output non-blocking would make it so for the other processes that write to it. So it gets only what it has room for.
fn write_output(fd: &OwnedFd, bytes: &[u8]) -> Result<usize> {
    let mut fds = [PollFd::new(fd, PollFlags::OUT)];
    if poll(&mut fds, Some(&timespec(0)))? == 0 {
        return Err(Errno::AGAIN);
    }
    rustix::io::write(fd, &bytes[..bytes.len().min(PIPE_BUF)])
}

fn listener(host: IpAddr, port: u16) -> Result<OwnedFd> {
    let fd = socket(host)?;
    sockopt::set_socket_reuseaddr(&fd, true)?;
    if host.is_ipv6() {
        sockopt::set_ipv6_v6only(&fd, false)?;
    }
    rustix::net::bind(&fd, &SocketAddr::new(host, port))?;
    rustix::net::listen(&fd, BACKLOG)?;
    Ok(fd)
}

/// On all addresses of both families. A kernel without IPv6 has only the other one.
fn listener_of_both(port: u16) -> Result<OwnedFd> {
    listener(IpAddr::from([0_u16; 8]), port).or_else(|error| match error {
        Errno::ADDRINUSE => Err(error),
        _ => listener(IpAddr::from([0_u8; 4]), port),
    })
}

fn socket(host: IpAddr) -> Result<OwnedFd> {
    let family = if host.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    rustix::net::socket_with(family, SocketType::STREAM, flags, Some(ipproto::TCP))
}

fn spare() -> Option<OwnedFd> {
    rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC).ok()
}

fn timespec(milliseconds: i64) -> Timespec {
    Timespec { tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000 }
}
