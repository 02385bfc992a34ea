//! Runs the sidecar's bundle, which `build.rs` has compiled, on a loop of its own.

mod engine;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fargauge_host::kernel::Kernel;
use rquickjs::allocator::RustAllocator;
use rquickjs::promise::PromiseState;
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Module, Object, Runtime, qjs};

use engine::Shared;

#[cfg(not(feature = "sanitizer"))]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// The bundle as the engine of the same version wrote it.
static PROGRAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/program.bin"));

/// Deep enough for what the sidecar does; a document that is deeper is an error of its own. Bytes.
const STACK: usize = 512 * 1024;

/// What all objects and texts may take: a document of the endpoint that would be larger in memory is a poll that failed, and ECS does
/// not end the task. The usual is 2 MB. Bytes.
const MEMORY: usize = 15 * 1024 * 1024;

/// So many timers, each of a poll mostly, from one search for objects that hold each other to the next. By itself the engine
/// begins one where its memory has grown by half, which is a megabyte here.
const TIMERS_PER_COLLECTION: u32 = 4;

/// As Node.js has them: of an error that nobody catches, and of a program that waits for what never comes.
const UNCAUGHT: i32 = 1;
const NEVER_SETTLED: i32 = 13;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut kernel = Kernel::new()?;
    let outputs = [kernel.output(std::io::stdout())?, kernel.output(std::io::stderr())?];
    let shared = Rc::new(Shared {
        kernel: RefCell::new(kernel),
        outputs,
        rejected: Cell::new(false),
        timers: Cell::new(0),
    });
    let runtime = Runtime::new_with_alloc(RustAllocator)?;
    runtime.set_max_stack_size(STACK);
    runtime.set_memory_limit(MEMORY);
    let tracked = shared.clone();
    runtime.set_host_promise_rejection_tracker(Some(Box::new(
        move |ctx, promise, reason, handled| {
            tracked.rejected.set(true);
            // The loop asks what came of it.
            let _ = call::<()>(&ctx, "rejection", (promise, reason, handled));
        },
    )));
    let context = Context::full(&runtime)?;
    context.with(|ctx| match run(&ctx, &shared).catch(&ctx) {
        Ok(code) => shared.exit(code),
        Err(error) => fail(&shared, &error),
    })
}

/// Runs until nothing can happen any more.
fn run(ctx: &Ctx<'_>, shared: &Rc<Shared>) -> rquickjs::Result<i32> {
    engine::install(ctx, shared)?;
    // SAFETY: `build.rs` wrote these bytes by the same version of the engine.
    let module = unsafe { Module::load(ctx.clone(), PROGRAM) }?;
    let (_, promise) = module.eval()?;
    settle(ctx, shared)?;
    loop {
        let delay = run_timers(ctx, shared)?;
        let immediates: u32 = call(ctx, "immediates", ())?;
        let mut kernel = shared.kernel.borrow_mut();
        if delay < 0 && immediates == 0 && !kernel.is_alive() {
            return Ok(if promise.state() == PromiseState::Pending { NEVER_SETTLED } else { 0 });
        }
        let events =
            kernel.wait(if immediates > 0 { 0 } else { delay }).map_err(std::io::Error::from)?;
        drop(kernel);
        for event in events {
            call::<()>(ctx, "event", (event.id.bits(), event.what as i32, event.value))?;
            settle(ctx, shared)?;
        }
        let immediates: u32 = call(ctx, "immediates", ())?;
        for _ in 0..immediates {
            call::<()>(ctx, "immediate", ())?;
            settle(ctx, shared)?;
        }
    }
}

/// Runs the timers that are due. Milliseconds until the next one; below 0 where there is none.
fn run_timers(ctx: &Ctx<'_>, shared: &Shared) -> rquickjs::Result<i64> {
    call::<()>(ctx, "turn", ())?;
    loop {
        let delay: f64 = call(ctx, "timer", ())?;
        if delay != 0.0 {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a timer has 32 bits of milliseconds at most"
            )]
            return Ok(delay.ceil() as i64);
        }
        settle(ctx, shared)?;
        let timers = shared.timers.get().wrapping_add(1);
        shared.timers.set(timers);
        if timers.is_multiple_of(TIMERS_PER_COLLECTION) {
            // SAFETY: the context lives, and with it its runtime; no JavaScript runs.
            unsafe { qjs::JS_RunGC(qjs::JS_GetRuntime(ctx.as_raw().as_ptr())) };
        }
    }
}

/// What follows each call: promises go on, what was written is sent, and rejections that nobody handles end the process.
fn settle(ctx: &Ctx<'_>, shared: &Shared) -> rquickjs::Result<()> {
    while ctx.execute_pending_job() {}
    shared.kernel.borrow_mut().flush();
    if shared.rejected.replace(false) {
        call::<()>(ctx, "unhandled", ())?;
    }
    Ok(())
}

/// Calls what `js/host.ts` has put into `host`.
fn call<'js, R: rquickjs::FromJs<'js>>(
    ctx: &Ctx<'js>,
    name: &str,
    arguments: impl rquickjs::function::IntoArgs<'js>,
) -> rquickjs::Result<R> {
    let host: Object<'js> = ctx.globals().get("host")?;
    let function: Function<'js> = host.get(name)?;
    function.call(arguments)
}

fn fail(shared: &Shared, error: &CaughtError<'_>) -> ! {
    match error {
        // The engine throws null where it has no memory for an error.
        CaughtError::Value(value) if value.is_null() => {
            eprintln!("fargauge sidecar: out of memory");
        }
        _ => eprintln!("fargauge sidecar: {error}"),
    }
    shared.exit(UNCAUGHT)
}
