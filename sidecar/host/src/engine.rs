//! What the engine sees: the object `host`, whose functions `js/host.ts` describes.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use fargauge_host::bytes::{self, Encoding};
use fargauge_host::kernel::Kernel;
use fargauge_host::namespace::{self, Refusal};
use fargauge_host::slots::Id;
use rquickjs::function::IntoJsFunc;
use rquickjs::{Ctx, Function, IntoJs, Object, Result, String as Text, TypedArray, Value, qjs};

/// What the end of the process waits for its last lines, of both outputs together.
const LAST_LINES: Duration = Duration::from_millis(100);

/// A number that no error of the kernel has: the text is no address.
const NO_ADDRESS: i32 = -100_000;

/// The same: the namespace is that of the process itself.
const OWN_NAMESPACE: i32 = -100_001;

type Bytes<'js> = TypedArray<'js, u8>;

/// What the functions of `host` work on.
pub struct Shared {
    pub kernel: RefCell<Kernel>,
    pub outputs: [Id; 2],
    /// Whether a promise was rejected that nobody had asked for its result.
    pub rejected: Cell<bool>,
    /// How many timers ran.
    pub timers: Cell<u32>,
}

impl Shared {
    /// Ends the process, once what it wrote is taken or nobody takes it.
    pub fn exit(&self, code: i32) -> ! {
        let until = Instant::now() + LAST_LINES;
        for id in self.outputs {
            self.kernel.borrow_mut().drain(id, until);
        }
        std::process::exit(code)
    }
}

/// Makes `globalThis.host`.
pub fn install<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>) -> Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    let environment = Object::new(ctx.clone())?;
    for (name, value) in std::env::vars_os() {
        if let (Some(name), Some(value)) = (name.to_str(), value.to_str()) {
            environment.set(name, value)?;
        }
    }
    host.set("environment", environment)?;
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    host.set("arguments", arguments)?;
    // SAFETY: the engine gives a text that lives as long as the program.
    let version = unsafe { CStr::from_ptr(qjs::JS_GetVersion()) };
    host.set("version", version.to_string_lossy().as_ref())?;
    host.set("outputs", shared.outputs.map(Id::bits).to_vec())?;
    let setter = Setter { ctx, host: &host };
    install_process(&setter, shared)?;
    install_sockets(&setter, shared)?;
    install_bytes(&setter)?;
    ctx.globals().set("host", host.clone())?;
    Ok(host)
}

struct Setter<'a, 'js> {
    ctx: &'a Ctx<'js>,
    host: &'a Object<'js>,
}

impl<'js> Setter<'_, 'js> {
    fn set<P>(&self, name: &str, function: impl IntoJsFunc<'js, P> + 'js) -> Result<()> {
        self.host.set(name, Function::new(self.ctx.clone(), function)?)
    }
}

fn install_process<'js>(host: &Setter<'_, 'js>, shared: &Rc<Shared>) -> Result<()> {
    let kernel = shared.clone();
    host.set("exit", move |code: i32| -> () { kernel.exit(code) })?;
    let kernel = shared.clone();
    host.set("trap", move |signal: i32| {
        kernel.kernel.borrow_mut().trap(signal).map_or_else(|error| number(&error), |()| 0)
    })?;
    host.set("becomeUser", |id: u32| match namespace::become_user(id) {
        Ok(()) => 0,
        Err(error) => -error.raw_os_error(),
    })?;
    host.set("readFile", |ctx: Ctx<'js>, path: String| match std::fs::read(path) {
        Ok(content) => Bytes::new(ctx.clone(), content)?.into_js(&ctx),
        Err(error) => number(&error).into_js(&ctx),
    })
}

fn install_sockets(host: &Setter<'_, '_>, shared: &Rc<Shared>) -> Result<()> {
    host.set("canonical", |text: String| text.parse().map_or_else(|_| String::new(), canonical))?;
    let own = shared.clone();
    host.set("listen", move |host: String, port: u16| {
        let address = if host.is_empty() { None } else { host.parse().ok() };
        if address.is_none() && !host.is_empty() {
            return NO_ADDRESS;
        }
        key(own.kernel.borrow_mut().listen(address, port))
    })?;
    let own = shared.clone();
    host.set("listenIn", move |namespace: String, port: u16| {
        match own.kernel.borrow_mut().listen_in(&namespace, port) {
            Ok(id) => key(Ok(id)),
            Err(Refusal::Own) => OWN_NAMESPACE,
            Err(Refusal::Kernel(error)) => key(Err(error)),
        }
    })?;
    let own = shared.clone();
    host.set("connect", move |host: String, port: u16| match host.parse() {
        Ok(address) => key(own.kernel.borrow_mut().connect(SocketAddr::new(address, port))),
        Err(_) => NO_ADDRESS,
    })?;
    let own = shared.clone();
    host.set("accept", move |id| match own.kernel.borrow_mut().accept(Id::from_bits(id)) {
        Ok(None) => -libc::EAGAIN,
        Ok(Some(id)) => key(Ok(id)),
        Err(error) => key(Err(error)),
    })?;
    let own = shared.clone();
    host.set("localAddress", move |ctx, id| {
        address(&ctx, own.kernel.borrow().local_address(Id::from_bits(id)))
    })?;
    let own = shared.clone();
    host.set("peerAddress", move |ctx, id| {
        address(&ctx, own.kernel.borrow().peer_address(Id::from_bits(id)))
    })?;
    let own = shared.clone();
    host.set("watch", move |id, reading| {
        own.kernel.borrow_mut().watch(Id::from_bits(id), reading);
    })?;
    let own = shared.clone();
    host.set("read", move |id, into: Bytes<'_>| {
        let Some(mut raw) = into.as_raw() else { return -libc::EINVAL };
        // SAFETY: the memory lives as long as `into`, and no JavaScript runs while this slice does.
        let slice = unsafe { raw.as_mut() };
        match own.kernel.borrow().read(Id::from_bits(id), slice) {
            Ok(count) => i32::try_from(count).unwrap_or(i32::MAX),
            Err(error) => -error.raw_os_error(),
        }
    })?;
    let own = shared.clone();
    host.set("write", move |id, data: Value<'_>, latin1| {
        write(&own, Id::from_bits(id), &data, latin1)
    })?;
    let own = shared.clone();
    host.set("shutdown", move |id| match own.kernel.borrow_mut().shutdown(Id::from_bits(id)) {
        Ok(()) => 0,
        Err(error) => -error.raw_os_error(),
    })?;
    let own = shared.clone();
    host.set("close", move |id, reset| own.kernel.borrow_mut().close(Id::from_bits(id), reset))
}

