//! Sockets over a real kernel: whatever is done to a pair of them, no byte is lost, doubled or out of order.

use std::cell::Cell;
use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use fargauge_host::kernel::{Event, Kernel, What};
use fargauge_host::slots::Id;
use proptest::prelude::*;
use rustix::io::Errno;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Waits for such an event of the channel, and gives its value.
fn await_event(kernel: &mut Kernel, id: Id, what: What) -> i32 {
    for _ in 0..100 {
        let events = kernel.wait(1_000).unwrap();
        if let Some(event) = events
            .iter()
            .find(|event| event.id == id && event.what == what)
        {
            return event.value;
        }
    }
    panic!("no {what:?}");
}

fn pair(kernel: &mut Kernel) -> (Id, Id) {
    let listener = kernel.listen(Some(LOCAL), 0).unwrap();
    let address = kernel.local_address(listener).unwrap();
    let client = kernel.connect(address).unwrap();
    let (mut server, mut connected) = (None, false);
    while server.is_none() || !connected {
        for Event { id, what, .. } in kernel.wait(1_000).unwrap() {
            connected |= id == client && what == What::Connected;
            if id == listener {
                server = kernel.accept(listener).unwrap();
            }
        }
    }
    kernel.close(listener, false);
    (client, server.unwrap())
}

#[derive(Clone, Debug)]
enum Step {
    Write(usize),
    Read(usize),
    Pause,
    Resume,
    Turn,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1_usize..200_000).prop_map(Step::Write),
        (1_usize..100_000).prop_map(Step::Read),
        Just(Step::Pause),
        Just(Step::Resume),
        Just(Step::Turn),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn all_bytes_arrive_in_their_order(steps in prop::collection::vec(step(), 1..60)) {
        let mut kernel = Kernel::new().unwrap();
        let (from, to) = pair(&mut kernel);
        let (mut written, read) = (0_usize, Cell::new(0_usize));
        let take = |kernel: &Kernel, size: usize| {
            let mut bytes = vec![0; size];
            match kernel.read(to, &mut bytes) {
                Ok(count) => {
                    for (offset, &byte) in bytes[..count].iter().enumerate() {
                        assert_eq!(usize::from(byte), (read.get() + offset) % 251);
                    }
                    read.set(read.get() + count);
                }
                Err(error) => {
                    assert_eq!(error, rustix::io::Errno::AGAIN);
                }
            }
        };
        for step in steps {
            match step {
                Step::Write(size) => {
                    #[expect(clippy::cast_possible_truncation, reason = "below 251")]
                    let bytes = (written..written + size).map(|at| (at % 251) as u8);
                    kernel.write(from, size, |queue| queue.extend(bytes)).unwrap();
                    kernel.flush();
                    written += size;
                }
                Step::Read(size) => take(&kernel, size),
                Step::Pause => kernel.watch(to, false),
                Step::Resume => kernel.watch(to, true),
                Step::Turn => drop(kernel.wait(0).unwrap()),
            }
        }
        kernel.watch(to, true);
        while read.get() < written {
            kernel.wait(1_000).unwrap();
            take(&kernel, 65_536);
        }
        assert_eq!(read.get(), written);
    }
}

/// One side of a connection, and what became of it.
#[derive(Debug)]
struct Side {
    id: Id,
    written: usize,
    read: usize,
    watched: bool,
    /// It writes no more: it said so, or cannot.
    ended: bool,
    closed: bool,
}

impl Side {
    fn new(id: Id) -> Self {
        Self {
            id,
            written: 0,
            read: 0,
            watched: false,
            ended: false,
            closed: false,
        }
    }

    /// Whether the other side may see an end, or an error.
    fn is_over(&self) -> bool {
        self.ended || self.closed
    }
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Open,
    Write(usize),
    Read(usize),
    Watch(bool),
    Shutdown,
    Close(bool),
    Turn,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        1 => Just(Act::Open),
        4 => (0_usize..100_000).prop_map(Act::Write),
        4 => (1_usize..100_000).prop_map(Act::Read),
        2 => any::<bool>().prop_map(Act::Watch),
        1 => Just(Act::Shutdown),
        1 => any::<bool>().prop_map(Act::Close),
        3 => Just(Act::Turn),
    ]
}

