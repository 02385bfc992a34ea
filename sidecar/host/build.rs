//! Compiles the bundle to what the engine loads without parsing: `npm run build` makes the bundle first.

use std::path::PathBuf;
use std::{env, fs};

use rquickjs::module::WriteOptions;
use rquickjs::{CatchResultExt, Context, Module, Runtime};

fn main() {
    let directory = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let bundle = env::var("FARGAUGE_BUNDLE")
        .map_or_else(|_| directory.join("../../dist/host/sidecar.mjs"), PathBuf::from);
    println!("cargo:rerun-if-env-changed=FARGAUGE_BUNDLE");
    println!("cargo:rerun-if-changed={}", bundle.display());
    let source = fs::read(&bundle).unwrap_or_else(|error| {
        panic!(
            "expected the sidecar's bundle in {}, made by `npm run build`: {error}",
            bundle.display()
        )
    });
    let runtime = Runtime::new().expect("an engine");
    let context = Context::full(&runtime).expect("a context");
    let program = context.with(|ctx| {
        let module = Module::declare(ctx.clone(), "sidecar.mjs", source)
            .catch(&ctx)
            .unwrap_or_else(|error| panic!("{}: {error}", bundle.display()));
        let options = WriteOptions { strip_source: true, ..WriteOptions::default() };
        module.write(options).expect("bytecode")
    });
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("program.bin"), program).expect("the program is written");
}