fn install_bytes<'js>(host: &Setter<'_, 'js>) -> Result<()> {
    host.set("decode", |ctx, bytes: Bytes<'_>, latin1| {
        with_bytes(&bytes, |bytes| Text::from_str(ctx, &bytes::decode(bytes, encoding(latin1))))
    })?;
    host.set("encode", |ctx: Ctx<'js>, text: Text<'js>, latin1| {
        let mut made = Vec::new();
        with_text(&text, |bytes| bytes::encode(bytes, encoding(latin1), &mut made))?;
        Bytes::new(ctx, made).map(TypedArray::into_value)
    })?;
    host.set("byteLength", |text: Text<'_>| with_text(&text, <[u8]>::len))?;
    host.set("completeLength", |bytes: Bytes<'_>| with_bytes(&bytes, bytes::complete_length))?;
    host.set("find", |bytes: Bytes<'_>, needle: Bytes<'_>| {
        with_bytes(&bytes, |bytes| with_bytes(&needle, |needle| bytes::find(bytes, needle)))
            .map_or(-1, |at| i32::try_from(at).unwrap_or(-1))
    })
}

fn write(shared: &Shared, id: Id, data: &Value<'_>, latin1: bool) -> Result<i32> {
    let mut kernel = shared.kernel.borrow_mut();
    let queued = if let Some(text) = data.as_string() {
        with_text(text, |bytes| {
            kernel.write(id, bytes.len(), |to| bytes::encode(bytes, encoding(latin1), to))
        })?
    } else {
        let bytes = Bytes::from_value(data.clone())?;
        with_bytes(&bytes, |bytes| kernel.write(id, bytes.len(), |to| to.extend_from_slice(bytes)))
    };
    // The two outputs get at once what they take: the process may end before the turn does.
    if shared.outputs.contains(&id) {
        kernel.flush();
    }
    Ok(match queued {
        Ok(queued) => i32::try_from(queued).unwrap_or(i32::MAX),
        Err(error) => -error.raw_os_error(),
    })
}

fn with_bytes<R>(bytes: &Bytes<'_>, look: impl FnOnce(&[u8]) -> R) -> R {
    // SAFETY: nothing that is given as `look` runs JavaScript but after its last look at the slice.
    look(unsafe { bytes.as_bytes() }.unwrap_or_default())
}

/// The bytes of a text, in which halves of surrogate pairs may stand alone: no `str`, so rquickjs has no way to them.
fn with_text<R>(text: &Text<'_>, look: impl FnOnce(&[u8]) -> R) -> Result<R> {
    let ctx = text.ctx().as_raw().as_ptr();
    let mut length = 0;
    // SAFETY: context and value are alive; the pointer is freed below and not kept.
    unsafe {
        let start = qjs::JS_ToCStringLen(ctx, &raw mut length, text.as_raw());
        if start.is_null() {
            return Err(rquickjs::Error::Exception);
        }
        let result = look(std::slice::from_raw_parts(start.cast(), length));
        qjs::JS_FreeCString(ctx, start);
        Ok(result)
    }
}

/// The form of a URL's host, which has an IPv4 address in IPv6 in hexadecimal as well.
fn canonical(address: IpAddr) -> String {
    match address {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => {
            let [.., high, low] = v6.segments();
            format!("::ffff:{high:x}:{low:x}")
        }
        other => other.to_string(),
    }
}

fn encoding(latin1: bool) -> Encoding {
    if latin1 { Encoding::Latin1 } else { Encoding::Utf8 }
}

fn key(result: std::result::Result<Id, rustix::io::Errno>) -> i32 {
    match result {
        Ok(id) => i32::try_from(id.bits()).unwrap_or(i32::MAX),
        Err(error) => -error.raw_os_error(),
    }
}

fn number(error: &std::io::Error) -> i32 {
    -error.raw_os_error().unwrap_or(libc::EIO)
}

fn address<'js>(
    ctx: &Ctx<'js>,
    address: std::result::Result<SocketAddr, rustix::io::Errno>,
) -> Result<Value<'js>> {
    match address {
        Ok(address) => {
            let object = Object::new(ctx.clone())?;
            object.set("address", address.ip().to_string())?;
            object.set("family", if address.is_ipv4() { "IPv4" } else { "IPv6" })?;
            object.set("port", address.port())?;
            Ok(object.into_value())
        }
        Err(error) => (-error.raw_os_error()).into_js(ctx),
    }
}