fn read_side(kernel: &Kernel, sides: &mut [Side], at: usize, most: usize) {
    let mut bytes = vec![0; most];
    let result = kernel.read(sides[at].id, &mut bytes);
    // Sides of a connection stand beside each other.
    let over = sides[at ^ 1].is_over();
    let side = &mut sides[at];
    match result {
        _ if side.closed => assert_eq!(result, Err(Errno::BADF)),
        Ok(0) => assert!(over, "an end that the other side did not make"),
        Ok(count) => {
            for (offset, &byte) in bytes[..count].iter().enumerate() {
                assert_eq!(usize::from(byte), (side.read + offset) % 251);
            }
            side.read += count;
        }
        Err(Errno::AGAIN) => {}
        Err(error) => assert!(over && error == Errno::CONNRESET, "{error}"),
    }
}

fn write_side(kernel: &mut Kernel, side: &mut Side, count: usize) {
    #[expect(clippy::cast_possible_truncation, reason = "below 251")]
    let bytes = (side.written..side.written + count).map(|at| (at % 251) as u8);
    match kernel.write(side.id, count, |queue| queue.extend(bytes)) {
        Ok(waiting) => {
            assert!(!side.closed && waiting >= count);
            side.written += count;
        }
        Err(error) => assert!(side.closed && error == Errno::BADF),
    }
}

fn turn(kernel: &mut Kernel, sides: &mut [Side]) {
    kernel.flush();
    for Event { id, what, value } in kernel.wait(0).unwrap() {
        let at = sides
            .iter()
            .position(|side| side.id == id)
            .expect("a key that was given");
        let over = sides[at ^ 1].is_over() || sides[at].ended;
        let side = &mut sides[at];
        assert!(!side.closed, "{what:?} of a closed channel");
        match what {
            What::Readable => assert!(side.watched),
            What::Flushed => assert_eq!(value, 0),
            What::Failed => {
                assert!(over && [libc::EPIPE, libc::ECONNRESET].contains(&value));
                side.ended = true;
            }
            What::Connected | What::Signal => panic!("{what:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_done_to_connections_in_whatever_order(
        acts in prop::collection::vec((act(), any::<prop::sample::Index>()), 1..80),
    ) {
        let mut kernel = Kernel::new().unwrap();
        let mut sides: Vec<Side> = Vec::new();
        for (act, index) in acts {
            if sides.is_empty() || (matches!(act, Act::Open) && sides.len() < 12) {
                turn(&mut kernel, &mut sides);
                let (client, server) = pair(&mut kernel);
                sides.extend([Side::new(client), Side::new(server)]);
                continue;
            }
            let at = index.index(sides.len());
            let side = &mut sides[at];
            match act {
                Act::Open | Act::Turn => turn(&mut kernel, &mut sides),
                Act::Write(size) => write_side(&mut kernel, side, size),
                Act::Read(size) => read_side(&kernel, &mut sides, at, size),
                Act::Watch(reading) => {
                    kernel.watch(side.id, reading);
                    side.watched = reading;
                }
                Act::Shutdown => {
                    kernel.flush();
                    prop_assert_eq!(kernel.shutdown(side.id) == Err(Errno::BADF), side.closed);
                    side.ended = true;
                }
                Act::Close(reset) => {
                    kernel.close(side.id, reset);
                    side.closed = true;
                }
            }
        }
        // What both sides still have arrives.
        for at in 0..sides.len() {
            if sides[at].is_over() || sides[at ^ 1].is_over() {
                continue;
            }
            kernel.watch(sides[at].id, true);
            sides[at].watched = true;
            while sides[at].read < sides[at ^ 1].written {
                turn(&mut kernel, &mut sides);
                read_side(&kernel, &mut sides, at, 65_536);
            }
        }
        for side in &mut sides {
            kernel.close(side.id, false);
            side.closed = true;
        }
        turn(&mut kernel, &mut sides);
        prop_assert!(!kernel.is_alive());
    }
}

#[test]
fn a_closed_channel_is_never_told_of_by_the_key_of_the_next_one() {
    let mut kernel = Kernel::new().unwrap();
    let listener = TcpListener::bind((LOCAL, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let mut seen = HashSet::new();
    for round in 0..50 {
        let id = kernel.connect(address).unwrap();
        let (mut peer, _) = listener.accept().unwrap();
        assert_eq!(await_event(&mut kernel, id, What::Connected), 0);
        peer.write_all(b"x").unwrap();
        kernel.watch(id, true);
        kernel.close(id, round % 2 == 0);
        assert!(seen.insert(id));
        assert!(kernel.wait(0).unwrap().iter().all(|event| event.id != id));
    }
}

#[test]
fn a_refused_connection_has_the_number_of_its_error() {
    let mut kernel = Kernel::new().unwrap();
    let free = TcpListener::bind((LOCAL, 0)).unwrap().local_addr().unwrap();
    let id = kernel.connect(free).unwrap();
    assert_eq!(
        await_event(&mut kernel, id, What::Connected),
        libc::ECONNREFUSED
    );
}

#[test]
fn a_paused_channel_whose_peer_is_gone_does_not_wake_the_loop_again_and_again() {
    let mut kernel = Kernel::new().unwrap();
    let listener = TcpListener::bind((LOCAL, 0)).unwrap();
    let id = kernel.connect(listener.local_addr().unwrap()).unwrap();
    let (peer, _) = listener.accept().unwrap();
    await_event(&mut kernel, id, What::Connected);
    kernel.watch(id, true);
    kernel.watch(id, false);
    drop(peer);
    assert!(kernel.wait(20).unwrap().is_empty());
    kernel.watch(id, true);
    await_event(&mut kernel, id, What::Readable);
    assert_eq!(kernel.read(id, &mut [0; 8]).unwrap(), 0);
}

#[test]
fn a_reset_is_an_error_of_reading() {
    let mut kernel = Kernel::new().unwrap();
    let (client, server) = pair(&mut kernel);
    kernel.close(server, true);
    kernel.watch(client, true);
    await_event(&mut kernel, client, What::Readable);
    assert_eq!(
        kernel.read(client, &mut [0; 8]),
        Err(rustix::io::Errno::CONNRESET)
    );
}

#[test]
fn writing_to_a_peer_that_is_gone_fails_once() {
    let mut kernel = Kernel::new().unwrap();
    let (client, server) = pair(&mut kernel);
    kernel.close(server, true);
    kernel.write(client, 1, |queue| queue.push(1)).unwrap();
    kernel.flush();
    assert!([libc::ECONNRESET, libc::EPIPE].contains(&await_event(
        &mut kernel,
        client,
        What::Failed
    )));
    assert!(kernel.wait(0).unwrap().is_empty());
}

#[test]
fn without_a_host_both_families_are_listened_to() {
    let mut kernel = Kernel::new().unwrap();
    let listener = kernel.listen(None, 0).unwrap();
    let port = kernel.local_address(listener).unwrap().port();
    for host in ["127.0.0.1", "::1"] {
        let mut stream = TcpStream::connect(SocketAddr::new(host.parse().unwrap(), port)).unwrap();
        await_event(&mut kernel, listener, What::Readable);
        let id = kernel.accept(listener).unwrap().unwrap();
        let peer = kernel.peer_address(id).unwrap().ip().to_string();
        assert!(peer == "::1" || peer == "::ffff:127.0.0.1", "{peer}");
        kernel.write(id, 2, |queue| queue.extend(b"hi")).unwrap();
        kernel.flush();
        kernel.shutdown(id).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hi");
    }
}

#[test]
fn a_taken_port_is_an_error() {
    let mut kernel = Kernel::new().unwrap();
    let taken = TcpListener::bind((LOCAL, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    assert_eq!(
        kernel.listen(Some(LOCAL), port).err(),
        Some(rustix::io::Errno::ADDRINUSE)
    );
}

#[test]
fn an_output_that_is_read_slowly_is_waited_for_no_longer_than_given() {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut kernel = Kernel::new().unwrap();
    let output = kernel.output(&writer).unwrap();
    kernel
        .write(output, 1 << 20, |to| to.resize(1 << 20, b'x'))
        .unwrap();
    let slow = std::thread::spawn(move || {
        let (mut reader, mut bytes) = (reader, [0; 4_096]);
        let mut read = 0;
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            read += count;
            std::thread::sleep(Duration::from_millis(20));
        }
        read
    });
    kernel.drain(output, Instant::now() + Duration::from_millis(100));
    drop((kernel, writer));

    // It takes 5 s to read all of it.
    let read = slow.join().unwrap();
    assert!((4_096..500_000).contains(&read), "{read}");
}
